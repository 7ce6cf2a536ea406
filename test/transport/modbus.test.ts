import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { ModbusFault } from "../../src/simulator/servers/modbus/server.js";
import { type ModbusDevice, ModbusException } from "../../src/transport/modbus.js";
import { advanceUntilSettled } from "../support/deadlines.js";
import { failureOf } from "../support/failure.js";
import { runAfterTest } from "../support/test-bench.js";
import { clock, deviceAt, virtualDevice } from "./modbus-support.js";

/** Responds to each request with the next of these frames, and records the requests. */
async function scripted(...answers: string[]) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      requests.push(bytes.toString("hex"));
      const answer = answers.shift();
      if (answer !== undefined) socket.write(Buffer.from(answer.replaceAll(" ", ""), "hex"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  runAfterTest(async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, requests, sockets };
}

const run: [string, string, string, (device: ModbusDevice) => Promise<unknown>, unknown][] = [
  [
    "reading holding registers",
    "0001 0000 0006 ff 03 0041 0002",
    "0001 0000 0007 ff 03 04 4510 8000",
    (device) => device.readHolding(65, 2),
    [0x4510, 0x8000],
  ],
  [
    "reading input registers",
    "0001 0000 0006 ff 04 ffff 0001",
    "0001 0000 0005 ff 04 02 ffff",
    (device) => device.readInput(0xffff, 1),
    [0xffff],
  ],
  [
    "writing one register",
    "0001 0000 0006 ff 06 03e8 0010",
    "0001 0000 0006 ff 06 03e8 0010",
    (device) => device.writeRegister(1_000, 16),
    undefined,
  ],
  [
    "writing several registers",
    "0001 0000 000b ff 10 03e8 0002 04 0001 e240",
    "0001 0000 0006 ff 10 03e8 0002",
    (device) => device.writeRegisters(1_000, [1, 0xe240]),
    undefined,
  ],
];

test.each(run)("%s is these bytes", async (_what, request, answer, ask, expected) => {
  const server = await scripted(answer);
  expect(await ask(deviceAt(server.port, { unitId: 255 }))).toEqual(expected);
  expect(server.requests).toEqual([request.replaceAll(" ", "")]);
});

test("requests are sent one after the other, over one connection", async () => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  const answers = await Promise.all([
    device.readHolding(100, 4),
    device.writeRegister(1_000, 6),
    device.readInput(100, 1),
    device.readHolding(1_000, 1),
  ]);
  expect(answers).toEqual([[1, 2, 3, 0xffff], undefined, [7], [6]]);
  expect(server.inFlightPeak).toBe(1);
  expect(server.accepted).toBe(1);
});

test("transaction ids are correct beyond one byte", async () => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  for (let count = 0; count < 300; count += 1) {
    server.holding.setU16(100, count);
    expect(await device.readHolding(100, 1)).toEqual([count]);
  }
  expect(server.accepted).toBe(1);
});

test("no connection is made before the first request", async () => {
  const server = await virtualDevice();
  deviceAt(server.port);
  expect(server.accepted).toBe(0);
});

test("a late response is never taken for that of a later request", async () => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  server.delay = null;
  expect((await failureOf(advanceUntilSettled(clock, device.readHolding(100, 1)))).code).toBe("unreachable");
  await clock.advance(1_000);
  const later = device.readHolding(101, 1);
  await new Promise<void>((resolve) => server.onRequest(() => setImmediate(resolve)));
  server.release();
  expect(await later).toEqual([2]);
  expect(server.accepted).toBe(2);
});

test("a response without a request closes the connection, and the next request opens a new one", async () => {
  const answer = "0001 0000 0005 01 03 02 0001";
  const server = await scripted(answer, "0001 0000 0005 01 03 02 0009");
  const device = deviceAt(server.port);
  expect(await device.readHolding(1, 1)).toEqual([1]);
  const [first] = server.sockets;
  if (!first) throw new Error("no connection");
  const closed = once(first, "close");
  first.write(Buffer.from("0002000000050103020007", "hex"));
  await closed;
  expect(await device.readHolding(1, 1)).toEqual([9]);
  expect(server.sockets.size).toBe(2);
});

