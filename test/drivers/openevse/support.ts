/** A virtual OpenEVSE, a charger that is connected to it over one of its APIs, and a reading that both report. */

import { RapiCharger } from "../../../src/drivers/chargers/openevse/rapi.js";
import { WifiCharger } from "../../../src/drivers/chargers/openevse/wifi.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { type ChargerReading, noChargerReading } from "../../../src/model/readings.js";
import { Evse, type EvseOptions } from "../../../src/simulator/house/evse.js";
import { startVirtualOpenEvse, type VirtualOpenEvseOptions } from "../../../src/simulator/devices/openevse/server.js";
import type { Login } from "../../../src/transport/exchange.js";
import { driverContext } from "../../support/driver-context.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

interface ConnectOptions {
  readonly login?: Login | undefined;
  readonly clock?: TestClock | undefined;
}

interface Options extends Omit<ConnectOptions, "login">, Omit<VirtualOpenEvseOptions, "evse"> {
  /** The wallbox's inside. */
  readonly box?: EvseOptions;
}

/** A box for one phase that charges with 16 A, as far as both APIs report it. */
export const chargingReading: ChargerReading = {
  ...noChargerReading,
  maxAmpere: 16,
  pwmSignal: "CHARGING",
  error: "NONE",
  voltageL1: 231,
  currentL1: 15.84,
  powerL1: 3_659.04,
  power: 3_659.04,
  phases: 1,
  sessionChargeConsumption: 2.5034,
  totalConsumption: 998.125,
  allowCharging: true,
  state: "charging",
  enabled: true,
};

export function chargersBy(api: "wifi" | "rapi") {
  const connectTo = (port: number, { login, clock = new TestClock() }: ConnectOptions = {}): Charger => {
    const options = { device: "Garage", host: "127.0.0.1", port, deadline: 5_000, clock, login };
    const timing = { retry: { first: 1, jitter: 0 } };
    return closeAfterTest(
      api === "rapi" ? new RapiCharger(options) : new WifiCharger(options, driverContext(), timing),
    );
  };
  return {
    connectTo,
    async virtual({ box, clock = new TestClock(), ...twin }: Options = {}) {
      const evse = new Evse({ phases: 1, current: 32, answerTime: 0, ...box });
      const generation = api === "rapi" ? "old" : "new";
      const device = closeAfterTest(await startVirtualOpenEvse({ evse, generation, ...twin }));
      return {
        charger: connectTo(device.port, { login: twin.login, clock }),
        clock,
        device,
        evse,
        /** Requests so far, as "METHOD url". */
        asked: () => device.requests.map(({ method, url }) => `${method} ${url}`),
        /** What was posted so far. */
        bodies: () => device.requests.filter(({ method }) => method === "POST").map(({ body }) => body),
        /** Commands over RAPI so far. */
        commands: () => device.requests.flatMap(({ url }) => new URL(url, "http://box").searchParams.get("rapi") ?? []),
      };
    },
  };
}
