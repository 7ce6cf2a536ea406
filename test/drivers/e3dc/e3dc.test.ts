import fc from "fast-check";
import type { Meter } from "../../../src/drivers/driver.js";
import { e3dc } from "../../../src/drivers/meters/e3dc/index.js";
import { connectE3dc } from "../../../src/drivers/meters/e3dc/meter.js";
import { gridPowers } from "../../../src/drivers/meters/e3dc/power-meters.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type MeterReading, type MeterRole, noQuantities } from "../../../src/model/readings.js";
import {
  type E3dcFlows,
  startVirtualE3dc,
  type VirtualE3dcOptions,
} from "../../../src/simulator/devices/e3dc/server.js";
import { RegisterStore, startVirtualModbus } from "../../../src/simulator/servers/modbus/server.js";
import { modbusFaults } from "../../support/device-faults.js";
import { failureOf } from "../../support/failure.js";
import { connectMeter, closeAfterTest } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const all: readonly MeterRole[] = ["grid", "pv", "battery", "house"];

/** By the vendor's document: numbers there are one higher, and the low word comes first. */
function sunnyNoon(): RegisterStore {
  const store = new RegisterStore();
  store.fill(40_000, 40_136);
  store.setWords(40_000, [0xe3dc]);
  // PV 5000 W, battery 1200 W (charges), house 800 W, grid -3500 W (exports), generators -500 W, wallbox 7 W, sun in it 5 W
  store.setWords(40_067, [0x1388, 0x0000, 0x04b0, 0x0000, 0x0320, 0x0000, 0xf254, 0xffff, 0xfe0c, 0xffff, 7, 0, 5, 0]);
  // self-sufficiency 100 %, use of its own 30 %; state of charge 64 %
  store.setWords(40_081, [0x641e, 64]);
  // power meter 0: root, -1500 W, -1100 W, -900 W
  store.setWords(40_104, [1, 0xfa24, 0xfbb4, 0xfc7c]);
  return store;
}

const expected: MeterReading = {
  grid: { ...noQuantities, power: -3_500, powers: [-1_500, -1_100, -900] },
  pv: { ...noQuantities, power: 5_500 },
  battery: { ...noQuantities, power: -1_200, soc: 64 },
  house: { ...noQuantities, power: 800 },
};

const evening: E3dcFlows = { grid: 40, pv: 0, battery: 2_260, house: 2_300, soc: 87, gridPowers: [900, -400, -460] };

const clock = new TestClock();

function connectTo(port: number, measures = all): Meter {
  const retry = { first: 0, longest: 0 };
  return closeAfterTest(connectE3dc({ device: "Inverter", host: "127.0.0.1", port, retry, clock }, measures));
}

async function serve(holding: RegisterStore) {
  const server = closeAfterTest(await startVirtualModbus({ holding }));
  return { server, meter: connectTo(server.port) };
}

async function virtual(options: Partial<VirtualE3dcOptions> = {}, measures = all) {
  const device = closeAfterTest(await startVirtualE3dc({ flows: () => evening, ...options }));
  return { device, meter: connectTo(device.port, measures) };
}

test("registers off the wire are this reading", async () => {
  const { server, meter } = await serve(sunnyNoon());
  expect(await meter.read()).toEqual(expected);
  expect(server.requests.map(({ functionCode, address, count }) => [functionCode, address, count])).toEqual([
    [3, 40_000, 1],
    [3, 40_067, 16],
    [3, 40_104, 32],
  ]);
});

test("who it is, is asked once", async () => {
  const { server, meter } = await serve(sunnyNoon());
  await meter.read();
  await meter.read();
  expect(server.requests.filter(({ address }) => address === 40_000)).toHaveLength(1);
  expect(server.inFlightPeak).toBe(1);
});

test.each<[why: string, address: number, words: readonly number[], reading: object]>([
  ["the battery gives", 40_069, [0xf830, 0xffff], { battery: { power: 2_000 } }],
  ["the battery rests, and has no minus zero", 40_069, [0, 0], { battery: { power: 0 } }],
  ["the grid gives", 40_073, [0x2710, 0], { grid: { power: 10_000 } }],
  ["more than a word", 40_067, [0x1170, 0x0001], { pv: { power: 70_500 } }],
  ["no generators beside it", 40_075, [0, 0], { pv: { power: 5_000 } }],
  ["generators that rest take a little", 40_075, [4, 0], { pv: { power: 4_996 } }],
  ["words the other way round can't be true", 40_073, [0x0000, 0x1388], { grid: { power: null } }],
  ["no such power", 40_071, [0xffff, 0x7fff], { house: { power: null } }],
  [
    "a generator that can't be spoils only the sun",
    40_075,
    [0, 0x8000],
    { pv: { power: null }, house: { power: 800 } },
  ],
  ["an empty battery", 40_082, [0], { battery: { soc: 0 } }],
  ["more than full", 40_082, [101], { battery: { soc: null } }],
])("%s", async (_why, address, words, reading) => {
  const store = sunnyNoon();
  store.setWords(address, words);
  const { meter } = await serve(store);
  expect(await meter.read()).toMatchObject(reading);
});

/** One meter of a kind, in the words of its place. */
const meterWords = (...meters: readonly (readonly [kind: number, l1: number, l2: number, l3: number])[]) =>
  meters.flatMap(([kind, ...powers]) => [kind, ...powers.map((power) => power & 0xffff)]);

