import fc from "fast-check";
import { sunspec } from "../../../src/drivers/meters/sunspec/index.js";
import { connectSunSpec } from "../../../src/drivers/meters/sunspec/meter.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type MeterRole, noQuantities } from "../../../src/model/readings.js";
import { startVirtualModbus } from "../../../src/simulator/servers/modbus/server.js";
import { startVirtualSunSpec, type VirtualSunSpecOptions } from "../../../src/simulator/devices/sunspec/device.js";
import { modbusFaults } from "../../support/device-faults.js";
import { failureOf } from "../../support/failure.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const clock = new TestClock();

function meterAt(port: number, measures: readonly MeterRole[], more: object = {}) {
  const options = sunspec.options.parse({ host: "127.0.0.1", port, ...more });
  const link = { device: "Roof", retry: { first: 1_000, jitter: 0 }, clock };
  return closeAfterTest(connectSunSpec({ ...options, measures }, link));
}

/** Registers of one model, typed from the model's document; those that are not named are not implemented. */
async function typed(id: number, length: number, words: Readonly<Record<number, number>>, base = 40_000) {
  const device = closeAfterTest(await startVirtualModbus());
  const { holding } = device;
  holding.setWords(base, [0x5375, 0x6e53, 1, 2, 0, 0, id, length]);
  const at = base + 6;
  holding.fill(at + 2, at + 1 + length, 0x8000);
  for (const [offset, word] of Object.entries(words)) holding.setWords(at + Number(offset), [word]);
  holding.setWords(at + 2 + length, [0xffff, 0]);
  return { device, at };
}

test("inverter 103: counts and their powers of ten", async () => {
  const { device } = await typed(103, 50, {
    3: 725,
    4: 724,
    5: 0xffff,
    6: 0xfffe, // 10^-2
    10: 2_301,
    11: 2_310,
    12: 2_299,
    13: 0xffff, // 10^-1
    14: 501,
    15: 1,
    24: 0x0016,
    25: 0xe360,
    26: 0,
    38: 4,
  });
  expect(await meterAt(device.port, ["pv"]).read()).toEqual({
    pv: {
      ...noQuantities,
      power: 5_010,
      currents: [7.25, 7.24, null],
      voltages: [230.1, 231, 229.9],
      exportEnergy: 1_500,
    },
  });
});

test("inverter 113: floats", async () => {
  const { device } = await typed(113, 60, {
    4: 0x40e8, // 7.25
    5: 0,
    6: 0x7fc0,
    8: 0x7fc0,
    16: 0x4366, // 230.1
    17: 0x199a,
    18: 0x7fc0,
    20: 0x7fc0,
    22: 0x459c, // 5000
    23: 0x4000,
    32: 0x49b7, // 1500000
    33: 0x1b00,
    48: 4,
  });
  expect(await meterAt(device.port, ["pv"]).read()).toEqual({
    pv: {
      ...noQuantities,
      power: 5_000,
      currents: [7.25, null, null],
      voltages: [230.1, null, null],
      exportEnergy: 1_500,
    },
  });
});

const meter203 = {
  3: 525,
  4: 1_000,
  5: 0,
  6: 0xfffe,
  8: 2_301,
  9: 2_310,
  10: 2_299,
  15: 0xffff,
  18: 0xffff - 1_099, // -1100
  19: 1_200,
  20: 0xffff - 2_299, // -2300
  21: 0,
  22: 0,
  38: 0,
  39: 1_050,
  46: 0,
  47: 15_000,
  54: 1,
};

const grid203 = {
  power: -1_100,
  powers: [1_200, -2_300, 0],
  currents: [5.25, -10, 0],
  voltages: [230.1, 231, 229.9],
  importEnergy: 150,
  exportEnergy: 10.5,
  soc: null,
};

test("meter 203: counts and their powers of ten", async () => {
  const { device } = await typed(203, 105, meter203);
  expect(await meterAt(device.port, ["grid"]).read()).toEqual({ grid: grid203 });
});

