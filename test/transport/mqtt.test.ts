import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { type Broker, startBroker } from "../../src/simulator/servers/broker.js";
import { systemClock } from "../../src/site/clock.js";
import { createMqttPool, type MqttPool } from "../../src/transport/mqtt.js";
import { matchesTopic } from "../../src/transport/topics.js";
import { failureOf } from "../support/failure.js";
import { collectMessages } from "../support/mqtt-observer.js";
import { runAfterTest, closeAfterTest } from "../support/test-bench.js";

const soon = { first: 5, longest: 20, jitter: 0 };

function pool(lines: string[] = []): MqttPool {
  const keep = (line: string): void => void lines.push(line);
  return closeAfterTest(
    createMqttPool({ clock: systemClock(), log: { error: keep, warn: keep, info: keep, debug: keep }, retry: soon }),
  );
}

async function broker(login?: { username: string; password: string }): Promise<Broker> {
  return closeAfterTest(await startBroker(login ? { login } : {}));
}

test.each([
  ["a/b", "a/b", true],
  ["a/b", "a/c", false],
  ["a/b", "a/b/c", false],
  ["a/b/c", "a/b", false],
  ["a/+", "a/b", true],
  ["a/+", "a", false],
  ["a/+", "a/", true],
  ["+/+", "a/b", true],
  ["a/+/c", "a/b/c", true],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["#", "a/b", true],
  ["#", "$SYS/uptime", false],
  ["+/uptime", "$SYS/uptime", false],
  ["$SYS/#", "$SYS/uptime", true],
])("filter %s and topic %s: %s", (filter, topic, expected) => expect(matchesTopic(filter, topic)).toBe(expected));

test("users of one broker share a connection, and each receives what it has subscribed to", async () => {
  const { url } = await broker();
  const mqtt = pool();
  const first = mqtt.connect(url);
  const second = mqtt.connect(`${url}/`);
  const power = collectMessages(first, "meter/+/power");
  const all = collectMessages(second, "meter/#");
  await Promise.all([first.ready("Grid", 5_000), second.ready("Grid", 5_000)]);
  second.publish("meter/1/power", "12");
  second.publish("meter/1/current", "1");
  await all.count(2);
  expect(power.messages).toEqual([{ topic: "meter/1/power", payload: "12", retained: false }]);
});

test("retained and live messages are distinguished", async () => {
  const { url } = await broker();
  const device = await import("mqtt").then(({ connectAsync }) => connectAsync(url));
  runAfterTest(() => device.endAsync(true));
  await device.publishAsync("meter/power", "1", { retain: true, qos: 1 });
  const connection = pool().connect(url);
  const seen = collectMessages(connection, "meter/power");
  await seen.count(1);
  await device.publishAsync("meter/power", "2", { retain: true, qos: 1 });
  await seen.count(2);
  expect(seen.messages.map(({ payload, retained }) => [payload, retained])).toEqual([
    ["1", true],
    ["2", false],
  ]);
});

test("a message over 64 KiB is dropped, and others are not", async () => {
  const { url } = await broker();
  const connection = pool().connect(url);
  const seen = collectMessages(connection, "a/#");
  await connection.ready("Grid", 5_000);
  connection.publish("a/large", "x".repeat(64 * 1024 + 1));
  connection.publish("a/most", "x".repeat(64 * 1024));
  connection.publish("a/small", "1");
  await seen.count(2);
  expect(seen.messages.map(({ topic }) => topic)).toEqual(["a/most", "a/small"]);
});

test("after a restart of the broker every filter is subscribed to again, once", async () => {
  const made = await broker();
  const lines: string[] = [];
  const connection = pool(lines).connect(made.url);
  const seen = collectMessages(connection, "meter/+");
  await connection.ready("Grid", 5_000);
  for (let round = 1; round <= 3; round++) {
    await made.restart();
    await backAgain(lines, round);
    await connection.ready("Grid", 5_000);
    connection.publish("meter/power", String(round));
    connection.publish("meter/end", String(round));
    await seen.count(2 * round);
  }
  expect(seen.messages.filter(({ topic }) => topic === "meter/power").map(({ payload }) => payload)).toEqual([
    "1",
    "2",
    "3",
  ]);
  expect(lines.filter((line) => line.includes("cannot be reached"))).toHaveLength(3);
});

/** Resolves once so many reconnections have been logged. */
async function backAgain(lines: readonly string[], times: number): Promise<void> {
  while (lines.filter((line) => line.includes("connected again")).length < times)
    await new Promise((resolve) => setImmediate(resolve));
}

test("an error in one handler does not affect the others", async () => {
  const { url } = await broker();
  const lines: string[] = [];
  const connection = pool(lines).connect(url);
  connection.subscribe("a", () => {
    throw new Error("a mistake");
  });
  const seen = collectMessages(connection, "a");
  await connection.ready("Grid", 5_000);
  connection.publish("a", "1");
  await seen.count(1);
  expect(lines.join()).toContain("a mistake");
});

