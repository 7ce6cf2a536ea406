import { budget } from "../../../src/drivers/chargers/easee/rate-limiter.js";
import { easee } from "../../../src/drivers/chargers/easee/index.js";
import { Car } from "../../../src/simulator/house/car.js";
import type { EaseeFault } from "../../../src/simulator/devices/easee/cloud.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { eventually, id, setUp, setUpStreaming, delivered, until } from "./support.js";

const minute = 60_000;
const states = (requests: readonly string[]): number => requests.filter((path) => path.endsWith("/state")).length;

test("the first reading is polled; then the stream reports", async () => {
  const setting = await setUpStreaming();
  const { charger, requests, evse } = setting;
  evse.unplug();
  setting.cloud.update();
  await delivered(setting);
  expect(await charger.read()).toMatchObject({ state: "disconnected", pwmSignal: "A", maxAmpere: 32, enabled: true });
  expect(states(requests())).toBe(1);
});

test("what the stream reports is pushed on at once, as whole readings", async () => {
  const { pushed, pass, evse } = await setUpStreaming({ car: null });
  evse.plug(new Car());
  await pass(30);
  await until(() => pushed.some(({ state }) => state === "charging"));
  expect(pushed.at(-1)).toMatchObject({ state: "charging", voltageL1: 230, phases: 3, cableEncoding: 32 });
});

test("many updates at once are one reading", async () => {
  const setting = await setUpStreaming();
  const before = setting.pushed.length;
  setting.cloud.hub.drop();
  await until(() => setting.cloud.hub.connected === 0);
  await setting.clock.advance(3_000);
  await until(() => setting.cloud.hub.invocations.length === 2);
  await delivered(setting);
  expect(setting.pushed.length - before).toBeLessThanOrEqual(2);
});

test("updates of other chargers, and messages that are none, change nothing", async () => {
  const setting = await setUpStreaming();
  const { cloud, charger } = setting;
  cloud.hub.call(id, "ProductUpdate", '{"mid":"EH999999","dataType":4,"id":109,"timestamp":"2030-01-01","value":"5"}');
  for (const text of ["null", "[]", '"x"', "{}", '{"mid":7}']) {
    cloud.hub.call(id, "ProductUpdate", text);
    cloud.hub.call(id, "CommandResponse", text);
  }
  await delivered(setting);
  expect((await charger.read()).state).toBe("connected");
});

test("a hub that is silent for 20 minutes: the charger is polled instead, and subscribed to anew", async () => {
  const { cloud, clock, charger, requests } = await setUpStreaming();
  cloud.hub.silent = true;
  await clock.advance(19 * minute);
  await charger.read();
  expect(states(requests())).toBe(1);
  await clock.advance(2 * minute);
  cloud.box(id).setDynamic(13, 0, clock.now());
  expect((await charger.read()).maxAmpere).toBe(13);
  expect(states(requests())).toBe(2);
  await clock.advance(20 * minute);
  await until(() => cloud.hub.invocations.length >= 2);
});

test("a connection that never says anything does not hide that it is silent", async () => {
  const { cloud, clock, charger, requests } = await setUp();
  cloud.hub.silent = true;
  await charger.read();
  await until(() => cloud.hub.connected === 1);
  await clock.advance(minute);
  await charger.read();
  expect(states(requests())).toBe(2);
});

test("without the stream it is polled slowly, however often the site reads it", async () => {
  const { cloud, clock, charger, requests } = await setUp();
  cloud.hubRefusal = 404;
  for (let second = 0; second < 600; second += 5) {
    await charger.read();
    await clock.advance(5_000);
  }
  expect(states(requests())).toBeLessThanOrEqual(21);
  expect(states(requests())).toBeGreaterThanOrEqual(19);
});

test("an hour of charging costs next to nothing", async () => {
  const { charger, requests, pass } = await setUpStreaming();
  for (let round = 0; round < 60; round += 1) {
    await pass(60);
    await charger.read();
  }
  expect(requests().length).toBeLessThanOrEqual(8);
});

test("a charger without contact to the cloud is not there, and comes back by itself", async () => {
  const setting = await setUpStreaming();
  const { cloud, charger } = setting;
  cloud.box(id).online = false;
  cloud.update();
  let error: unknown = null;
  await eventually(async () => {
    error = await charger.read().then(
      () => null,
      (failure: unknown) => failure,
    );
    return error !== null;
  });
  expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("offline limit") });
  cloud.box(id).online = true;
  cloud.update();
  await eventually(async () => (await charger.read().catch(() => null))?.state === "connected");
});

