import { connectModbusMeter, modbusMeter } from "../../../src/drivers/meters/modbus/index.js";
import { parseName } from "../../../src/drivers/decoding/value-names.js";
import { type MeterRole, noQuantities } from "../../../src/model/readings.js";
import { startVirtualModbus } from "../../../src/simulator/servers/modbus/server.js";
import { failureOf } from "../../support/failure.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

async function setUp(values: object, measures: readonly MeterRole[] = ["grid"]) {
  const device = closeAfterTest(await startVirtualModbus());
  const options = modbusMeter.options.parse({ host: "127.0.0.1", port: device.port, values });
  return {
    device,
    meter: closeAfterTest(connectModbusMeter({ ...options, measures }, { device: "Meter", clock: new TestClock() })),
  };
}

test("the contract's example: a float in two holding registers", async () => {
  const power = { register: 65, table: "holding", type: "float32", wordOrder: "high-first", scale: 1 };
  const { device, meter } = await setUp({ power });
  device.holding.setWords(65, [0x4496, 0x0000]);
  expect(await meter.read()).toEqual({ grid: { ...noQuantities, power: 1_200 } });
  expect(device.requests.map(({ functionCode, address, count }) => [functionCode, address, count])).toEqual([
    [3, 65, 2],
  ]);
});

test("every value finds its place, with its type, scale and table", async () => {
  const { device, meter } = await setUp({
    power: { register: 0, type: "i32", wordOrder: "low-first" },
    powerL1: { register: 2, type: "i16", scale: 10 },
    powerL2: { register: 3, type: "i16", scale: 10 },
    powerL3: { register: 4, type: "i16", scale: 10 },
    currentL1: { register: 5, type: "u16", scale: 0.01 },
    currentL2: { register: 6, type: "u16", scale: 0.01 },
    currentL3: { register: 7, type: "u16", scale: 0.01, missing: 65_535 },
    voltageL1: { register: 10, type: "u16", table: "input", scale: 0.1 },
    voltageL2: { register: 11, type: "u16", table: "input", scale: 0.1 },
    voltageL3: { register: 12, type: "u16", table: "input", scale: 0.1 },
    importEnergy: { register: 20, type: "u64", scale: 0.001 },
    exportEnergy: { register: 30, type: "u32", scale: 0.001 },
    soc: { register: 40, type: "u16" },
  });
  device.holding.setWords(0, [0xff38, 0xffff, 100, 0xff9c, 0, 525, 435, 65_535]);
  device.input.setWords(10, [2_301, 2_310, 2_299]);
  device.holding.setWords(20, [0, 0, 0x0016, 0xe360]);
  device.holding.setWords(30, [0, 500]);
  device.holding.setWords(40, [77]);
  expect(await meter.read()).toEqual({
    grid: {
      power: -200,
      powers: [1_000, -1_000, 0],
      currents: [5.25, -4.35, null],
      voltages: [230.1, 231, 229.9],
      importEnergy: 1_500,
      exportEnergy: 0.5,
      soc: 77,
    },
  });
  expect(device.requests).toHaveLength(5);
});

test("one device can measure several things", async () => {
  const { device, meter } = await setUp(
    {
      power: { register: 0, type: "i16" },
      "pv.power": { register: 1, type: "u16" },
      "battery.power": { register: 2, type: "i16", scale: -1 },
      "battery.soc": { register: 3, type: "u16" },
    },
    ["house", "pv", "battery"],
  );
  device.holding.setWords(0, [800, 3_000, 500, 60]);
  expect(await meter.read()).toEqual({
    house: { ...noQuantities, power: 800 },
    pv: { ...noQuantities, power: 3_000 },
    battery: { ...noQuantities, power: -500, soc: 60 },
  });
});

test("without a total, the phases make it, if all are there", async () => {
  const row = (register: number) => ({ register, type: "i16", missing: -1 });
  const { device, meter } = await setUp({ powerL1: row(0), powerL2: row(1), powerL3: row(2) });
  device.holding.setWords(0, [100, 200, 300]);
  expect((await meter.read()).grid?.power).toBe(600);
  device.holding.setWords(2, [0xffff]);
  expect((await meter.read()).grid).toMatchObject({ power: null, powers: [100, 200, null] });
});

test("a signed current keeps its sign, and another takes that of its power", async () => {
  const { device, meter } = await setUp({
    powerL1: { register: 0, type: "i16" },
    powerL2: { register: 1, type: "i16" },
    currentL1: { register: 2, type: "i16" },
    currentL2: { register: 3, type: "i16" },
    currentL3: { register: 4, type: "i16" },
  });
  device.holding.setWords(0, [0xff38, 0xff38, 5, 0xfffb, 0xfffb]);
  expect((await meter.read()).grid?.currents).toEqual([-5, -5, -5]);
});

test("values that can't be true are null, and nothing but such a failure", async () => {
  const { device, meter } = await setUp({
    power: { register: 0, type: "float32" },
    voltageL1: { register: 2, type: "u16" },
  });
  device.holding.setWords(0, [0x7fc0, 0, 230]);
  expect((await meter.read()).grid).toMatchObject({ power: null, voltages: [230, null, null] });
  device.holding.setWords(2, [2_300]);
  const failure = await failureOf(meter.read());
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("word order");
});

test("a register that is not there fails, and is named", async () => {
  const { meter } = await setUp({ power: { register: 65, type: "float32" } });
  const failure = await failureOf(meter.read());
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("registers 65 to 66");
});

test("registers between its values are not read: nobody knows what they are", async () => {
  const { device, meter } = await setUp({ power: { register: 0, type: "i16" }, soc: { register: 2, type: "u16" } });
  device.holding.setWords(0, [1]);
  device.holding.setWords(2, [2]);
  await meter.read();
  expect(device.requests.map(({ address, count }) => [address, count])).toEqual([
    [0, 1],
    [2, 1],
  ]);
});

test.each([
  "power",
  "powerL3",
  "currentL1",
  "voltageL2",
  "importEnergy",
  "exportEnergy",
  "soc",
  "pv.power",
  "battery.soc",
  "house.currentL2",
  "grid.exportEnergy",
])("%s is a name", (name) => expect(parseName(name)).not.toBeNull());

test.each([
  "",
  "Power",
  "watt",
  "pv",
  "pv.",
  ".power",
  "car.power",
  "pv.power.L1",
  "toString",
  "pv.constructor",
  "powerL4",
])("%p is no name", (name) => expect(parseName(name)).toBeNull());

test.each<[string, Record<string, object>, string[]]>([
  ["a good one", { power: { register: 65, type: "float32" } }, []],
  ["none", {}, ["values"]],
  ["an unknown name", { watt: { register: 65, type: "float32" } }, ["values.watt"]],
  ["beyond the last register", { power: { register: 65_535, type: "u32" } }, ["values.power.register"]],
])("values: %s", (_what, values, paths) => {
  const problems = modbusMeter.check?.(modbusMeter.options.parse({ host: "meter", values })) ?? [];
  expect(problems.map(({ path }) => path)).toEqual(paths);
});

test.each<[string, object]>([
  ["no type", { register: 1 }],
  ["an unknown type", { register: 1, type: "float16" }],
  ["a register below 0", { register: -1, type: "u16" }],
  ["a register that does not exist", { register: 65_536, type: "u16" }],
  ["a scale of 0", { register: 1, type: "u16", scale: 0 }],
  ["an unknown key", { register: 1, type: "u16", factor: 2 }],
])("an option that is refused: %s", (_what, power) =>
  expect(modbusMeter.options.safeParse({ host: "meter", values: { power } }).success).toBe(false),
);
