import { shelly3em } from "../../../src/drivers/meters/shelly/gen1/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type MeterReading, noQuantities } from "../../../src/model/readings.js";
import { failureOf } from "../../support/failure.js";
import { MqttDouble } from "../../support/mqtt-double.js";
import { connectMeter } from "../../support/test-bench.js";
import { settle, TestClock } from "../../support/test-clock.js";

function setUp() {
  const clock = new TestClock();
  const wire = new MqttDouble();
  const meter = connectMeter(
    shelly3em,
    { topic: "shellies/em", url: "mqtt://broker.local:1883" },
    { clock, mqtt: wire.pool },
  );
  const readings: MeterReading[] = [];
  const burst = async (values: Readonly<Record<string, string>>): Promise<void> => {
    for (const [topic, payload] of Object.entries(values)) wire.deliver(`shellies/em/emeter/${topic}`, payload);
    await clock.advance(20);
  };
  return { clock, wire, meter, readings, burst, watch: () => meter.watch?.((reading) => readings.push(reading)) };
}

const everything = {
  "0/power": "1250.50",
  "0/pf": "0.98",
  "0/current": "5.52",
  "0/voltage": "231.20",
  "0/total": "1000500.5",
  "0/total_returned": "100.0",
  "1/power": "-2300.00",
  "1/current": "10.01",
  "1/voltage": "230.00",
  "1/total": "200000.0",
  "1/total_returned": "4000000.0",
  "2/power": "0.00",
  "2/current": "0.00",
  "2/voltage": "229.90",
  "2/total": "300000.0",
  "2/total_returned": "0.0",
};

const complete = {
  power: -1_049.5,
  currents: [5.52, -10.01, 0],
  voltages: [231.2, 230, 229.9],
  powers: [1_250.5, -2_300, 0],
  importEnergy: 1_500.5005,
  exportEnergy: 4_000.1,
  soc: null,
};

test("the messages of one burst are one reading", async () => {
  const { watch, burst, readings } = setUp();
  watch();
  await burst(everything);
  expect(readings).toEqual([{ grid: complete }]);
});

test("a burst ends 20 ms after its last message, and not before", async () => {
  const { watch, wire, clock, readings } = setUp();
  watch();
  wire.deliver("shellies/em/emeter/0/voltage", "230");
  await clock.advance(19);
  wire.deliver("shellies/em/emeter/1/voltage", "231");
  await clock.advance(19);
  expect(readings).toEqual([]);
  await clock.advance(1);
  expect(readings).toEqual([{ grid: { ...noQuantities, voltages: [230, 231, null] } }]);
});

test("a burst without pauses ends 60 ms after its first message", async () => {
  const { watch, wire, clock, readings } = setUp();
  watch();
  for (let time = 0; time < 60; time += 10) {
    wire.deliver("shellies/em/emeter/0/voltage", "230");
    await clock.advance(10);
  }
  expect(readings).toHaveLength(1);
});

test("what did not come with a burst is null in it", async () => {
  const { watch, burst, readings } = setUp();
  watch();
  await burst(everything);
  await burst({ "1/voltage": "228.00" });
  expect(readings[1]).toEqual({ grid: { ...noQuantities, voltages: [null, 228, null] } });
});

test("the power is the sum of the newest three, once one of them has come", async () => {
  const { watch, burst, readings } = setUp();
  watch();
  await burst(everything);
  await burst({ "2/power": "500" });
  expect(readings[1]?.grid).toMatchObject({ power: -549.5, powers: [null, null, 500] });
});

test("without all three phases there is no power", async () => {
  const { watch, burst, readings } = setUp();
  watch();
  await burst({ "0/power": "100", "1/power": "200" });
  expect(readings[0]?.grid).toMatchObject({ power: null, powers: [100, 200, null] });
});

test.each([
  [14_900, -549.5],
  [15_000, null],
])("powers that are %i ms old make the sum %s", async (age, power) => {
  const { watch, burst, readings, clock } = setUp();
  watch();
  await burst(everything);
  await clock.advance(age - 40);
  await burst({ "2/power": "500" });
  expect(readings.at(-1)?.grid?.power).toBe(power);
});

test.each<[why: string, age: number, current: number]>([
  ["has the sign of a power from before", 5_000, -10],
  ["has none once that power is old", 15_000, 10],
])("a current %s", async (_why, age, current) => {
  const { watch, burst, readings, clock } = setUp();
  watch();
  await burst({ "1/power": "-2300" });
  await clock.advance(age);
  await burst({ "1/current": "10" });
  expect(readings.at(-1)?.grid?.currents).toEqual([null, current, null]);
});

test.each(["", "nan", "1,5", "12 W", " 230", '{"value":230}', "230\n", "1e9", "-1"])(
  "the voltage %j is none, and costs its neighbours nothing",
  async (payload) => {
    const { watch, burst, readings } = setUp();
    watch();
    await burst({ "0/voltage": payload, "1/voltage": "230" });
    expect(readings).toEqual([{ grid: { ...noQuantities, voltages: [null, 230, null] } }]);
  },
);