test.each<[why: string, fault: EaseeFault, code: string]>([
  ["nobody answers", "silent", "unreachable"],
  ["the connection is reset", "refuse", "unreachable"],
  ["half an answer", "garbage", "protocol"],
  ["the guest network's login page", "html", "protocol"],
  ["server error", { status: 500 }, "unreachable"],
  ["too many requests", { status: 429, retryAfter: "60" }, "unreachable"],
  ["not our charger", { status: 404 }, "wrong-device"],
  ["forbidden", { status: 403 }, "refused"],
  ["a login that does not count", { status: 401 }, "login-refused"],
])("%s: reported as what it is, and back by itself", async (_why, fault, code) => {
  const { cloud, clock, charger } = await setUp();
  cloud.hubRefusal = 503;
  cloud.fault = fault;
  const fail = () => advanceUntilSettled(clock, failureOf(charger.read()));
  expect(await fail()).toMatchObject({ code, device: "Garage" });
  expect(await fail()).toHaveProperty("device", "Garage");
  cloud.fault = null;
  await clock.advance(20 * minute);
  expect((await charger.read()).state).toBe("connected");
});

test("a cloud that fails is not asked at every read", async () => {
  const { cloud, clock, charger, requests } = await setUp();
  cloud.hubRefusal = 503;
  cloud.fault = { status: 404 };
  for (let second = 0; second < 120; second += 5) {
    await failureOf(charger.read());
    await clock.advance(5_000);
  }
  expect(states(requests())).toBeLessThanOrEqual(5);
});

test("a house that wants another current every second stays within the budget", async () => {
  const { cloud, clock, charger } = await setUpStreaming();
  cloud.requests.length = 0;
  for (let second = 0; second < 600; second += 1) {
    await charger.writes.maxAmpere(6 + (second % 10)).catch(() => undefined);
    await clock.advance(1_000);
  }
  expect(cloud.requests.length).toBeLessThanOrEqual(budget.capacity + 600_000 / budget.refill);
});

test.each<[why: string, options: object, good: boolean]>([
  ["what is needed, and nothing else", {}, true],
  ["numbers as people copy them", { siteId: "815", circuitId: 4711, control: "circuit" }, true],
  ["a stream elsewhere, on this computer", { streamUrl: "http://127.0.0.1:9/hubs/chargers" }, true],
  ["no charger", { chargerId: undefined }, false],
  ["a charger that leads elsewhere", { chargerId: "../sites" }, false],
  ["an address that is not encrypted", { apiUrl: "http://api.easee.com" }, false],
  ["a password in the address", { apiUrl: "https://a:b@api.easee.com" }, false],
  ["a site that is no number", { siteId: "8/15" }, false],
  ["a control that there is not", { control: "site" }, false],
])("options: %s", (_why, options, good) => {
  const all = { username: "me", password: "secret", chargerId: "EH123456", ...options };
  expect(easee.options.safeParse(all).success).toBe(good);
});

test("options default to Easee, to the charger alone, and to a careful offline limit", () => {
  expect(easee.options.parse({ username: "me", password: "secret", chargerId: "EH123456" })).toEqual({
    username: "me",
    password: "secret",
    chargerId: "EH123456",
    control: "charger",
    offlineCurrent: 6,
    apiUrl: "https://api.easee.com",
    streamUrl: "https://streams.easee.com/hubs/chargers",
  });
});

test("connecting makes no contact, and can be closed unused", async () => {
  const options = easee.options.parse({ username: "me", password: "secret", chargerId: "EH123456" });
  await easee.connect(options, driverContext()).close();
});

test("power of before a fault is no power, by the stream and by polling", async () => {
  for (const streams of [true, false]) {
    const setting = await (streams ? setUpStreaming() : setUp());
    const { cloud, charger, evse } = setting;
    if (!streams) cloud.hubRefusal = 503;
    cloud.box(id).staleInFault = { power: 3.6, current: 15.9 };
    evse.fault = "ground";
    cloud.update();
    await eventually(async () => (await charger.read()).state === "fault");
    expect(await charger.read()).toMatchObject({ state: "fault", power: 0, currentL1: 0, currentL2: 0, currentL3: 0 });
  }
});