test("a closed share receives nothing more, and only filters without other subscribers are unsubscribed", async () => {
  const unsubscribed: string[] = [];
  const aedes = await Aedes.createBroker();
  aedes.on("unsubscribe", (topics) => void unsubscribed.push(...topics));
  runAfterTest(() => new Promise<void>((resolve) => aedes.close(resolve)));
  const url = await listening(createServer((socket) => void aedes.handle(socket)));
  const mqtt = pool();
  const one = mqtt.connect(url);
  const other = mqtt.connect(url);
  const gone = [collectMessages(one, "both"), collectMessages(one, "mine")];
  const stays = collectMessages(other, "both");
  await Promise.all([one.ready("One", 5_000), other.ready("Other", 5_000)]);
  one.close();
  one.publish("both", "from one");
  other.publish("mine", "1");
  other.publish("both", "2");
  await stays.count(1);
  expect(stays.messages.map(({ payload }) => payload)).toEqual(["2"]);
  expect(gone.map(({ messages }) => messages)).toEqual([[], []]);
  expect(unsubscribed).toEqual(["mine"]);
});

test("an unsubscribed filter can be subscribed to again", async () => {
  const { url } = await broker();
  const mqtt = pool();
  const first = mqtt.connect(url);
  first.subscribe("a", () => undefined);
  await first.ready("Grid", 5_000);
  first.close();
  const second = mqtt.connect(url);
  const seen = collectMessages(second, "a");
  await second.ready("Grid", 5_000);
  second.publish("a", "1");
  await seen.count(1);
});

test("closing a share rejects the waits for it, and no others", async () => {
  const made = await broker();
  await made.kill();
  const mqtt = pool();
  const one = mqtt.connect(made.url);
  const waiting = failureOf(one.ready("One", 60_000));
  const other = failureOf(mqtt.connect(made.url).ready("Other", 50));
  one.close();
  expect((await waiting).message).toContain("has been closed");
  expect((await other).message).toContain("within 0.05 s");
});

test("a wrong password is a refused login at once, and appears nowhere", async () => {
  const { url } = await broker({ username: "house", password: "right" });
  const lines: string[] = [];
  const connection = pool(lines).connect(url, { username: "house", password: "hidden-password" });
  connection.subscribe("a", () => undefined);
  const failure = await failureOf(connection.ready("Grid", 5_000));
  expect(failure.code).toBe("login-refused");
  expect(failure.message).toContain("Grid: the MQTT broker at 127.0.0.1");
  expect(`${failure.message} ${failure.stack} ${lines.join()}`).not.toContain("hidden");
});

test("the right password connects", async () => {
  const { url } = await broker({ username: "house", password: "right" });
  const connection = pool().connect(url, { username: "house", password: "right" });
  await expect(connection.ready("Grid", 5_000)).resolves.toBeUndefined();
});

test("a broker without a connection is unreachable after the timeout", async () => {
  const made = await broker();
  await made.kill();
  const failure = await failureOf(pool().connect(made.url).ready("Grid", 30));
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toContain(`no connection to the MQTT broker at 127.0.0.1:${made.port} within 0.03 s`);
});

test("a refused subscription is reported to its subscribers only", async () => {
  const url = await selectiveBroker("secret/#");
  const mqtt = pool();
  const refused = mqtt.connect(url);
  const granted = mqtt.connect(url);
  refused.subscribe("secret/#", () => undefined);
  granted.subscribe("open/#", () => undefined);
  const failure = await failureOf(refused.ready("Grid", 5_000));
  expect(failure.code).toBe("login-refused");
  expect(failure.message).toContain("refuses the subscription to secret/#");
  await expect(granted.ready("Grid", 5_000)).resolves.toBeUndefined();
});

test.each<[string, (socket: Socket) => void]>([
  ["never answers", () => undefined],
  ["closes the connection at once", (socket) => socket.resetAndDestroy()],
  ["speaks another protocol", (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
])("a broker that %s does no harm, and closing settles", async (_what, meet) => {
  const url = await listening(
    createServer((socket) => {
      socket.on("error", () => undefined);
      meet(socket);
    }),
  );
  const mqtt = pool();
  const failure = await failureOf(mqtt.connect(url).ready("Grid", 60));
  expect(failure.code).toBe("unreachable");
  await mqtt.close();
});

test("closing rejects pending waits", async () => {
  const made = await broker();
  await made.kill();
  const mqtt = pool();
  const waiting = failureOf(mqtt.connect(made.url).ready("Grid", 60_000));
  await mqtt.close();
  expect((await waiting).code).toBe("unreachable");
});

async function selectiveBroker(forbidden: string): Promise<string> {
  const aedes = await Aedes.createBroker({
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, subscription.topic === forbidden ? null : subscription),
  });
  runAfterTest(() => new Promise<void>((resolve) => aedes.close(resolve)));
  return listening(createServer((socket) => void aedes.handle(socket)));
}

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  runAfterTest(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `mqtt://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}