test("a power that is no number is not replaced by the one from before", async () => {
  const { watch, burst, readings } = setUp();
  watch();
  await burst(everything);
  await burst({ "0/power": "nan", "1/power": "-2300" });
  expect(readings[1]?.grid?.power).toBeNull();
});

test("topics that are not of a phase, and values that are not known, are left alone", async () => {
  const { watch, burst, readings } = setUp();
  watch();
  await burst({ "3/power": "1", "0/energy": "1", "x/power": "1", "0/__proto__": "1", "0/toString": "1" });
  expect(readings).toEqual([]);
});

test("what the broker had kept is no reading, and no part of one", async () => {
  const { watch, wire, burst, readings } = setUp();
  watch();
  wire.deliver("shellies/em/emeter/0/power", "9999", true);
  wire.deliver("shellies/em/emeter/1/power", "9999", true);
  await burst({ "2/power": "100" });
  expect(readings).toEqual([{ grid: { ...noQuantities, powers: [null, null, 100] } }]);
});

test.each([true, false])(
  "a meter that goes offline takes what it said with it (kept by the broker: %s)",
  async (kept) => {
    const { watch, wire, burst, readings } = setUp();
    watch();
    await burst(everything);
    wire.deliver("shellies/em/emeter/0/power", "100");
    wire.deliver("shellies/em/online", "false", kept);
    await burst({ "2/power": "500" });
    expect(readings[1]).toEqual({ grid: { ...noQuantities, powers: [null, null, 500] } });
  },
);

const asked = "shellies/em/command update";

test("the meter is asked at once", async () => {
  const { watch, wire } = setUp();
  watch();
  await settle();
  expect(wire.published).toEqual([asked]);
});

test("a quiet meter is asked every 5 s, and no more often", async () => {
  const { watch, wire, clock } = setUp();
  watch();
  await clock.advance(4_999);
  expect(wire.published).toHaveLength(1);
  await clock.advance(1);
  expect(wire.published).toHaveLength(2);
  await clock.advance(20_000);
  expect(wire.published).toHaveLength(6);
});

test("a meter that says everything by itself is not asked", async () => {
  const { watch, wire, clock, burst } = setUp();
  watch();
  for (let second = 0; second < 30; second += 3) {
    await burst(everything);
    await clock.advance(2_980);
  }
  expect(wire.published).toEqual([asked]);
});

test("one value that stays away is reason enough to ask", async () => {
  const { watch, wire, clock, burst } = setUp();
  watch();
  const allButOne = Object.fromEntries(Object.entries(everything).filter(([topic]) => topic !== "1/current"));
  for (let second = 0; second < 9; second += 3) {
    await burst(allButOne);
    await clock.advance(2_980);
  }
  expect(wire.published).toEqual([asked, asked]);
});

test("a read asks, and is over with the first complete reading", async () => {
  const { meter, wire, burst, clock } = setUp();
  const reading = meter.read();
  await settle();
  expect(wire.published).toEqual([asked]);
  await burst(everything);
  expect(await reading).toEqual({ grid: complete });
  expect(clock.pending).toBe(0);
});

test("a read puts together what a slow meter says in parts", async () => {
  const { meter, burst } = setUp();
  const reading = meter.read();
  await settle();
  await burst({ "0/power": "100", "0/current": "0.5", "1/power": "-200", "1/current": "1" });
  await burst({ "2/power": "300", "2/current": "1.5" });
  expect(await reading).toMatchObject({ grid: { power: 200, currents: [0.5, -1, 1.5], powers: [100, -200, 300] } });
});

test("a read of a silent meter fails after 10 s, and says where it listened", async () => {
  const { meter, clock } = setUp();
  const failure = failureOf(meter.read());
  await clock.advance(10_000);
  expect((await failure).code).toBe("unreachable");
  expect((await failure).message).toContain(
    "Grid: nothing came from shellies/em through the MQTT broker at broker.local:1883 within 10 s",
  );
});

test("a read that gets a part fails, and says what is missing", async () => {
  const { meter, clock, burst } = setUp();
  const failure = failureOf(meter.read());
  await settle();
  await burst({ "0/power": "1", "0/current": "1", "1/power": "1", "2/current": "1" });
  await clock.advance(10_000);
  expect((await failure).code).toBe("protocol");
  expect((await failure).message).toContain("current of L2, power of L3 did not come from shellies/em");
});

test("a read fails as the broker does", async () => {
  const { meter, wire } = setUp();
  wire.failure = new DeviceError({ code: "login-refused", device: "Grid", what: "no", advice: "no" });
  expect((await failureOf(meter.read())).code).toBe("login-refused");
});

test("closing ends a read that waits, and no timer and no reading is left", async () => {
  const { meter, watch, clock, wire, readings, burst } = setUp();
  watch();
  const failure = failureOf(meter.read());
  wire.deliver("shellies/em/emeter/0/power", "1");
  await settle();
  await meter.close();
  expect((await failure).code).toBe("unreachable");
  expect(clock.pending).toBe(0);
  await burst(everything);
  expect(readings).toEqual([]);
  expect((await failureOf(meter.read())).code).toBe("unreachable");
});
