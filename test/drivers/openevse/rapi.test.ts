import type { RequestListener } from "node:http";
import { checksum } from "../../../src/drivers/chargers/openevse/rapi-frame.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { Car } from "../../../src/simulator/house/car.js";
import { failureOf } from "../../support/failure.js";
import { sendJson, sendText } from "../../support/raw-http.js";
import { serveHttp } from "../../support/test-bench.js";
import { chargersBy, chargingReading } from "./support.js";

const { connectTo, virtual } = chargersBy("rapi");

/** A controller that gives these replies, to which the checksum is added. */
async function controller(replies: Readonly<Record<string, string>>) {
  const answer: RequestListener = ({ url = "" }, response) => {
    const cmd = new URL(url, "http://box").searchParams.get("rapi");
    if (cmd === null) return sendText(response, "Not found", 404);
    const text = replies[cmd] ?? "$NK";
    sendJson(response, { cmd, ret: `${text}^${checksum(text).toString(16).padStart(2, "0")}` });
  };
  const server = await serveHttp(answer);
  return { charger: connectTo(server.port), server };
}

/** Typed from "rapi_proc.h": charging with 16 A. */
const charging = {
  $GS: "$OK 03 3473 03 0140",
  $GG: "$OK 15840 231000",
  $GU: "$OK 9012240 998125",
  $GC: "$OK 6 32 16 32",
  $GP: "$OK 282 301 -2560",
  $G0: "$OK 1",
  $GV: "$OK 8.2.1 5.1.4",
};

test("replies off the wire are this reading", async () => {
  const { charger, server } = await controller(charging);
  expect(await charger.read()).toEqual({ ...chargingReading, temperature: 30.1, firmware: "8.2.1" });
  expect(server.urls).toContain("/r?json=1&rapi=%24GS");
});

test.each<[why: string, replies: object, reading: object]>([
  ["asleep, with a car", { $GS: "$OK fe 0 02 0100" }, { state: "connected", enabled: false, allowCharging: false }],
  ["disabled, without one", { $GS: "$OK ff 0 01 0000", $G0: "$OK 0" }, { state: "disconnected", enabled: false }],
  ["asleep, and its plug is not known", { $GS: "$OK fe 0 02 0100", $G0: "$OK 2" }, { state: "connected" }],
  ["asleep by its own timer", { $GS: "$OK fe 0 02 1100" }, { enabled: null, allowCharging: false }],
  ["a fault, in base 16", { $GS: "$OK 0a 0 01 0000" }, { state: "fault", error: "OVER_TEMPERATURE", enabled: null }],
  ["no ammeter", { $GG: "$OK -1 0" }, { currentL1: null, voltageL1: null, power: null }],
  ["no sensor at all", { $GP: "$OK -2560 -2560 -2560" }, { temperature: null }],
  ["one sensor of three", { $GP: "$OK 215 -2560 -2560" }, { temperature: 21.5 }],
  ["an old controller with two values", { $GC: "$OK 6 32" }, { maxAmpere: null }],
  ["RAPI 5.0, without its configured maximum", { $GC: "$OK 6 32 16" }, { maxAmpere: 16 }],
  ["RAPI before 5, asleep: in decimal", { $GS: "$OK 254 0", $G0: "$OK 1" }, { state: "connected", enabled: false }],
  ["RAPI before 5, disabled", { $GS: "$OK 255 12", $G0: "$OK 0" }, { state: "disconnected", enabled: false }],
  ["RAPI before 5, too warm", { $GS: "$OK 10 0" }, { state: "fault", error: "OVER_TEMPERATURE" }],
  ["RAPI before 5, its current", { $GS: "$OK 3 60", $GC: "$OK 6 32", $GE: "$OK 16 0021" }, { maxAmpere: 16 }],
  ["no command for the plug", { $G0: "$NK" }, { state: "charging" }],
  ["no version", { $GV: "$NK" }, { firmware: null }],
])("%s", async (_why, replies, reading) => {
  const { charger } = await controller({ ...charging, ...replies });
  expect(await charger.read()).toMatchObject(reading);
});