test.each<[ModbusFault, string]>([
  ["wrong-transaction", "belongs to another request"],
  ["wrong-unit", "unit 2 answers in place of 1"],
  ["wrong-function", "answers function 4 in place of 3"],
  ["wrong-protocol", "does not speak Modbus TCP"],
  ["garbage", "does not speak Modbus TCP"],
  ["short", "malformed"],
  ["long", "malformed"],
  ["byte-count", "answer is to another request"],
  ["trailing", "more than one answer"],
  ["twice", "more than one answer"],
])("a response that is %p is refused at once, and the connection is closed", async (fault, what) => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  server.fault = fault;
  const failure = await failureOf(device.readHolding(100, 2));
  expect(failure.code).toBe("protocol");
  expect(failure.message).toContain(what);
  server.fault = null;
  await clock.advance(1_000);
  expect(await device.readHolding(100, 2)).toEqual([1, 2]);
  expect(server.accepted).toBe(2);
});

test("an exception of another unit is refused", async () => {
  const server = await scripted("0001 0000 0003 09 83 02");
  const failure = await failureOf(deviceAt(server.port).readHolding(1, 1));
  expect(failure.code).toBe("protocol");
});

test.each(["0001 0000 0000", "0001 0000 0002 01 03", "0001 0000 ffff 01 03 02 0001"])(
  "a frame that claims an impossible length is refused: %s",
  async (answer) => {
    const server = await scripted(answer);
    expect((await failureOf(deviceAt(server.port).readHolding(1, 1))).code).toBe("protocol");
  },
);

test("a banner of another protocol is refused", async () => {
  const server = await scripted(Buffer.from("SSH-2.0-dropbear\r\n").toString("hex"));
  const failure = await failureOf(deviceAt(server.port).readHolding(1, 1));
  expect(failure.message).toContain("does not speak Modbus TCP");
});

test("a response that arrives byte by byte is complete", async () => {
  const server = await virtualDevice();
  server.fault = "split";
  expect(await deviceAt(server.port).readHolding(100, 4)).toEqual([1, 2, 3, 0xffff]);
});

test.each<[ModbusFault, string]>([
  ["reset", "has ended the connection"],
  ["close", "has ended the connection"],
  ["truncated", "has ended the connection"],
  ["silent", "no answer within 1 s"],
])("a device that is %p is unreachable, and is reached again afterwards", async (fault, what) => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  server.fault = fault;
  const failure = await failureOf(advanceUntilSettled(clock, device.readHolding(100, 1)));
  expect(failure).toMatchObject({ code: "unreachable", device: "Grid" });
  expect(failure.message).toContain(what);
  server.fault = null;
  await clock.advance(1_000);
  expect(await device.readHolding(100, 1)).toEqual([1]);
});

test.each<[string, (device: ModbusDevice) => Promise<unknown>]>([
  ["function 6", (device) => device.writeRegister(1_000, 16)],
  ["function 16", (device) => device.writeRegisters(1_000, [16, 17])],
])("an echo that is not what was written is refused: %s", async (_what, write) => {
  const server = await virtualDevice();
  server.fault = "wrong-echo";
  expect((await failureOf(write(deviceAt(server.port)))).code).toBe("protocol");
});

const codes: [exception: number, read: string, write: string][] = [
  [1, "unsupported", "unsupported"],
  [2, "unsupported", "unsupported"],
  [3, "protocol", "refused"],
  [4, "protocol", "refused"],
  [7, "protocol", "refused"],
  [8, "protocol", "refused"],
  [10, "unreachable", "unreachable"],
  [11, "unreachable", "unreachable"],
  [99, "protocol", "refused"],
];

test.each(codes)("exception %i is reported, and the connection is kept", async (exception, read, write) => {
  const server = await virtualDevice();
  const device = deviceAt(server.port);
  server.fault = { exception };
  const reading = await failureOf(device.readHolding(100, 2));
  expect(reading.code).toBe(read);
  expect(reading.message).toContain("registers 100 to 101");
  expect(reading.cause).toEqual(new ModbusException(exception));
  const writing = await failureOf(device.writeRegister(1_000, 16));
  expect(writing.code).toBe(write);
  expect(writing.message).toContain("register 1000");
  server.fault = null;
  expect(await device.readHolding(100, 1)).toEqual([1]);
  expect(server.accepted).toBe(1);
  expect(server.requests).toHaveLength(3);
});
