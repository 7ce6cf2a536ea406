import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../src/model/clock.js";
import { systemClock } from "../../src/site/clock.js";
import { openWebSocket, type WebSocketLink, type WebSocketOptions } from "../../src/transport/websocket.js";
import { failureOf } from "../support/failure.js";
import { MemoryLog } from "../support/memory-log.js";
import { runAfterTest, closeAfterTest } from "../support/test-bench.js";
import { TestClock } from "../support/test-clock.js";

/** The callbacks of a link, as events. */
const events = new EventEmitter();

async function listening(server: Server): Promise<number> {
  const raw: Socket[] = [];
  server.on("connection", (socket) => raw.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  runAfterTest(async () => {
    raw.forEach((socket) => socket.destroy());
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

/** A device with a WebSocket server, and its connections. */
async function device(options: { autoPong?: boolean; login?: string } = {}) {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, autoPong: options.autoPong ?? true });
  server.on("upgrade", (request, socket, head) => {
    if (options.login !== undefined && request.headers.authorization !== options.login)
      return void socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
  });
  const port = await listening(server);
  const next = async (): Promise<WebSocket> => {
    const [client]: WebSocket[] = await once(sockets, "connection");
    if (!client) throw new Error("A connection without a socket");
    return client;
  };
  return { server, port, next, sockets };
}

function link(port: number, options: Partial<WebSocketOptions> = {}): WebSocketLink {
  return closeAfterTest(
    openWebSocket({
      device: "Garage",
      url: `ws://127.0.0.1:${port}/ws`,
      onMessage: (text) => void events.emit("message", text),
      onOpen: () => void events.emit("open"),
      onLost: (why) => void events.emit("lost", why),
      retry: { first: 1, jitter: 0 },
      clock: systemClock(),
      ...options,
    }),
  );
}

test("text messages are exchanged in both directions", async () => {
  const { port, next } = await device();
  const connected = next();
  const websocket = link(port);
  await websocket.ready();
  const client = await connected;
  const received = once(events, "message");
  client.send('{"amp":16000}');
  expect(await received).toEqual(['{"amp":16000}']);
  const pinged = once(client, "message");
  expect(websocket.send("hello")).toBe(true);
  expect(String((await pinged)[0])).toBe("hello");
});

test("binary messages are ignored", async () => {
  const { port, next } = await device();
  const connected = next();
  link(port);
  const client = await connected;
  const received = once(events, "message");
  client.send(Buffer.from([1, 2, 3]));
  client.send("text");
  expect(await received).toEqual(["text"]);
});

test("a login is sent with the handshake, and its refusal is reported", async () => {
  const { port } = await device({ login: `Basic ${Buffer.from("admin:secret").toString("base64")}` });
  await link(port, { login: { username: "admin", password: "secret" } }).ready();
  const failure = await failureOf(link(port, { login: { username: "admin", password: "wrong" } }).ready());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).toContain("Check username and password");
  expect(failure.message).not.toContain("wrong");
});

test("a web page in its place is unreachable, with its HTTP status", async () => {
  const server = createServer();
  server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"));
  const failure = await failureOf(link(await listening(server)).ready());
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toContain("HTTP 404");
});

test("no redirect is followed", async () => {
  const { port, sockets } = await device();
  const server = createServer();
  server.on("upgrade", (_request, socket) =>
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${port}/ws\r\nConnection: close\r\n\r\n`),
  );
  expect((await failureOf(link(await listening(server)).ready())).message).toContain("HTTP 302");
  expect(sockets.clients.size).toBe(0);
});

test("a closed port fails at once, and is tried again", async () => {
  const { server, port } = await device();
  await new Promise((resolve) => server.close(resolve));
  const websocket = link(port);
  const failure = await failureOf(websocket.ready());
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toContain("ECONNREFUSED");
  server.listen(port, "127.0.0.1");
  await once(events, "open");
  expect(websocket.connected).toBe(true);
});

test("an attempt without a response ends at the deadline", async () => {
  const server = createServer();
  server.on("upgrade", () => undefined);
  const clock = new TestClock();
  const websocket = link(await listening(server), { clock, deadline: 4_000, retry: { first: 1_000, jitter: 0 } });
  await once(server, "upgrade");
  const waiting = failureOf(websocket.ready(60_000));
  await clock.advance(4_000);
  expect((await waiting).message).toContain("within 4 s");
});

test("a wait ends with its timeout, and the attempt goes on", async () => {
  const server = createServer();
  server.on("upgrade", () => undefined);
  const clock = new TestClock();
  const waiting = failureOf(link(await listening(server), { clock }).ready(2_000));
  await clock.advance(2_000);
  expect((await waiting).message).toContain("within 2 s");
  expect(clock.pending).toBe(1); // the attempt's own deadline
});

test("a lost connection is reported and reopened, and nothing is sent in between", async () => {
  const { port, next } = await device();
  const connected = next();
  const websocket = link(port);
  const lost = once(events, "lost");
  (await connected).terminate();
  expect((await lost)[0]).toContain("closed the connection");
  expect(websocket.connected).toBe(false);
  expect(websocket.send("into the void")).toBe(false);
  await once(events, "open");
  expect(websocket.connected).toBe(true);
});

test("waits grow while a device drops us, and are reset after a connection that lasted", async () => {
  const { port, next } = await device();
  const clock = new TestClock();
  const waits: number[] = [];
  const recorded: Clock = {
    now: () => clock.now(),
    after(delay, callback) {
      if (delay !== quiet) waits.push(delay);
      return clock.after(delay, callback);
    },
    deadline: (delay, callback) => clock.deadline(delay, callback),
  };
  const quiet = 120_001;
  let connected = next();
  link(port, { clock: recorded, heartbeat: { after: quiet }, retry: { first: 1_000, jitter: 0 } });
  for (const lasting of [0, 0, 0, 30_000, 0]) {
    const opened = once(events, "open");
    const client = await connected;
    await opened;
    await clock.advance(lasting);
    const lost = once(events, "lost");
    client.terminate();
    await lost;
    connected = next();
    await clock.advance(waits.at(-1) ?? 0);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 1_000, 2_000]);
  await connected;
});

test.each<[string, Partial<WebSocketOptions>]>([
  ["to a ping", { heartbeat: { after: 15_000, within: 10_000 } }],
  ["to a message", { heartbeat: { after: 15_000, within: 10_000, message: () => '{"ping":1}' } }],
])("a half-open connection is detected: no response %s", async (_why, options) => {
  const { port, next } = await device({ autoPong: false });
  const clock = new TestClock();
  const connected = next();
  const websocket = link(port, { clock, ...options });
  await websocket.ready();
  const client = await connected;
  const pinged = Promise.race([once(client, "ping"), once(client, "message")]);
  await clock.advance(15_000);
  await pinged;
  const lost = once(events, "lost");
  await clock.advance(9_999);
  expect(websocket.connected).toBe(true);
  await clock.advance(1);
  expect((await lost)[0]).toContain("no sign of life from");
});

test("a pong or any message keeps the connection", async () => {
  const { port, next } = await device({ autoPong: false });
  const clock = new TestClock();
  const connected = next();
  const websocket = link(port, { clock, heartbeat: { after: 15_000, within: 10_000 } });
  await websocket.ready();
  const client = await connected;
  const pinged = once(client, "ping");
  await clock.advance(15_000);
  await pinged;
  const received = once(events, "message");
  client.send("still here");
  await received;
  await clock.advance(14_999);
  expect(websocket.connected).toBe(true);
  expect(clock.pending).toBe(1);
});

test("a message that is too long closes the connection", async () => {
  const { port, next } = await device();
  const connected = next();
  const log = new MemoryLog();
  link(port, { longestMessage: 1_000, log });
  const lost = once(events, "lost");
  (await connected).send("x".repeat(1_001));
  expect((await lost)[0]).toContain("(protocol)");
  expect(log.entries.filter(({ level }) => level !== "debug")).toEqual([]);
});

test("an error in a callback is logged, and does not end the connection", async () => {
  const { port, next } = await device();
  const connected = next();
  const log = new MemoryLog();
  const websocket = link(port, {
    log,
    onMessage(text) {
      events.emit("message", text);
      throw new Error("not for me");
    },
  });
  const client = await connected;
  const received = once(events, "message");
  client.send("one");
  await received;
  expect(websocket.connected).toBe(true);
  expect(log.about("not for me")).toHaveLength(1);
});

test("a connection can be dropped by its user, and is reopened", async () => {
  const { port, next } = await device();
  const connected = next();
  const websocket = link(port);
  await websocket.ready();
  await connected;
  const lost = once(events, "lost");
  websocket.drop("it answers the wrong questions");
  expect(websocket.connected).toBe(false);
  expect((await lost)[0]).toContain("it answers the wrong questions");
  await once(events, "open");
});

test("closing closes the socket and rejects waits, and nothing is opened or reported afterwards", async () => {
  const { port, next } = await device();
  const connected = next();
  const clock = new TestClock();
  const websocket = link(port, { clock });
  await websocket.ready();
  const client = await connected;
  const goodbye = once(client, "close");
  let lost = false;
  events.once("lost", () => (lost = true));
  await websocket.close();
  expect((await goodbye)[0]).toBe(1000);
  expect(lost).toBe(false);
  expect(clock.pending).toBe(0);
  expect((await failureOf(websocket.ready())).message).toContain("has been closed");
  events.removeAllListeners("lost");
});

test.each<[string, (server: Server) => void]>([
  ["in the middle of a handshake", () => undefined],
  ["while it waits for the next attempt", (server) => void server.close()],
])("closing settles %s", async (_when, prepare) => {
  const server = createServer();
  server.on("upgrade", () => undefined);
  const port = await listening(server);
  prepare(server);
  const websocket = link(port);
  const waiting = failureOf(websocket.ready(60_000));
  await websocket.close();
  expect((await waiting).code).toBe("unreachable");
});

test("closing settles also when the device does not close the connection", async () => {
  const { port, next } = await device();
  const connected = next();
  const websocket = link(port);
  await websocket.ready();
  (await connected).pause();
  await websocket.close();
  expect(websocket.connected).toBe(false);
});