test.each<[why: string, replies: object]>([
  ["no state", { $GS: "$OK" }],
  ["a state that is no number", { $GS: "$OK zz 0 00 0000" }],
  ["a no to what every controller knows", { $GU: "$NK" }],
])("%s: no reading", async (_why, replies) => {
  const { charger } = await controller({ ...charging, ...replies });
  expect((await failureOf(charger.read())).code).toBe("protocol");
});

test.each<[why: string, send: (charger: Charger) => Promise<void> | undefined, url: string, replies: object]>([
  ["a current, which is not stored", (c) => c.writes.maxAmpere(16), "%24SC%2016%20V", { "$SC 16 V": "$OK 16" }],
  ["a start", (c) => c.writes.allowCharging(true), "%24FE", { $FE: "$OK" }],
  ["a stop", (c) => c.writes.allowCharging(false), "%24FS", { $FS: "$OK", $GS: "$OK fe 0 02 0100" }],
  ["a voltage, in mV", (c) => c.setMeasuredVoltage?.(229.6), "%24SV%20230000", { "$SV 230000": "$OK" }],
])("%s on the wire", async (_why, send, url, replies) => {
  const { charger, server } = await controller({ ...charging, ...replies });
  await send(charger);
  expect(server.urls[0]).toBe(`/r?json=1&rapi=${url}`);
});

test("what is written to a charger is read back from it, and nothing is stored", async () => {
  const { charger, device, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.maxAmpere(9);
  await charger.writes.allowCharging(false);
  expect(await charger.read()).toMatchObject({
    maxAmpere: 9,
    enabled: false,
    allowCharging: false,
    state: "connected",
  });
  await charger.writes.allowCharging(true);
  expect(await charger.read()).toMatchObject({ enabled: true });
  expect(device.flashWrites).toBe(0);
});

test.each(["3.0.1", "4.0.1", "5.0.0", "5.1.1"])("so it is with RAPI %s", async (rapi) => {
  const { charger, device, evse } = await virtual({ rapi });
  evse.plug(new Car());
  await charger.read();
  await charger.writes.maxAmpere(9);
  expect(device.box.pilot).toBe(9);
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ maxAmpere: 9, state: "charging", enabled: true });
  await charger.writes.allowCharging(false);
  expect(await charger.read()).toMatchObject({ state: "connected", enabled: false, maxAmpere: 9 });
  await charger.writes.allowCharging(true);
  expect(await charger.read()).toMatchObject({ enabled: true });
  device.fault = "ignore-writes";
  expect((await failureOf(charger.writes.maxAmpere(20))).code).toBe("not-taken-over");
  expect((await failureOf(charger.writes.allowCharging(false))).code).toBe("not-taken-over");
  expect(device.flashWrites).toBe(0);
});

test.each(["4.0.1", "5.1.2"])("with RAPI %s no voltage is sent: it would switch another setting", async (rapi) => {
  const { charger, device, commands } = await virtual({ rapi });
  device.box.checksVentilation = false;
  await charger.read();
  await charger.setMeasuredVoltage?.(230);
  expect(commands().some((command) => command.startsWith("$SV"))).toBe(false);
  expect(device.box.checksVentilation).toBe(false);
});

test("a controller that can only store a current is not told one", async () => {
  const { charger, server } = await controller({ ...charging, "$SC 16 V": "$NK", "$SC 16": "$OK" });
  const failure = await failureOf(charger.writes.maxAmpere(16));
  expect(failure).toMatchObject({ code: "refused" });
  expect(failure.message).toContain("before June 2016");
  expect(server.urls.some((url) => url.endsWith("SC%2016"))).toBe(false);
});

test("no phases, and no limit for a session", async () => {
  const { charger } = await virtual();
  expect(Object.keys(charger.writes)).toEqual(["maxAmpere", "allowCharging"]);
});

