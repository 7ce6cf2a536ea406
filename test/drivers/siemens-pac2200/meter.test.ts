import fc from "fast-check";
import type { Meter } from "../../../src/drivers/driver.js";
import { connectRegisterMeter } from "../../../src/drivers/meters/modbus/register-meter.js";
import { pac2200Registers, siemensPac2200 } from "../../../src/drivers/meters/siemens-pac2200/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import type { MeterRole } from "../../../src/model/readings.js";
import { RegisterStore, startVirtualModbus } from "../../../src/simulator/servers/modbus/server.js";
import { type Pac2200Values, startVirtualPac2200 } from "../../../src/simulator/devices/siemens-pac2200/device.js";
import { modbusFaults } from "../../support/device-faults.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const clock = new TestClock();

function meterAt(port: number, more: object = {}, measures: readonly MeterRole[] = ["grid"]): Meter {
  const options = siemensPac2200.options.parse({ host: "127.0.0.1", port, ...more });
  const link = { device: "Grid", retry: { first: 1_000, jitter: 0 }, clock };
  return closeAfterTest(connectRegisterMeter(pac2200Registers, { ...options, measures }, link));
}

/** Registers typed from the manual's table: sun on L2. */
const registers: [offset: number, words: number[]][] = [
  [1, [0x4366, 0x199a]], // 230.1 V
  [3, [0x4367, 0x0000]], // 231 V
  [5, [0x4365, 0xe666]], // 229.9 V
  [13, [0x40a8, 0x0000]], // 5.25 A
  [15, [0x4120, 0x0000]], // 10 A
  [17, [0x0000, 0x0000]], // 0 A
  [25, [0x4496, 0x0000]], // 1200 W
  [27, [0xc50f, 0xc000]], // -2300 W
  [29, [0x0000, 0x0000]], // 0 W
  [63, [0x4561, 0x0000]], // 3600 VA, apparent
  [65, [0xc489, 0x8000]], // -1100 W
  [801, [0x412e, 0x8480, 0x0000, 0x0000]], // 1000000 Wh
  [805, [0x411e, 0x8480, 0x0000, 0x0000]], // 500000 Wh
  [809, [0x40c3, 0x8800, 0x0000, 0x0000]], // 10000 Wh
  [813, [0x407f, 0x4000, 0x0000, 0x0000]], // 500 Wh
];

const expected = {
  power: -1_100,
  powers: [1_200, -2_300, 0],
  currents: [5.25, -10, 0],
  voltages: [230.1, 231, 229.9],
  importEnergy: 1_500,
  exportEnergy: 10.5,
  soc: null,
};

async function typedRegisters(without: readonly number[] = []) {
  const store = new RegisterStore();
  store.fill(1, 72, 0x7fc0); // NaN where nothing is
  store.fill(801, 840);
  for (const [offset, words] of registers) if (!without.includes(offset)) store.setWords(offset, words);
  return closeAfterTest(await startVirtualModbus({ holding: store }));
}

test("registers off the wire are this reading, in two requests", async () => {
  const device = await typedRegisters();
  expect(await meterAt(device.port).read()).toEqual({ grid: expected });
  expect(device.requests.map(({ functionCode, unit, address, count }) => [functionCode, unit, address, count])).toEqual(
    [
      [3, 1, 1, 66],
      [3, 1, 801, 16],
    ],
  );
});

test("the reading stands under what the meter is mounted on", async () => {
  const device = await typedRegisters();
  expect(await meterAt(device.port, {}, ["house"]).read()).toEqual({ house: expected });
});

test("mounted the other way round, all signs turn and the energies change places", async () => {
  const device = await typedRegisters();
  expect(await meterAt(device.port, { reversed: true }, ["pv"]).read()).toEqual({
    pv: {
      ...expected,
      power: 1_100,
      powers: [-1_200, 2_300, 0],
      currents: [-5.25, 10, 0],
      importEnergy: 10.5,
      exportEnergy: 1_500,
    },
  });
});

