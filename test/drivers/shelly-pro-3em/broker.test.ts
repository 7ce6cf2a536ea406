import { shellyPro3em } from "../../../src/drivers/meters/shelly/gen2/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import type { MeterReading } from "../../../src/model/readings.js";
import { startBroker } from "../../../src/simulator/servers/broker.js";
import { startVirtualShellyPro3em } from "../../../src/simulator/devices/shelly-gen2/device.js";
import { failureOf } from "../../support/failure.js";
import { MqttDouble } from "../../support/mqtt-double.js";
import { connectMeter, closeAfterTest, recordReadings, brokerContext } from "../../support/test-bench.js";
import { settle, TestClock } from "../../support/test-clock.js";
import { shellyGrid, shellyGridReading } from "../shelly-grid.js";

const prefix = "shellypro3em-aabbcc112233";

const em = {
  id: 0,
  a_act_power: 1150,
  a_current: 5,
  a_voltage: 230,
  b_act_power: -2300,
  b_current: 10,
  b_voltage: 230,
  c_act_power: 0,
  c_current: 0,
  c_voltage: 231,
};

const emdata = {
  id: 0,
  a_total_act_energy: 1000,
  b_total_act_energy: 2000,
  c_total_act_energy: 3000,
  a_total_act_ret_energy: 0,
  b_total_act_ret_energy: 500,
  c_total_act_ret_energy: 0,
};

function setUp() {
  const clock = new TestClock();
  const wire = new MqttDouble();
  const meter = connectMeter(shellyPro3em, { transport: "mqtt", topic: prefix }, { clock, mqtt: wire.pool });
  const readings: MeterReading[] = [];
  const results: Record<string, unknown> = { "EM.GetStatus": em, "EMData.GetStatus": emdata };
  /** The device answers each question on the asker's own topic. */
  const answering = () => {
    wire.onPublish = (_topic, payload) => {
      const { id, src, method } = JSON.parse(payload);
      wire.deliver(`${src}/rpc`, JSON.stringify({ id, src: prefix, dst: src, result: results[method] }));
    };
  };
  const methods = () => wire.published.map((line) => JSON.parse(line.slice(line.indexOf(" "))).method);
  return { clock, wire, meter, readings, answering, methods, watch: () => meter.watch?.((r) => readings.push(r)) };
}

test("a read asks on the device's topic, with a source of its own, and takes the answer", async () => {
  const { meter, wire, answering, clock } = setUp();
  answering();
  expect(await meter.read()).toEqual(shellyGridReading);
  expect(wire.published[0]).toMatch(
    /^shellypro3em-aabbcc112233\/rpc \{"id":1,"src":"ev-charging-[0-9a-f]{8}","method":"EM.GetStatus","params":\{"id":0\}\}$/,
  );
  expect(clock.pending).toBe(0);
});

test("a meter that does not answer is unreachable after 5 s", async () => {
  const { meter, clock } = setUp();
  const failure = failureOf(meter.read());
  await clock.advance(5_000);
  expect((await failure).code).toBe("unreachable");
  expect(clock.pending).toBe(0);
});

test.each<[why: string, answer: object, code: string]>([
  ["refuses", { error: { code: -103, message: "Invalid argument" } }, "protocol"],
  ["answers nothing that is a status", { result: [1] }, "protocol"],
  ["wants a login", { error: { code: 401, message: "{}" } }, "login-refused"],
])("a meter that %s", async (_why, answer, code) => {
  const { meter, wire } = setUp();
  wire.onPublish = (_topic, payload) => {
    const { id, src } = JSON.parse(payload);
    wire.deliver(`${src}/rpc`, JSON.stringify({ id, ...answer }));
  };
  expect((await failureOf(meter.read())).code).toBe(code);
});

test("the broker's refusal is the reading's", async () => {
  const { meter, wire } = setUp();
  wire.failure = new DeviceError({ code: "login-refused", device: "Grid", what: "no", advice: "no" });
  expect((await failureOf(meter.read())).code).toBe("login-refused");
});

const notify = (status: object) =>
  JSON.stringify({
    src: prefix,
    dst: `${prefix}/events`,
    method: "NotifyStatus",
    params: { ts: 1750000000.5, ...status },
  });

