import { HttpRpc } from "../../../src/drivers/meters/shelly/gen2/http-rpc.js";
import { shellyPro3em } from "../../../src/drivers/meters/shelly/gen2/index.js";
import type { Clock } from "../../../src/model/clock.js";
import type { MeterReading } from "../../../src/model/readings.js";
import {
  startVirtualShellyPro3em,
  type VirtualShellyPro3emOptions,
} from "../../../src/simulator/devices/shelly-gen2/device.js";
import type { Profile } from "../../../src/simulator/devices/shelly-gen2/state.js";
import { systemClock } from "../../../src/site/clock.js";
import { webFaults } from "../../support/device-faults.js";
import { failureOf } from "../../support/failure.js";
import { MemoryLog } from "../../support/memory-log.js";
import { jsonAt } from "../../support/raw-http.js";
import { connectMeter, closeAfterTest, recordReadings, serveHttp } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { shellyGrid, shellyGridReading } from "../shelly-grid.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

async function house(more: Partial<VirtualShellyPro3emOptions> = {}) {
  let grid: ReturnType<VirtualShellyPro3emOptions["grid"]> = shellyGrid;
  const device = closeAfterTest(await startVirtualShellyPro3em({ grid: () => grid, ...more }));
  const log = new MemoryLog();
  const connect = (options: object = {}, clock: Clock = systemClock()) => {
    const written = { host: "127.0.0.1", port: device.port, ...options };
    return connectMeter(shellyPro3em, written, { clock, log });
  };
  return { device, connect, log, become: (changes: object) => (grid = { ...grid, ...changes }) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const complete = ({ grid }: MeterReading): boolean => grid?.power != null && grid.importEnergy != null;

describe.each(["triphase", "monophase"] as const)("profile %s", (profile: Profile) => {
  test.each(["ws", "http"])("is read over %s", async (transport) => {
    const { device, connect } = await house({ profile });
    expect(await connect({ transport }).read()).toEqual(shellyGridReading);
    expect(device.questions.every(({ over }) => over === transport)).toBe(true);
  });

  test("tells by itself what has changed, and nothing else", async () => {
    const { device, connect, become } = await house({ profile });
    const watched = recordReadings(connect());
    await watched.next(complete);
    await device.publish();
    const told = watched.next(({ grid }) => grid?.powers[0] === 2_300);
    become({ powers: [2_300, -2_301, 0], currents: [10, 10.01, 0] });
    await device.publish();
    expect(await told).toMatchObject({ grid: { powers: [2_300, null, null], power: 0, currents: [10, null, null] } });
  });
});

test("whoever watches hears everything at once, without asking for it", async () => {
  const { connect } = await house();
  const watched = recordReadings(connect());
  expect(await watched.next(complete)).toEqual(shellyGridReading);
});

test("a whole notice is taken whole", async () => {
  const { device, connect } = await house();
  const watched = recordReadings(connect());
  await watched.next(complete);
  const whole = watched.next(complete);
  await device.publishAll();
  expect(await whole).toEqual(shellyGridReading);
});

test("a broken WebSocket is opened anew, and asked, so that it speaks again", async () => {
  const { device, connect, become } = await house();
  const clock = new TestClock();
  const watched = recordReadings(connect({}, clock));
  await watched.next(complete);
  const back = watched.next(complete);
  device.dropSockets();
  while (device.sockets > 0) await turn();
  while (device.sockets === 0) await clock.advance(200);
  await back;
  const told = watched.next(({ grid }) => grid?.powers[2] === 700);
  become({ powers: [1_150, -2_300, 700] });
  await device.publish();
  await told;
});

test("a meter that takes no WebSocket is asked over HTTP", async () => {
  const { device, connect } = await house();
  device.refuseSockets = true;
  expect(await connect().read()).toEqual(shellyGridReading);
  expect(device.questions.map(({ over, method }) => `${over} ${method}`)).toEqual([
    "http EM.GetStatus",
    "http EMData.GetStatus",
  ]);
});

test("a meter that falls silent on its WebSocket is asked over HTTP, and its WebSocket is opened anew", async () => {
  const { device, connect } = await house();
  const clock = new TestClock();
  const meter = connect({}, clock);
  await meter.read();
  device.muteSockets = true;
  const reading = meter.read();
  while (device.questions.length < 3) await turn();
  await clock.advance(5_000);
  expect(await reading).toEqual(shellyGridReading);
  expect(device.questions.slice(3).map(({ over }) => over)).toEqual(["http", "http"]);
  device.muteSockets = false;
  while (device.sockets > 0) await turn();
  while (device.sockets === 0) await clock.advance(500);
  await turn();
  while (device.questions.at(-1)?.over !== "ws") await meter.read();
});

test.each(["ws", "http"])(
  "a password is used over %s, and a nonce that has grown old is replaced",
  async (transport) => {
    const { device, connect } = await house({ password: "hidden" });
    const meter = connect({ transport, password: "hidden" });
    expect(await meter.read()).toEqual(shellyGridReading);
    expect(await meter.read()).toEqual(shellyGridReading);
    device.digest?.expire();
    expect(await meter.read()).toEqual(shellyGridReading);
    expect(device.questions.every(({ over }) => over === transport)).toBe(true);
  },
);

test.each([
  ["ws", "hidden-and-wrong"],
  ["ws", undefined],
  ["http", "hidden-and-wrong"],
  ["http", undefined],
])("over %s, the password %s is refused, and stays unsaid", async (transport, password) => {
  const { connect } = await house({ password: "right" });
  const failure = await failureOf(connect({ transport, password }).read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).not.toContain("hidden");
});

/** Its silence takes 5 s, and has a test of its own. */
const quickFaults = webFaults.filter(([fault]) => fault !== "silent");

test.each(quickFaults)("%j over HTTP is a failed reading, and the next one is well again", async (fault, code) => {
  const { device, connect } = await house();
  const meter = connect({ transport: "http" });
  device.fault = fault;
  expect((await failureOf(meter.read())).code).toBe(code);
  device.fault = null;
  expect(await meter.read()).toEqual(shellyGridReading);
});

test("a silent meter is given up in time", async () => {
  const { device } = await house();
  device.fault = "silent";
  const clock = new TestClock();
  const rpc = closeAfterTest(
    new HttpRpc({ device: "Grid", host: "127.0.0.1", port: device.port, deadline: 50 }, clock),
  );
  const failure = await failureOf(advanceUntilSettled(clock, rpc.call("EM.GetStatus", { id: 0 })));
  expect(failure.message).toContain(`no answer from 127.0.0.1:${device.port} within 0.05 s`);
});

test("another Shelly, without a meter for three phases, says so", async () => {
  const none = { code: 404, message: "No handler for EM.GetStatus" };
  const server = await serveHttp((_request, response) => response.writeHead(404).end(JSON.stringify(none)));
  const meter = connectMeter(shellyPro3em, { transport: "http", host: "127.0.0.1", port: server.port });
  const failure = await failureOf(meter.read());
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain("neither a meter for three phases nor three for one phase");
});

test("a meter without counters is read without them", async () => {
  const em = { id: 0, a_act_power: 1, a_current: 1, b_act_power: 1, b_current: 1, c_act_power: 1, c_current: 1 };
  const server = await serveHttp((request, response) =>
    request.url === "/rpc/EM.GetStatus?id=0"
      ? jsonAt({ "/rpc/EM.GetStatus?id=0": em })(request, response)
      : response.writeHead(404).end('{"code":404,"message":"No handler for EMData.GetStatus"}'),
  );
  const written = { transport: "http", host: "127.0.0.1", port: server.port };
  const meter = connectMeter(shellyPro3em, written, { measures: ["house"] });
  expect(await meter.read()).toMatchObject({ house: { power: 3, importEnergy: null } });
});

test("a failing phase is unknown, and people are told once, and once more when it is well", async () => {
  const { device, connect, log } = await house();
  const meter = connect({ transport: "http" });
  device.phaseErrors.set(1, ["power_meter_failure"]);
  expect(await meter.read()).toMatchObject({ grid: { power: null, powers: [1_150, null, 0] } });
  await meter.read();
  device.phaseErrors.clear();
  expect(await meter.read()).toEqual(shellyGridReading);
  expect(log.lines).toEqual([
    "warn: Grid: the Shelly reports em:0 b_errors: power_meter_failure. Check its wiring and its current transformers",
    "info: Grid: the Shelly no longer reports errors",
  ]);
});

test("a meter whose profile was changed is found out anew", async () => {
  const { device, connect } = await house();
  const meter = connect();
  await meter.read();
  device.profile = "monophase";
  expect(await meter.read()).toEqual(shellyGridReading);
});

test("questions over HTTP never overlap", async () => {
  const { device, connect } = await house({ profile: "monophase" });
  const meter = connect({ transport: "http" });
  await Promise.all([meter.read(), meter.read()]);
  expect(device.inFlightPeak).toBe(1);
});

test("a meter that is asked over HTTP does not speak by itself", async () => {
  const { connect } = await house();
  expect(connect({ transport: "http" }).watch).toBeUndefined();
});

test("connecting makes no contact, and closing ends what waits", async () => {
  const { device, connect } = await house();
  const meter = connect();
  expect(device.sockets).toBe(0);
  device.fault = "silent";
  const failure = failureOf(meter.read());
  while (device.sockets === 0) await new Promise((resolve) => setImmediate(resolve));
  await meter.close();
  expect((await failure).message).toContain("has been closed");
  expect((await failureOf(meter.read())).code).toBe("unreachable");
});

test.each<[string, object, string[]]>([
  ["ws without host", {}, ["host"]],
  ["http without host", { transport: "http", topic: "a" }, ["host"]],
  ["mqtt without topic", { transport: "mqtt", host: "shelly" }, ["topic"]],
  ["ws with its host", { host: "shelly" }, []],
  ["mqtt with its topic", { transport: "mqtt", topic: "shellypro3em-a" }, []],
])("options: %s", (_why, options, paths) => {
  const problems = shellyPro3em.options.safeParse(options).error?.issues ?? [];
  expect(problems.map(({ path }) => path.join("."))).toEqual(paths);
});