const none = [null, null, null];

test.each<[why: string, words: readonly number[] | null, grid: number | null, powers: readonly (number | null)[]]>([
  ["the root meter", meterWords([1, 1_000, -200, 300]), 1_100, [1_000, -200, 300]],
  ["wherever it stands", meterWords([2, 5, 5, 5], [7, 0, 0, 0], [1, 10, 20, 30]), 60, [10, 20, 30]],
  ["a farm's meter outweighs the root", meterWords([1, 0, 0, 0], [5, 500, 500, 500]), 1_500, [500, 500, 500]],
  ["a little later than the grid's power", meterWords([1, 1_000, 1_000, 1_000]), 3_290, [1_000, 1_000, 1_000]],
  ["another sign than the grid's power: not told", meterWords([1, 1_000, 1_000, 1_000]), -3_000, none],
  ["another sum: not told", meterWords([1, 1_000, 1_000, 1_000]), 2_000, none],
  ["the grid's power is not known", meterWords([1, 1, 1, 1]), null, none],
  ["no meter at the grid", meterWords([2, 0, 0, 0], [4, 0, 0, 0]), 0, none],
  ["no meters", null, 0, none],
  ["nothing flows", meterWords([1, 0, 0, 0]), 0, [0, 0, 0]],
])("phases: %s", (_why, words, grid, powers) => expect(gridPowers(words, grid)).toEqual(powers));

test("whatever words come, phases are finite or not told", () => {
  const word = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), fc.integer(), (words, grid) => {
      for (const power of gridPowers(words, grid)) expect(power === null || Number.isFinite(power)).toBe(true);
    }),
  );
});

test("whatever stands in the registers, reading them fails as a device does or not at all", async () => {
  const store = sunnyNoon();
  const { meter } = await serve(store);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 16, maxLength: 16 }), async (words) => {
      store.setWords(40_067, words);
      const { grid, battery } = await meter.read();
      expect(Math.abs(grid?.power ?? 0)).toBeLessThanOrEqual(200_000);
      expect(battery?.soc ?? 0).toBeLessThanOrEqual(100);
    }),
    { numRuns: 50 },
  );
});

test("an evening: the battery gives, and the grid a little", async () => {
  const { meter } = await virtual();
  expect(await meter.read()).toEqual({
    grid: { ...noQuantities, power: 40, powers: [900, -400, -460] },
    pv: { ...noQuantities, power: 0 },
    battery: { ...noQuantities, power: 2_260, soc: 87 },
    house: { ...noQuantities, power: 2_300 },
  });
});

test("a farm of several systems tells its phases too", async () => {
  const { meter } = await virtual({ farm: true });
  expect((await meter.read()).grid?.powers).toEqual([900, -400, -460]);
});

test("what is not to be measured is not told", async () => {
  const { device, meter } = await virtual({}, ["pv"]);
  expect(Object.keys(await meter.read())).toEqual(["pv"]);
  expect(device.modbus.requests.some(({ address }) => address >= 40_104)).toBe(false);
});

test("one without power meters is asked for them once", async () => {
  const { device, meter } = await virtual({ powerMeters: false });
  expect((await meter.read()).grid).toEqual({ ...noQuantities, power: 40 });
  await meter.read();
  expect(device.modbus.requests.filter(({ address }) => address === 40_104)).toHaveLength(1);
});

test("the other protocol is chosen: that is said, with what to do", async () => {
  const { meter } = await virtual({ mode: "sunspec" });
  const failure = await failureOf(meter.read());
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("register 40001 says 0x5375 in place of 0xe3dc");
  expect(failure.message).toContain("protocol “E3/DC” (simple mode)");
});

test("power meters that say no are no reason to miss the rest, and are asked again", async () => {
  const { device, meter } = await virtual();
  device.modbus.exceptionFor = ({ address }) => (address === 40_104 ? 4 : null);
  expect((await meter.read()).grid).toEqual({ ...noQuantities, power: 40 });
  device.modbus.exceptionFor = () => null;
  expect((await meter.read()).grid?.powers).toEqual([900, -400, -460]);
});

test("after a failure it is asked again who it is: another device may stand there", async () => {
  const { device, meter } = await virtual();
  await meter.read();
  device.modbus.fault = { exception: 4 };
  await failureOf(meter.read());
  device.modbus.fault = null;
  device.modbus.holding.setU16(40_000, 0);
  expect((await failureOf(meter.read())).code).toBe("protocol");
  device.modbus.holding.setU16(40_000, 0xe3dc);
  expect((await meter.read()).grid?.power).toBe(40);
});

test.each(modbusFaults)("fault %j in the middle is told as such, and over once it is gone", async (fault, code) => {
  const { device, meter } = await virtual();
  await meter.read();
  device.modbus.fault = fault;
  const failure = await failureOf(advanceUntilSettled(clock, meter.read()));
  expect(failure).toBeInstanceOf(DeviceError);
  expect(failure.code).toBe(code);
  device.modbus.fault = null;
  expect((await meter.read()).house?.power).toBe(2_300);
});

test("the driver connects with what a person wrote", async () => {
  const { device } = await virtual();
  const meter = connectMeter(e3dc, { host: "127.0.0.1", port: device.port }, { measures: e3dc.measures });
  expect(Object.keys(await meter.read())).toEqual(["grid", "pv", "battery", "house"]);
});