test("a box for three phases is known by its gateway", async () => {
  const { charger, evse } = await virtual({ generation: "new", box: { phases: 3, current: 16 } });
  evse.plug(new Car());
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ phases: 3, currentL1: 16, currentL3: 16, power: 3 * 16 * 240 });
});

test.each<[string, (charger: Charger) => Promise<void> | undefined]>([
  ["current", (c) => c.writes.maxAmpere(10)],
  ["stop", (c) => c.writes.allowCharging(false)],
  ["voltage", (c) => c.setMeasuredVoltage?.(230)],
])("firmware that blocks writes says so: %s", async (_what, send) => {
  const { charger, device } = await virtual({ blocksRapi: true });
  const failure = await failureOf(Promise.resolve(send(charger)));
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("this firmware blocks RAPI writes");
  expect(failure.message).toContain("Set api to wifi");
  expect(device.box.pilot).toBe(32);
});

test("firmware that blocks writes can still be read", async () => {
  expect((await (await virtual({ blocksRapi: true })).charger.read()).state).toBe("disconnected");
});

test("a current beyond what the box is set up for is refused, with what it took", async () => {
  const { charger } = await virtual({ box: { current: 20 } });
  const failure = await failureOf(charger.writes.maxAmpere(32));
  expect(failure.code).toBe("refused");
  expect(failure.message).toContain("(20)");
});

test.each([5, 81, 7.5, NaN])("%d A are refused before anything is sent", async (amperes) => {
  const { charger, device } = await virtual();
  expect((await failureOf(charger.writes.maxAmpere(amperes))).code).toBe("unsupported");
  expect(device.requests).toEqual([]);
});

test("a yes that changes nothing is no success", async () => {
  const { charger, device, evse } = await virtual();
  evse.plug(new Car());
  device.fault = "ignore-writes";
  expect((await failureOf(charger.writes.maxAmpere(10))).code).toBe("not-taken-over");
  expect((await failureOf(charger.writes.allowCharging(false))).code).toBe("not-taken-over");
});

test("the voltage is sent only when it is another one, and again after a failure", async () => {
  const { charger, device, commands } = await virtual();
  await charger.read();
  await charger.setMeasuredVoltage?.(230.2);
  await charger.setMeasuredVoltage?.(229.8);
  expect(commands().filter((command) => command.startsWith("$SV"))).toEqual(["$SV 230000"]);
  device.fault = "no-controller";
  await failureOf(charger.read());
  device.fault = null;
  await charger.setMeasuredVoltage?.(230);
  expect(commands().filter((command) => command.startsWith("$SV"))).toHaveLength(2);
});

test("an event before a reply is skipped", async () => {
  const { charger, device } = await virtual();
  device.fault = "news-first";
  expect((await charger.read()).state).toBe("disconnected");
  await charger.writes.maxAmpere(10);
  expect(device.box.pilot).toBe(10);
});

test("an event in place of a reply: a query is repeated once, a command is not", async () => {
  const { charger, device, commands } = await virtual();
  device.fault = "news-only";
  expect((await failureOf(charger.writes.maxAmpere(10))).message).toContain("only an event came");
  expect(commands()).toEqual(["$SC 10 V"]);
  expect((await failureOf(charger.read())).code).toBe("protocol");
  expect(commands().slice(1)).toEqual(["$GV", "$GV"]);
});

test.each<[why: string, answer: unknown, code: string]>([
  ["of another command", { cmd: "$GP", ret: "$OK 1^21" }, "protocol"],
  ["without a reply", { cmd: "$GV" }, "protocol"],
  ["with an error of the serial line", { cmd: "$GV", error: "RAPI_RESPONSE_BAD_SEQUENCE_ID" }, "protocol"],
  ["with no reply from the controller", { cmd: "$GV", error: "RAPI_RESPONSE_TIMEOUT" }, "unreachable"],
])("an answer %s", async (_why, answer, code) => {
  const server = await serveHttp((_request, response) => sendJson(response, answer));
  expect((await failureOf(connectTo(server.port).read())).code).toBe(code);
});