test.each<[road: string, topic: string, payload: string]>([
  ["a notice", "events/rpc", notify({ "em:0": { id: 0, c_act_power: 500, c_current: 2.2 } })],
  ["a component's status", "status/em:0", JSON.stringify({ ...em, c_act_power: 500, c_current: 2.2 })],
])("%s is a reading as it comes", async (_road, topic, payload) => {
  const { watch, wire, readings, answering } = setUp();
  answering();
  watch();
  await settle();
  expect(readings).toEqual([shellyGridReading]);
  wire.deliver(`${prefix}/${topic}`, payload);
  expect(readings[1]?.grid).toMatchObject({ power: -650 });
  expect(readings[1]?.grid?.currents[2]).toBe(2.2);
  wire.deliver(`${prefix}/${topic}`, payload, true);
  expect(readings).toHaveLength(2);
});

test.each([
  "",
  "{",
  "null",
  "[]",
  '{"method":"NotifyStatus"}',
  '{"method":"NotifyStatus","params":5}',
  '{"id":77,"result":{}}',
])("%j is no notice, and costs nobody anything", async (payload) => {
  const { watch, wire, readings } = setUp();
  watch();
  wire.deliver(`${prefix}/events/rpc`, payload);
  wire.deliver(`${prefix}/status/em:0`, payload.replace("NotifyStatus", "x"));
  expect(readings.filter(({ grid }) => grid?.power !== null)).toEqual([]);
});

test("a quiet meter is asked every 5 s, and for its counters every 60 s", async () => {
  const { watch, clock, methods, answering } = setUp();
  answering();
  watch();
  await clock.advance(59_999);
  const asked = methods();
  expect(asked.filter((method) => method === "EM.GetStatus")).toHaveLength(12);
  expect(asked.filter((method) => method === "EMData.GetStatus")).toHaveLength(1);
  await clock.advance(1);
  expect(methods().filter((method) => method === "EMData.GetStatus")).toHaveLength(2);
});

test("a meter that says everything by itself is asked once a minute", async () => {
  const { watch, wire, clock, methods, answering } = setUp();
  answering();
  watch();
  for (let second = 0; second < 60; second += 3) {
    await clock.advance(3_000);
    wire.deliver(`${prefix}/events/rpc`, notify({ "em:0": em }));
  }
  expect(methods().filter((method) => method === "EM.GetStatus")).toHaveLength(2);
});

test("one value that stays away is reason enough to ask", async () => {
  const { watch, wire, clock, methods, answering } = setUp();
  answering();
  watch();
  await clock.advance(3_000);
  wire.deliver(`${prefix}/events/rpc`, notify({ "em:0": { ...em, c_current: undefined } }));
  await clock.advance(2_000);
  expect(methods().filter((method) => method === "EM.GetStatus")).toHaveLength(2);
});

test("a meter that does not answer is not asked on top of that", async () => {
  const { watch, clock, methods } = setUp();
  watch();
  await clock.advance(4_999);
  expect(methods()).toHaveLength(1);
});

test("a meter that goes offline takes what it said with it, and is asked once it is back", async () => {
  const { watch, wire, readings, answering, methods } = setUp();
  answering();
  watch();
  await settle();
  wire.deliver(`${prefix}/online`, "false", true);
  wire.deliver(`${prefix}/events/rpc`, notify({ "em:0": { id: 0, c_act_power: 500 } }));
  expect(readings[1]?.grid).toMatchObject({ power: null, powers: [null, null, 500] });
  const before = methods().length;
  wire.deliver(`${prefix}/online`, "true");
  await settle();
  expect(methods().slice(before)).toEqual(["EM.GetStatus", "EMData.GetStatus"]);
});

test("closing ends what waits, and leaves no timer", async () => {
  const { meter, watch, wire, clock, readings } = setUp();
  watch();
  const failure = failureOf(meter.read());
  await settle();
  await meter.close();
  expect((await failure).message).toContain("has been closed");
  wire.deliver(`${prefix}/events/rpc`, notify({ "em:0": em }));
  await settle();
  expect(readings).toEqual([]);
  expect(clock.pending).toBe(0);
});

test.each(["triphase", "monophase"] as const)(
  "on a real broker a meter (%s) is read, and speaks by itself",
  async (profile) => {
    const broker = closeAfterTest(await startBroker());
    const mqtt = { url: broker.url, status: true };
    const device = closeAfterTest(await startVirtualShellyPro3em({ grid: () => shellyGrid, profile, mqtt }));
    const written = { transport: "mqtt", topic: device.name, url: broker.url };
    const meter = connectMeter(shellyPro3em, written, { ...brokerContext(), clock: new TestClock() });
    expect(await meter.read()).toEqual(shellyGridReading);
    const told = recordReadings(meter).next(({ grid }) => grid?.voltages[2] === 231);
    await device.publish();
    await told;
  },
);