test("a meter whose import is negative: its signs turn, its energies have names", async () => {
  const { device } = await typed(203, 105, meter203);
  expect(await meterAt(device.port, ["grid"], { importPositive: false }).read()).toEqual({
    grid: { ...grid203, power: 1_100, powers: [-1_200, 2_300, 0], currents: [-5.25, 10, 0] },
  });
});

test("meter 213: floats", async () => {
  const { device } = await typed(213, 124, {
    4: 0x40a8, // 5.25
    5: 0,
    6: 0x4120, // 10
    7: 0,
    8: 0,
    9: 0,
    12: 0x4366, // 230.1
    13: 0x199a,
    14: 0x4367, // 231
    15: 0,
    16: 0x7fc0,
    28: 0xc489, // -1100
    29: 0x8000,
    30: 0x4496, // 1200
    31: 0,
    32: 0xc50f, // -2300
    33: 0xc000,
    34: 0,
    35: 0,
    60: 0x4624, // 10500
    61: 0x1000,
    68: 0x4812, // 150000
    69: 0x7c00,
  });
  expect(await meterAt(device.port, ["house"]).read()).toEqual({ house: { ...grid203, voltages: [230.1, 231, null] } });
});

test.each<[string, number, number, number | null]>([
  ["discharging", 3, 0xffff - 499, 500],
  ["charging", 4, 500, -500],
  ["holding", 6, 500, 500],
  ["not told", 0xffff, 0xffff - 499, -500],
  ["no power told", 3, 0x8000, null],
])("battery 802: %s", async (_what, status, word, power) => {
  const { device } = await typed(802, 62, { 11: 775, 16: status, 47: word, 56: 0xffff, 63: 0 });
  expect(await meterAt(device.port, ["battery"]).read()).toEqual({ battery: { ...noQuantities, soc: 77.5, power } });
});

test("storage 124: its charge, and no power", async () => {
  const { device } = await typed(124, 24, { 8: 7_750, 22: 0xfffe });
  expect(await meterAt(device.port, ["battery"]).read()).toEqual({ battery: { ...noQuantities, soc: 77.5 } });
});

test.each<[string, Record<number, number>, object]>([
  ["power without its power of ten", { 14: 500 }, { power: null }],
  ["power with an absurd power of ten", { 14: 500, 15: 11 }, { power: null }],
  ["power that there is not", { 14: 30_000, 15: 5 }, { power: null }],
  ["no power, but charging the grid", { 15: 0, 38: 4 }, { power: null }],
  ["no power, and asleep", { 15: 0, 38: 2 }, { power: 0 }],
  ["no power, and on standby", { 15: 0, 38: 8 }, { power: 0 }],
  ["no power, and shutting down", { 15: 0, 38: 6 }, { power: null }],
  ["no power, and off", { 15: 0, 38: 1 }, { power: 0 }],
  ["a counter that is not there", { 24: 0, 25: 0, 26: 0 }, { exportEnergy: null }],
])("inverter: %s", async (_what, words, reading) => {
  const { device } = await typed(103, 50, words);
  expect((await meterAt(device.port, ["pv"]).read()).pv).toMatchObject(reading);
});

test.each([40_000, 0, 50_000])("the map is found at %i", async (base) => {
  const { device } = await typed(203, 105, meter203, base);
  expect(await meterAt(device.port, ["grid"]).read()).toEqual({ grid: grid203 });
});

const inverter = { id: 103, values: () => ({ power: 5_000, state: 4 }) } as const;
const gridMeter = { id: 203, values: () => ({ power: -3_000 }) } as const;
const battery = { id: 802, values: () => ({ power: 1_000, soc: 50, state: 4 }) } as const;

async function virtual(options: Partial<VirtualSunSpecOptions> = {}) {
  return closeAfterTest(await startVirtualSunSpec({ models: [inverter, gridMeter, battery], ...options }));
}

