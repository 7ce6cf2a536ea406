import fc from "fast-check";
import { mqttMeter } from "../../../src/drivers/meters/mqtt/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type MeterReading, type MeterRole, noQuantities } from "../../../src/model/readings.js";
import { failureOf } from "../../support/failure.js";
import { MqttDouble } from "../../support/mqtt-double.js";
import { connectMeter } from "../../support/test-bench.js";
import { settle, TestClock } from "../../support/test-clock.js";

function setUp(values: object, measures: readonly MeterRole[] = ["grid"]) {
  const clock = new TestClock();
  const wire = new MqttDouble();
  const written = { url: "mqtt://broker.local:1883", username: "me", values };
  const meter = connectMeter(mqttMeter, written, { measures, clock, mqtt: wire.pool });
  const readings: MeterReading[] = [];
  const burst = async (messages: Readonly<Record<string, string>>): Promise<void> => {
    for (const [topic, payload] of Object.entries(messages)) wire.deliver(topic, payload);
    await clock.advance(20);
  };
  return {
    clock,
    wire,
    meter,
    readings,
    burst,
    watch: () => meter.watch?.((reading) => readings.push(reading)),
  };
}

test("the contract's example: a value deep in JSON", async () => {
  const { watch, burst, readings, wire } = setUp({ power: { topic: "meter/state", path: "a.b[0]", scale: 1 } });
  watch();
  await burst({ "meter/state": '{"a":{"b":[1250.5,7]}}' });
  expect(readings).toEqual([{ grid: { ...noQuantities, power: 1_250.5 } }]);
  expect(wire.connections).toEqual([["mqtt://broker.local:1883", { username: "me" }]]);
});

test("numbers on topics of their own, and several values out of one message, are one reading", async () => {
  const { watch, burst, readings } = setUp({
    power: { topic: "m/p", scale: -1 },
    currentL1: { topic: "m/l1", path: "i" },
    voltageL1: { topic: "m/l1", path: "u" },
    importEnergy: { topic: "m/e", scale: 0.001 },
    "battery.soc": { topic: "b/soc" },
  });
  watch();
  await burst({ "m/p": "2300", "m/l1": '{"i":10,"u":"230.1"}', "m/e": "1500000", "b/soc": "77" });
  expect(readings).toEqual([
    {
      grid: {
        ...noQuantities,
        power: -2_300,
        currents: [10, null, null],
        voltages: [230.1, null, null],
        importEnergy: 1_500,
      },
      battery: { ...noQuantities, soc: 77 },
    },
  ]);
});

test("what did not come is null, and a place of which noQuantities came is left out", async () => {
  const { watch, burst, readings } = setUp({
    power: { topic: "g/p" },
    voltageL1: { topic: "g/u" },
    "pv.power": { topic: "pv/p" },
  });
  watch();
  await burst({ "g/p": "100", "g/u": "230", "pv/p": "3000" });
  await burst({ "g/u": "231" });
  await burst({ "pv/p": "3100" });
  expect(readings.slice(1)).toEqual([
    { grid: { ...noQuantities, voltages: [231, null, null] } },
    { pv: { ...noQuantities, power: 3_100 } },
  ]);
});

test("a burst ends 20 ms after its last message, and 60 ms after its first in any case", async () => {
  const { watch, wire, clock, readings } = setUp({ power: { topic: "p" }, voltageL1: { topic: "u" } });
  watch();
  wire.deliver("p", "1");
  await clock.advance(19);
  wire.deliver("u", "230");
  await clock.advance(19);
  expect(readings).toEqual([]);
  await clock.advance(1);
  expect(readings).toEqual([{ grid: { ...noQuantities, power: 1, voltages: [230, null, null] } }]);
  for (let time = 0; time < 60; time += 10) {
    wire.deliver("p", "2");
    await clock.advance(10);
  }
  expect(readings).toHaveLength(2);
});

const phases = { powerL1: { topic: "p1" }, powerL2: { topic: "p2" }, powerL3: { topic: "p3" } };

test("without a total, the newest three phases make it, however they come", async () => {
  const { watch, burst, readings, clock } = setUp(phases);
  watch();
  await burst({ p1: "100" });
  await burst({ p2: "200" });
  await burst({ p3: "-300" });
  await burst({ p1: "150" });
  expect(readings.map(({ grid }) => grid?.power)).toEqual([null, null, 0, 50]);
  expect(readings[3]?.grid?.powers).toEqual([150, null, null]);
  await clock.advance(15_000);
  await burst({ p1: "150" });
  expect(readings[4]?.grid?.power).toBeNull();
});

test("a current takes the sign of its power, also of one from before", async () => {
  const { watch, burst, readings } = setUp({ ...phases, currentL2: { topic: "i2" } });
  watch();
  await burst({ p2: "-2300" });
  await burst({ i2: "10" });
  expect(readings[1]).toEqual({ grid: { ...noQuantities, currents: [null, -10, null] } });
});

