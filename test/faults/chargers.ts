/** Chargers on the bench that are asked over HTTP or Modbus. */

import type { ChargerWrites } from "../../src/drivers/driver.js";
import { pollInterval, connectEasee } from "../../src/drivers/chargers/easee/charger.js";
import { connectGoE } from "../../src/drivers/chargers/go-e/charger.js";
import { connectMennekes } from "../../src/drivers/chargers/mennekes/charger.js";
import { RapiCharger } from "../../src/drivers/chargers/openevse/rapi.js";
import { WifiCharger } from "../../src/drivers/chargers/openevse/wifi.js";
import { Car } from "../../src/simulator/house/car.js";
import { startVirtualEasee } from "../../src/simulator/devices/easee/cloud.js";
import { Evse, type EvseOptions } from "../../src/simulator/house/evse.js";
import { startVirtualGoE } from "../../src/simulator/devices/go-e/server.js";
import { startVirtualMennekes } from "../../src/simulator/devices/mennekes/server.js";
import { startVirtualOpenEvse } from "../../src/simulator/devices/openevse/server.js";
import { driverContext } from "../support/driver-context.js";
import { hastyClock, TestClock } from "../support/test-clock.js";
import type { Entry } from "./bench-of-devices.js";
import { arrived, longestWay } from "./speech.js";
import { askedClock, httpStand, modbusLink, modbusStand, type Parts, type Stand } from "./stand.js";
import { withRealDeadlines } from "../support/outlasting.js";

/** One that charges a car at 16 A. */
function chargingBox(options: EvseOptions = {}): Evse {
  const evse = new Evse({ current: 16, answerTime: 0, totalEnergy: 5_000_000, ...options });
  evse.plug(new Car());
  evse.advance(60);
  return evse;
}

/** Another meter count, or the first one again. */
function varyEnergy(evse: Evse): Parts["vary"] {
  let step = 100_000;
  return () => {
    evse.totalEnergy += step;
    step = -step;
  };
}

const toTen = (writes: ChargerWrites): Promise<void> => writes.maxAmpere(10);

export function goEOverHttp(apiVersion: 1 | 2): Entry {
  const serial = "012345";
  const start = async (serialOfTwin = serial): Promise<Stand> => {
    const evse = chargingBox();
    const twin = await startVirtualGoE({ evse, apiVersion, serial: serialOfTwin });
    let heard = 0;
    twin.onWrite(() => (heard += 1));
    return httpStand({
      port: twin.port,
      connect: ({ host, port, deadline }) =>
        connectGoE(
          { route: { by: "local", host, port }, apiVersion, serial },
          driverContext({ clock: askedClock }),
          deadline,
        ),
      vary: varyEnergy(evse),
      write: toTen,
      heardWrites: () => heard,
      isWrite: (line) => /^GET \/(mqtt|api\/set)\?/.test(line),
      ignoreWrites: () => (twin.fault = "ignore-writes"),
      ...(apiVersion === 2 ? { refusal: () => '{"amp":"value out of range"}' } : {}),
      close: () => twin.close(),
    });
  };
  return {
    name: `go-e (API ${apiVersion})`,
    driver: "go-e",
    transport: "http",
    impostor: () => start("999999"),
    start: () => start(),
  };
}

async function startOpenEvse(api: "wifi" | "rapi"): Promise<Stand> {
  const evse = chargingBox({ phases: 1 });
  const twin = await startVirtualOpenEvse({ evse, ...(api === "rapi" ? { generation: "old" as const } : {}) });
  let heard = 0;
  twin.onWrite(() => (heard += 1));
  return httpStand({
    port: twin.port,
    connect: (address) => {
      const options = { device: "Garage", clock: askedClock, ...address };
      return api === "rapi" ? new RapiCharger(options) : new WifiCharger(options, driverContext());
    },
    vary: varyEnergy(evse),
    write: toTen,
    heardWrites: () => heard,
    isWrite: (line) => (api === "rapi" ? /rapi=(%24|\$)[SF]/.test(line) : line.startsWith("POST ")),
    ignoreWrites: () => (twin.fault = "ignore-writes"),
    ...(api === "rapi" ? { refusal: () => '{"cmd":"$SC 10 V","ret":"$NK^21"}' } : {}),
    close: () => twin.close(),
  });
}

export const openEvseWifi: Entry = {
  name: "openevse (wifi)",
  driver: "openevse",
  transport: "http",
  start: () => startOpenEvse("wifi"),
};

export const openEvseRapi: Entry = {
  name: "openevse (rapi)",
  driver: "openevse",
  transport: "http",
  wraps: true,
  start: () => startOpenEvse("rapi"),
};

export const mennekesEntry: Entry = {
  name: "mennekes",
  driver: "mennekes",
  transport: "modbus",
  sentinels: [[0xffff]],
  async start() {
    const evse = chargingBox();
    const twin = await startVirtualMennekes({ evse });
    twin.limit = 16;
    let heard = 0;
    twin.modbus.onWrite(() => (heard += 1));
    return modbusStand(twin.modbus, {
      connect: (address) =>
        connectMennekes(
          { device: "Garage", host: address.host, port: address.port, ...modbusLink(address) },
          driverContext({ clock: withRealDeadlines(hastyClock()) }),
        ),
      vary: varyEnergy(evse),
      write: toTen,
      heardWrites: () => heard,
      ignoreWrites: () => (twin.modbus.fault = "ignore-writes"),
    });
  },
};

/** Asked only: its stream has tests of its own. Time goes on while something is waited for. */
export const easeeEntry: Entry = {
  name: "easee",
  driver: "easee",
  transport: "http",
  async start() {
    const evse = chargingBox();
    const clock = new TestClock();
    const id = "EH123456";
    const twin = await startVirtualEasee({ chargers: [{ id, evse }], now: () => clock.now() });
    const isWrite = (line: string): boolean => /^POST \/api\/chargers\/.*(commands|settings)/.test(line);
    return httpStand({
      port: twin.port,
      connect: ({ host, port, deadline }) =>
        connectEasee(
          {
            username: "somebody@example.com",
            password: "correct horse",
            chargerId: id,
            control: "charger",
            offlineCurrent: 6,
            apiUrl: `http://${host}:${port}`,
            streamUrl: "http://127.0.0.1:1/hubs/chargers",
          },
          driverContext({ clock: withRealDeadlines(clock) }),
          { deadline },
        ),
      vary: varyEnergy(evse),
      // Time goes on only where no answer is on its way: else a slow one takes hours, and its token is over.
      drive: async (reading) => {
        let settled = false;
        const end = (): void => void (settled = true);
        const ended = reading.then(end, end);
        while (!settled) {
          await Promise.race([ended, arrived(longestWay)]);
          if (!settled) await clock.advance(5_000);
        }
        // What is known is too old for the next reading, which asks.
        await clock.advance(pollInterval);
        return reading;
      },
      rest: () => clock.advance(1_800_000),
      write: toTen,
      heardWrites: () => twin.writes.length,
      isWrite,
      ignoreWrites: () => (twin.commandFault = "never"),
      close: () => twin.close(),
    });
  },
};
