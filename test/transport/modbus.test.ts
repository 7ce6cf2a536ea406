import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import {
  type ModbusFault,
  startVirtualModbus,
  type VirtualModbus,
  type VirtualModbusOptions,
} from "../../src/simulator/servers/modbus/server.js";
import { ModbusDevice, type ModbusDeviceOptions, ModbusException } from "../../src/transport/modbus.js";
import { failureOf } from "../support/failure.js";
import { outlasting } from "../support/outlasting.js";
import { runAfterTest, closeAfterTest } from "../support/test-bench.js";
import { hastyClock, TestClock } from "../support/test-clock.js";

const clock = new TestClock();

function deviceAt(port: number, options: Partial<ModbusDeviceOptions> = {}): ModbusDevice {
  return closeAfterTest(
    new ModbusDevice({
      device: "Grid",
      host: "127.0.0.1",
      port,
      retry: { first: 1_000, jitter: 0 },
      clock,
      ...options,
    }),
  );
}

async function virtual(options: VirtualModbusOptions = {}): Promise<VirtualModbus> {
  const device = closeAfterTest(await startVirtualModbus(options));
  device.holding.setWords(100, [1, 2, 3, 0xffff]);
  device.holding.allowWrites(1_000, 1_003);
  device.input.setWords(100, [7]);
  return device;
}

/** Answers each request with the next of these frames, and keeps what it was sent. */
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

test("requests wait for each other, over one connection that is kept", async () => {
  const server = await virtual();
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

test("transaction ids go on beyond one byte without a mistake", async () => {
  const server = await virtual();
  const device = deviceAt(server.port);
  for (let count = 0; count < 300; count += 1) {
    server.holding.setU16(100, count);
    expect(await device.readHolding(100, 1)).toEqual([count]);
  }
  expect(server.accepted).toBe(1);
});

test("no connection is made before the first request", async () => {
  const server = await virtual();
  deviceAt(server.port);
  expect(server.accepted).toBe(0);
});

test("a late answer is never taken for that of a later request", async () => {
  const server = await virtual();
  const device = deviceAt(server.port);
  server.delay = null;
  expect((await failureOf(outlasting(clock, device.readHolding(100, 1)))).code).toBe("unreachable");
  await clock.advance(1_000);
  const later = device.readHolding(101, 1);
  await new Promise<void>((resolve) => server.onRequest(() => setImmediate(resolve)));
  server.release();
  expect(await later).toEqual([2]);
  expect(server.accepted).toBe(2);
});

test("an answer that comes when nothing is asked ends the connection, and the next request has a new one", async () => {
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
])("an answer that is %p is refused at once, and the connection with it", async (fault, what) => {
  const server = await virtual();
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

test("an exception of another unit is not taken for ours", async () => {
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

test("an answer that comes byte by byte is whole", async () => {
  const server = await virtual();
  server.fault = "split";
  expect(await deviceAt(server.port).readHolding(100, 4)).toEqual([1, 2, 3, 0xffff]);
});

test.each<[ModbusFault, string]>([
  ["reset", "has ended the connection"],
  ["close", "has ended the connection"],
  ["truncated", "has ended the connection"],
  ["silent", "no answer within 1 s"],
])("a device that is %p cannot be reached, and comes back by itself", async (fault, what) => {
  const server = await virtual();
  const device = deviceAt(server.port);
  server.fault = fault;
  const failure = await failureOf(outlasting(clock, device.readHolding(100, 1)));
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
  const server = await virtual();
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

test.each(codes)("exception %i is told as it is, and the connection is kept", async (exception, read, write) => {
  const server = await virtual();
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

test.each([5, 6])("a device that is busy (exception %i) is asked again, but not for ever", async (exception) => {
  const server = await virtual();
  const device = deviceAt(server.port, { clock: hastyClock() });
  let busy = 2;
  server.exceptionFor = () => (busy-- > 0 ? exception : null);
  expect(await device.readHolding(100, 1)).toEqual([1]);
  expect(server.requests).toHaveLength(3);
  busy = Infinity;
  expect((await failureOf(device.readHolding(100, 1))).code).toBe("unreachable");
  expect(server.requests).toHaveLength(6);
  expect(server.accepted).toBe(1);
});

test("a device that had hung up on an idle connection is asked once more", async () => {
  const server = await virtual();
  const device = deviceAt(server.port);
  await device.readHolding(100, 1);
  let first = true;
  server.onRequest(() => {
    server.fault = first ? "reset" : null;
    first = false;
  });
  server.fault = "reset";
  expect(await device.readHolding(100, 1)).toEqual([1]);
  expect(server.accepted).toBe(2);
});

test("a write is never sent twice by itself", async () => {
  const server = await virtual();
  const device = deviceAt(server.port);
  await device.readHolding(100, 1);
  server.fault = "reset";
  expect((await failureOf(device.writeRegister(1_000, 16))).code).toBe("unreachable");
  expect(server.requests.filter(({ functionCode }) => functionCode === 6)).toHaveLength(1);
});

test("a device that is off is left alone for a while, longer each time", async () => {
  const server = await virtual();
  const { port } = server;
  await server.close();
  const device = deviceAt(port);
  const failure = await failureOf(device.readHolding(100, 1));
  expect(failure.code).toBe("unreachable");
  expect(failure.message).toContain(`no connection: ECONNREFUSED (127.0.0.1:${port}, register 100)`);

  const back = closeAfterTest(await startVirtualModbus({ port }));
  back.holding.setU16(100, 5);
  await clock.advance(999);
  await failureOf(device.readHolding(100, 1));
  expect(back.accepted).toBe(0);
  await clock.advance(1);
  back.fault = "close";
  await failureOf(device.readHolding(100, 1));
  expect(back.accepted).toBe(1);
  back.fault = null;
  await clock.advance(1_999);
  await failureOf(device.readHolding(100, 1));
  expect(back.accepted).toBe(1);
  await clock.advance(1);
  expect(await device.readHolding(100, 1)).toEqual([5]);
});

test("closing breaks off what is under way, and what waits behind it", async () => {
  const server = await virtual();
  server.fault = "silent";
  const device = deviceAt(server.port);
  const seen = new Promise<void>((resolve) => server.onRequest(() => resolve()));
  const failures = Promise.all([failureOf(device.readHolding(100, 1)), failureOf(device.writeRegister(1_000, 1))]);
  await seen;
  await device.close();
  for (const failure of await failures) expect(failure.message).toContain("the connection has been closed");
  expect(server.requests).toHaveLength(1);
  expect((await failureOf(device.readHolding(100, 1))).code).toBe("unreachable");
  expect(server.accepted).toBe(1);
});

test("closing ends after a connection that failed, and before any", async () => {
  const server = await virtual();
  await server.close();
  const device = deviceAt(server.port);
  await failureOf(device.readHolding(100, 1));
  await device.close();
  await device.close();
  await deviceAt(server.port).close();
});

test("closing breaks off a connection that hangs", async () => {
  // TEST-NET-1: nobody answers there.
  const device = deviceAt(502, { host: "192.0.2.1", connectTimeout: 60_000 });
  const failure = failureOf(device.readHolding(100, 1));
  await device.close();
  expect((await failure).code).toBe("unreachable");
});