test("a device with several models is read for all that it is to measure, and walked only once", async () => {
  const device = await virtual();
  const meter = meterAt(device.port, ["grid", "pv", "battery"]);
  for (let round = 0; round < 2; round += 1) {
    const { grid, pv, battery: stored } = await meter.read();
    expect([grid?.power, pv?.power, stored?.power, stored?.soc]).toEqual([-3_000, 5_000, -1_000, 50]);
  }
  const asked = device.modbus.requests.map(({ address }) => address);
  expect(asked.filter((address) => address === 40_000)).toHaveLength(1);
  expect(asked.slice(-3)).toEqual([device.placeOf(1), device.placeOf(0), device.placeOf(2)]);
});

test("a meter model stands for what it is mounted on, and for the sun where there is no inverter", async () => {
  const device = await virtual({ models: [gridMeter] });
  expect((await meterAt(device.port, ["house"]).read()).house?.power).toBe(-3_000);
  expect((await meterAt(device.port, ["pv"]).read()).pv?.power).toBe(-3_000);
});

test("the meter at the grid is not taken for the sun", async () => {
  const device = await virtual({ models: [gridMeter] });
  const failure = await failureOf(meterAt(device.port, ["grid", "pv"]).read());
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("for pv: it has 1, 203");
});

test("a device without SunSpec says so", async () => {
  const device = closeAfterTest(await startVirtualModbus({ unknown: "zero" }));
  const failure = await failureOf(meterAt(device.port, ["grid"]).read());
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("no SunSpec at 40000, 0, 50000");
});

test.each<[string, number[]]>([
  ["a model of no length", [203, 0]],
  ["models without an end", [2, 1, 0, 2, 1, 0]],
])("a map that leads nowhere fails: %s", async (_what, words) => {
  const device = closeAfterTest(await startVirtualModbus({ unknown: "zero" }));
  device.holding.setWords(40_000, [0x5375, 0x6e53]);
  if (words.length === 2) device.holding.setWords(40_002, words);
  else for (let at = 40_002; at < 42_000; at += 3) device.holding.setWords(at, [2, 1, 0]);
  expect((await failureOf(meterAt(device.port, ["grid"]).read())).message).toContain("no end");
});

test("a device whose models have moved is walked again", async () => {
  const device = await virtual({ models: [gridMeter, inverter] });
  const meter = meterAt(device.port, ["grid"]);
  await meter.read();
  device.modbus.holding.setU16(device.placeOf(0), 204);
  expect((await failureOf(meter.read())).message).toContain("SunSpec model 204 stands at");
  expect((await meter.read()).grid?.power).toBe(-3_000);
});

/** Whoever does not have the registers of SunSpec does not speak it. */
const atFirstContact = modbusFaults.map(
  ([fault, code]) => [fault, code === "unsupported" ? "protocol" : code] as const,
);

test.each(atFirstContact)("%p at the first contact fails, and it comes back by itself", async (fault, code) => {
  const device = await virtual();
  const meter = meterAt(device.port, ["grid"]);
  device.modbus.fault = fault;
  expect((await failureOf(advanceUntilSettled(clock, meter.read()))).code).toBe(code);
  device.modbus.fault = null;
  await clock.advance(1_000);
  expect((await meter.read()).grid?.power).toBe(-3_000);
});

test("whatever the registers hold, reading them fails as a device does or not at all", async () => {
  const device = closeAfterTest(await startVirtualModbus({ unknown: "zero" }));
  const words = fc.array(fc.oneof(fc.constantFrom(1, 103, 203, 802, 0xffff), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 60,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(words, async (random) => {
      device.holding.setWords(40_000, [0x5375, 0x6e53, ...random]);
      const meter = meterAt(device.port, ["grid", "pv"]);
      try {
        await meter.read();
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
      await meter.close();
    }),
    { numRuns: 50 },
  );
});