test.each<[what: string, offset: number, words: number[], reading: object]>([
  ["no power", 65, [0x7fc0, 0], { power: null }],
  ["a power that there is not", 65, [0x4f80, 0], { power: null }],
  [
    "no power on L2: a current without its sign",
    27,
    [0x7fc0, 0],
    { powers: [1_200, null, 0], currents: [5.25, 10, 0] },
  ],
  ["no voltage on L3", 5, [0, 0], { voltages: [230.1, 231, null] }],
  ["a voltage with its words swapped", 1, [0x199a, 0x4366], { voltages: [null, 231, 229.9] }],
  ["a current below zero", 13, [0xc0a8, 0], { currents: [null, -10, 0] }],
  ["an energy without a value", 801, [0x7ff8, 0, 0, 0], { importEnergy: null, exportEnergy: 10.5 }],
])("%s", async (_what, offset, words, reading) => {
  const device = await typedRegisters();
  device.holding.setWords(offset, words);
  expect((await meterAt(device.port).read()).grid).toMatchObject(reading);
});

test("a device without energy registers is read without them", async () => {
  const device = await typedRegisters();
  device.holding.remove(801, 840);
  const meter = meterAt(device.port);
  for (let round = 0; round < 2; round += 1)
    expect(await meter.read()).toEqual({ grid: { ...expected, importEnergy: null, exportEnergy: null } });
  expect(device.requests.filter(({ address }) => address === 801)).toHaveLength(1);
});

test("a device that says nothing that makes sense is none", async () => {
  const device = await typedRegisters([1, 3, 5, 65]);
  expect(await failureOf(meterAt(device.port).read())).toMatchObject({ code: "protocol", device: "Grid" });
});

const house: Pac2200Values = {
  powers: [100, -200, null],
  currents: [0.5, 1, null],
  voltages: [230, 231, null],
  importEnergy: 6_000,
  exportEnergy: 500,
};

async function virtual(values: () => Pac2200Values = () => house) {
  return closeAfterTest(await startVirtualPac2200({ values }));
}

test("a virtual meter with two phases is read: the third is absent, not 0", async () => {
  const device = await virtual();
  expect(await meterAt(device.port).read()).toEqual({
    grid: {
      power: -100,
      powers: [100, -200, null],
      currents: [0.5, -1, null],
      voltages: [230, 231, null],
      importEnergy: 6,
      exportEnergy: 0.5,
      soc: null,
    },
  });
});

test("each reading is new", async () => {
  let power = 1_000;
  const device = await virtual(() => ({ ...house, powers: [power, 0, 0] }));
  const meter = meterAt(device.port);
  expect((await meter.read()).grid?.power).toBe(1_000);
  power = 2_000;
  expect((await meter.read()).grid?.power).toBe(2_000);
});

test.each(modbusFaults)("%p is a failure of the device, and it comes back by itself", async (fault, code) => {
  const device = await virtual();
  const meter = meterAt(device.port);
  device.modbus.fault = fault;
  expect((await failureOf(advanceUntilSettled(clock, meter.read()))).code).toBe(code);
  device.modbus.fault = null;
  await clock.advance(1_000);
  expect((await meter.read()).grid?.power).toBe(-100);
});

test("a wrong unit id is not answered", async () => {
  const device = await virtual();
  expect((await failureOf(advanceUntilSettled(clock, meterAt(device.port, { unitId: 126 }).read()))).code).toBe(
    "unreachable",
  );
});

test("no request cuts a value, which the device would refuse", async () => {
  const device = await virtual();
  await meterAt(device.port).read();
  const refused = device.modbus.requests.filter((request) => device.modbus.exceptionFor(request) !== null);
  expect(refused).toEqual([]);
});

test("whatever the registers hold, reading them fails as a device does or not at all", async () => {
  const device = await typedRegisters();
  const meter = meterAt(device.port);
  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 72, maxLength: 72 });
  await fc.assert(
    fc.asyncProperty(words, async (random) => {
      device.holding.setWords(1, random);
      try {
        await meter.read();
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
    }),
    { numRuns: 50 },
  );
});

test("it is declared with what a person needs", () => {
  expect(siemensPac2200.options.parse({ host: "pac" })).toEqual({ host: "pac", port: 502, unitId: 1, reversed: false });
  const meter = siemensPac2200.connect(
    { ...siemensPac2200.options.parse({ host: "127.0.0.1" }), measures: ["grid"] },
    driverContext(),
  );
  expect(meter.watch).toBeUndefined();
  return meter.close();
});
