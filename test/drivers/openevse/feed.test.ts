import { Car } from "../../../src/simulator/house/car.js";
import { recordReadings } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";
import { chargersBy } from "./support.js";
import { advanceUntilSettled } from "../../support/deadlines.js";

const { virtual } = chargersBy("wifi");

async function watched(options: Parameters<typeof virtual>[0] = {}) {
  const { charger, device, evse } = await virtual(options);
  await charger.read();
  const { readings, next } = recordReadings(charger);
  const greeting = await next();
  return { charger, device, evse, greeting, next, pushedSince: () => readings.slice(1) };
}

test("on connecting it pushes its whole status", async () => {
  const { greeting, charger } = await watched();
  expect(greeting).toEqual(await charger.read());
});

test("a change is pushed as a whole reading", async () => {
  const { charger, device, evse, next } = await watched();
  evse.plug(new Car({ maxCurrent: 16 }));
  evse.advance(30);
  const pushed = next();
  device.push();
  const reading = await pushed;
  expect(reading).toMatchObject({ state: "charging", currentL1: 16, phases: 1, enabled: true, firmware: "5.1.2" });
  expect(reading).toEqual(await charger.read());
});

test("only keys that changed come, and the rest stays as it was", async () => {
  const { device, next, greeting } = await watched();
  const pushed = next();
  device.socket.sendAll({ amp: 6_000, pilot: 6 });
  expect(await pushed).toEqual({ ...greeting, currentL1: 6, maxAmpere: 6, power: greeting.power });
});

test("a person's stop is pushed at once, and as a person's: the claims are requested", async () => {
  const { charger, device, evse, next } = await watched();
  evse.plug(new Car());
  const claimed = next();
  await charger.writes.allowCharging(true);
  await claimed;
  const pushed = next();
  device.personStop();
  expect(await pushed).toMatchObject({ enabled: false, allowCharging: false });
  expect(device.requests.at(-1)?.url).toBe("/claims");
});

test.each<[string, object | string]>([
  ["a pong", { pong: 1 }],
  ["what no reading depends on", { free_heap: 1, srssi: -70 }],
  ["no JSON", "<html>"],
  ["a list", "[1]"],
  ["a state that there is not", { state: "three" }],
  ["a gateway that has lost its controller", { evse_connected: 0, state: 0 }],
])("%s pushes nothing, and breaks nothing", async (_why, message) => {
  const { device, next, pushedSince } = await watched();
  device.socket.sendAll(message);
  const after = next();
  device.socket.sendAll({ state: 2, evse_connected: 1 });
  expect((await after).state).toBe("connected");
  expect(pushedSince()).toHaveLength(1);
});

test("its question for a sign of life is the gateway's own, and the answer keeps the connection", async () => {
  const clock = new TestClock();
  const { device, next } = await watched({ clock });
  const pushed = next();
  const asked = device.socket.nextPing();
  await clock.advance(15_000);
  expect(await asked).toBe('{"ping":1}');
  device.socket.sendAll({ amp: 1_000 }); // behind the pong
  await pushed;
  await clock.advance(14_999);
  expect(device.socket.connections).toBe(1);
});

test("a half-open connection is noticed, polling goes on meanwhile, and it is opened anew", async () => {
  const clock = new TestClock();
  const { charger, device, next } = await watched({ clock });
  device.socket.mute = true;
  await clock.advance(15_000);
  await clock.advance(10_000);
  expect((await charger.read()).state).toBe("disconnected");
  device.socket.mute = false;
  const again = next();
  await clock.advance(1); // the first wait
  expect((await again).state).toBe("disconnected");
  expect(device.socket.connections).toBe(2);
});

test("what came before a lost connection is not mixed with what comes after it: only a poll counts", async () => {
  const clock = new TestClock();
  const { charger, device, next, pushedSince } = await watched({ clock });
  const greeted = device.socket.nextGreeting();
  device.rebootGateway();
  await advanceUntilSettled(clock, greeted);
  device.socket.sendAll({ amp: 1_000 });
  expect((await charger.read()).state).toBe("disconnected");
  expect(pushedSince()).toEqual([]);
  const after = next();
  device.socket.sendAll({ amp: 2_000 });
  expect((await after).currentL1).toBe(2);
});

test("the login opens the WebSocket too", async () => {
  const { greeting } = await watched({ login: { username: "admin", password: "secret" } });
  expect(greeting.state).toBe("disconnected");
});

test("after closing nothing is pushed", async () => {
  const { charger, device, pushedSince } = await watched();
  await charger.close();
  device.evse.plug(new Car());
  device.push();
  expect(pushedSince()).toEqual([]);
});