test.each(["", "nan", "1,5", "12 W", " 230", "230\n", '{"value":230}', '"230"', "true", "null", "1e9", "-1", "[230]"])(
  "%j is no voltage, and costs its neighbours noQuantities",
  async (payload) => {
    const { watch, burst, readings } = setUp({ voltageL1: { topic: "u1" }, voltageL2: { topic: "u2" } });
    watch();
    await burst({ u1: payload, u2: "230" });
    expect(readings).toEqual([{ grid: { ...noQuantities, voltages: [null, 230, null] } }]);
  },
);

test.each(["230", "{", '{"b":230}', '{"a":"x"}', '{"a":{}}', "[]", ""])(
  "%j has no value under its path",
  async (payload) => {
    const { watch, burst, readings } = setUp({ voltageL1: { topic: "u", path: "a" } });
    watch();
    await burst({ u: payload });
    expect(readings).toEqual([{ grid: noQuantities }]);
  },
);

test("what the broker had kept is no reading", async () => {
  const { watch, wire, clock, readings } = setUp({ power: { topic: "p" } });
  watch();
  wire.deliver("p", "9999", true);
  await clock.advance(100);
  expect(readings).toEqual([]);
});

test("a power that is no number is not replaced by the one from before", async () => {
  const { watch, burst, readings } = setUp(phases);
  watch();
  await burst({ p1: "1", p2: "2", p3: "3" });
  await burst({ p1: "nan" });
  expect(readings[1]?.grid?.power).toBeNull();
});

test("a read waits for all values, over several bursts", async () => {
  const { meter, burst, clock } = setUp({ power: { topic: "p" }, "battery.soc": { topic: "soc" } });
  const reading = meter.read();
  await settle();
  await burst({ p: "1" });
  await burst({ p: "2" });
  await burst({ soc: "50" });
  expect(await reading).toEqual({ grid: { ...noQuantities, power: 2 }, battery: { ...noQuantities, soc: 50 } });
  expect(clock.pending).toBe(0);
});

test("a read does not take what came before it", async () => {
  const { meter, watch, burst, clock } = setUp({ power: { topic: "p" } });
  watch();
  await burst({ p: "1" });
  const failure = failureOf(meter.read());
  await clock.advance(10_000);
  expect((await failure).code).toBe("unreachable");
});

test("a read of a silent meter fails after 10 s, and says where it listened", async () => {
  const { meter, clock } = setUp({ power: { topic: "m/p" }, voltageL1: { topic: "m/u" } });
  const failure = failureOf(meter.read());
  await clock.advance(10_000);
  expect((await failure).message).toContain(
    "Grid: no value came from m/p, m/u through the MQTT broker at broker.local:1883 within 10 s",
  );
});

test("a read that gets a part fails, and says what is missing", async () => {
  const { meter, clock, burst } = setUp({ power: { topic: "m/p" }, voltageL1: { topic: "m/u" } });
  const failure = failureOf(meter.read());
  await settle();
  await burst({ "m/p": "1", "m/u": "230 V" });
  await clock.advance(10_000);
  expect(await failure).toMatchObject({
    code: "protocol",
    message: expect.stringContaining("voltageL1 did not come from m/u"),
  });
});

test("a read fails as the broker does", async () => {
  const { meter, wire } = setUp({ power: { topic: "p" } });
  wire.failure = new DeviceError({ code: "login-refused", device: "Grid", what: "no", advice: "no" });
  expect((await failureOf(meter.read())).code).toBe("login-refused");
});

test("closing ends a read that waits, and no timer and no reading is left", async () => {
  const { meter, watch, clock, wire, readings, burst } = setUp({ power: { topic: "p" }, voltageL1: { topic: "u" } });
  watch();
  const failure = failureOf(meter.read());
  await settle();
  wire.deliver("p", "1");
  await meter.close();
  expect((await failure).code).toBe("unreachable");
  expect(clock.pending).toBe(0);
  await burst({ p: "1" });
  expect(readings).toEqual([]);
  expect((await failureOf(meter.read())).code).toBe("unreachable");
});

test("whatever is published, noQuantities is thrown", async () => {
  const { watch, wire, clock } = setUp({ power: { topic: "p", path: "a[0]" }, soc: { topic: "p" } });
  watch();
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (payload) => wire.deliver("p", payload)));
  await clock.advance(100);
});

test.each<[string, object]>([
  ["no topic", { path: "a" }],
  ["a wildcard", { topic: "a/+" }],
  ["a path that is none", { topic: "a", path: "b..c" }],
  ["a scale of 0", { topic: "a", scale: 0 }],
  ["an unknown key", { topic: "a", factor: 2 }],
])("an option that is refused: %s", (_why, power) =>
  expect(mqttMeter.options.safeParse({ values: { power } }).success).toBe(false),
);
