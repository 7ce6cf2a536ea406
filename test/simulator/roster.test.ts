/** Every virtual device, read by its driver over the real protocol. */

import { z } from "zod";
import { defineRegisters } from "../../src/drivers/decoding/registers.js";
import { defineModbusMeter } from "../../src/drivers/meters/modbus/register-meter.js";
import { chargerDrivers, meterDrivers, residualCurrentDrivers } from "../../src/drivers/registry.js";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import type { RosterEntry, VirtualDevice } from "../../src/simulator/roster/entry.js";
import { registerMeter } from "../../src/simulator/roster/register-meter.js";
import { driversWith, roster, usualEntry } from "../../src/simulator/roster/roster.js";
import { startBroker } from "../../src/simulator/servers/broker.js";
import { freeUdpPort } from "../../src/simulator/servers/free-port.js";
import { driverContext } from "../support/driver-context.js";
import { arrived } from "../faults/pushing.js";
import { installed } from "../support/installation.js";
import { closeAfterTest, brokerContext } from "../support/test-bench.js";

const registered = [...chargerDrivers, ...meterDrivers, ...residualCurrentDrivers];

test.each(registered.map(({ driver }) => driver))("%s has a virtual device", (driver) => {
  expect(usualEntry(driver)).toBeDefined();
});

test("names are unique, and each is a driver's", () => {
  const names = roster.map(({ name }) => name);
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  const drivers = registered.map(({ driver }) => driver);
  expect(roster.filter(({ driver }) => !drivers.includes(driver))).toEqual([]);
  expect(driversWith("charger").toSorted()).toEqual(chargerDrivers.map(({ driver }) => driver).toSorted());
});

interface Connection {
  read(): Promise<unknown>;
  close(): Promise<void>;
}

interface Started {
  readonly device: VirtualDevice;
  readonly connection: Connection;
  /** Lets a second pass. */
  pass(): void;
}

async function start(entry: RosterEntry): Promise<Started> {
  const broker = closeAfterTest(await startBroker());
  let time = Date.now();
  const evse = new Evse({ current: 16, phases: entry.phases ?? 3 });
  evse.plug(new Car());
  evse.advance(60);
  const installation = installed({
    evse,
    brokerUrl: broker.url,
    multicastPort: await freeUdpPort(),
    now: () => time,
  });
  const device = closeAfterTest(await entry.start(installation));
  const pass = (): void => {
    time += 1_000;
    evse.advance(1);
  };
  return { device, pass, connection: closeAfterTest(connect(entry.driver, device)) };
}

function connect(name: string, { options }: VirtualDevice): Connection {
  const context = driverContext(brokerContext());
  const charger = chargerDrivers.find(({ driver }) => driver === name);
  if (charger !== undefined) return charger.connect(charger.options.parse(options), context);
  const monitor = residualCurrentDrivers.find(({ driver }) => driver === name);
  if (monitor !== undefined) return monitor.connect(monitor.options.parse(options), context);
  const meter = meterDrivers.find(({ driver }) => driver === name);
  if (meter === undefined) return tabled.connect({ ...tabled.options.parse(options), measures: ["grid"] }, context);
  return meter.connect({ ...meter.options.parse(options), measures: meter.measures }, context);
}

/** Devices that push do so again and again until they are heard. */
async function firstReading({ device, connection, pass }: Started): Promise<unknown> {
  let settled = false;
  const reading = connection.read().finally(() => (settled = true));
  while (!settled && device.push) {
    pass();
    await device.push();
    await Promise.race([reading.catch(() => undefined), arrived()]);
  }
  return reading;
}

const of = (kind: RosterEntry["kind"]) => roster.filter((entry) => entry.kind === kind);

test.each(of("charger"))("$name: the car charges at 16 A", async (entry) => {
  expect(await firstReading(await start(entry))).toMatchObject({
    state: "charging",
    currentL1: expect.closeTo(16, 0),
  });
});

test.each(of("meter"))("$name: the grid takes 640 W", async (entry) => {
  const reading = z
    .object({ grid: z.object({ power: z.number().nullable(), powers: z.array(z.number().nullable()) }) })
    .parse(await firstReading(await start(entry)));
  const { power, powers } = reading.grid;
  expect(power ?? powers.reduce<number>((sum, each) => sum + (each ?? NaN), 0)).toBeCloseTo(-640, 0);
});

test.each(of("residual-current"))("$name: no alarm", async (entry) => {
  expect(await firstReading(await start(entry))).toMatchObject({ alarmA: [], alarmB: [] });
});

/** Integers with a sign, low words first, in the other table, with a row that is no value of a meter. */
const registers = defineRegisters(
  {
    serial: { at: 0, type: "u32", unit: "", range: [0, 1e9] },
    power: { at: 10, type: "i32", unit: "W", range: [-1e6, 1e6] },
    powerL1: { at: 12, type: "i32", unit: "W", range: [-1e6, 1e6] },
    powerL2: { at: 14, type: "i32", unit: "W", range: [-1e6, 1e6] },
    powerL3: { at: 16, type: "i32", unit: "W", range: [-1e6, 1e6] },
    voltageL1: { at: 20, type: "u16", unit: "V", scale: 0.1, range: [80, 300] },
    voltageL2: { at: 21, type: "u16", unit: "V", scale: 0.1, range: [80, 300] },
    voltageL3: { at: 22, type: "u16", unit: "V", scale: 0.1, range: [80, 300] },
    currentL1: { at: 24, type: "u16", unit: "A", scale: 0.01, range: [0, 100] },
    currentL2: { at: 25, type: "u16", unit: "A", scale: 0.01, range: [0, 100] },
    currentL3: { at: 26, type: "u16", unit: "A", scale: 0.01, range: [0, 100] },
    importDay: { at: 30, type: "u32", unit: "kWh", scale: 0.01, range: [0, 1e6] },
    importNight: { at: 32, type: "u32", unit: "kWh", scale: 0.01, range: [0, 1e6] },
    exportTotal: { at: 34, type: "u32", unit: "kWh", scale: 0.01, range: [0, 1e6] },
  },
  { table: "input", wordOrder: "low-first", gap: 10 },
);
const tabled = defineModbusMeter({
  driver: "tabled",
  products: [{ brand: "Nobody", model: "meter" }],
  needs: [],
  registers,
});

test("a meter that is a table of registers has a virtual device from that table", async () => {
  const entry = registerMeter(tabled.driver, registers);
  expect(await firstReading(await start(entry))).toEqual({
    grid: {
      power: -640,
      powers: [1_200, -2_300, 460],
      currents: [expect.closeTo(5.22, 2), expect.closeTo(-9.96, 2), expect.closeTo(2.01, 2)],
      voltages: [230, 231, 229],
      importEnergy: 1_500,
      exportEnergy: 10.5,
      soc: null,
    },
  });
});
