import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { startVirtualModbus, type VirtualModbusOptions } from "../../src/simulator/servers/modbus/server.js";
import { RegisterStore } from "../../src/simulator/servers/modbus/store.js";
import { startVirtualPac2200 } from "../../src/simulator/devices/siemens-pac2200/device.js";
import { runAfterTest, closeAfterTest } from "../support/test-bench.js";

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => undefined);
  runAfterTest(async () => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Sends these bytes, and resolves with so many of the answer. */
async function say(socket: Socket, hex: string, bytes: number): Promise<string> {
  let answer = Buffer.alloc(0);
  const whole = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= bytes) resolve();
    });
  });
  socket.write(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  await whole;
  socket.removeAllListeners("data");
  return answer.toString("hex");
}

async function setUp(options: VirtualModbusOptions = {}) {
  const device = closeAfterTest(await startVirtualModbus(options));
  device.holding.setWords(65, [0x4496, 0x0000]);
  device.holding.allowWrites(1_000, 1_001);
  return { device, socket: await dial(device.port) };
}

test.each<[string, string, string]>([
  ["holding registers", "0007 0000 0006 01 03 0041 0002", "0007 0000 0007 01 03 04 4496 0000"],
  ["a register that it does not have", "0008 0000 0006 01 03 0042 0002", "0008 0000 0003 01 83 02"],
  ["input registers that it does not have", "0009 0000 0006 01 04 0041 0001", "0009 0000 0003 01 84 02"],
  ["more registers than fit", "000a 0000 0006 01 03 0041 007e", "000a 0000 0003 01 83 03"],
  ["a function that it does not know", "000b 0000 0006 01 01 0041 0001", "000b 0000 0003 01 81 01"],
  ["one register written", "000c 0000 0006 01 06 03e8 0010", "000c 0000 0006 01 06 03e8 0010"],
  ["two written", "000d 0000 000b 01 10 03e8 0002 04 0001 e240", "000d 0000 0006 01 10 03e8 0002"],
  ["a register that is only read", "000e 0000 0006 01 06 0041 0010", "000e 0000 0003 01 86 02"],
])("%s: these bytes", async (_what, request, answer) => {
  const { socket } = await setUp();
  const expected = answer.replaceAll(" ", "");
  expect(await say(socket, request, expected.length / 2)).toBe(expected);
});

test("requests can be cut anywhere, and come two at a time", async () => {
  const { socket } = await setUp();
  const request = "000700000006010300410002";
  const answer = "00070000000701030444960000";
  for (const byte of Buffer.from(request, "hex").subarray(0, -1)) socket.write(Buffer.of(byte));
  expect(await say(socket, "02", 13)).toBe(answer);
  expect(await say(socket, request + request, 26)).toBe(answer + answer);
});

test("a peer that does not speak Modbus is hung up on", async () => {
  const { socket } = await setUp();
  socket.resume().write("GET / HTTP/1.1\r\n\r\n");
  await once(socket, "close");
});

test("writes are told, and kept", async () => {
  const { device, socket } = await setUp({ accept: ({ words }) => (words[0] === 99 ? 3 : null) });
  const writes: unknown[] = [];
  const end = device.onWrite((write) => writes.push(write));
  await say(socket, "0001 0000 0006 01 06 03e8 0010", 12);
  expect(await say(socket, "0002 0000 0006 01 06 03e8 0063", 9)).toBe("000200000003018603");
  device.fault = "ignore-writes";
  expect(await say(socket, "0003 0000 0006 01 06 03e8 0020", 12)).toBe("0003000000060106" + "03e80020");
  expect(writes).toEqual([{ address: 1_000, words: [16], functionCode: 6 }]);
  expect(device.holding.word(1_000)).toBe(16);
  end();
});

test("beyond its clients, nobody is let in", async () => {
  const { device } = await setUp({ clients: 1 });
  const other = await dial(device.port);
  other.resume();
  await once(other, "close");
  expect(device.connections).toBe(1);
});

test("to another unit it is silent, and it hangs up where it is told to", async () => {
  const { device, socket } = await setUp({ units: [1], unknown: "close" });
  const answer = await say(socket, "0001 0000 0006 02 03 0041 0001 0002 0000 0006 01 03 0041 0001", 11);
  expect(answer.startsWith("0002")).toBe(true);
  socket.write(Buffer.from("000300000006010300010001", "hex"));
  await once(socket, "close");
  expect(device.requests).toHaveLength(3);
});

test("values are stored as a layout says, and as nothing where there is none", () => {
  const store = new RegisterStore();
  const layout = {
    wordOrder: "low-first",
    rows: {
      power: { at: 0, type: "i32" },
      energy: { at: 2, type: "u32", scale: 0.1, missing: 0xffff_ffff },
      float: { at: 4, type: "float32", wordOrder: "high-first" },
      text: { at: 6, type: "ascii", length: 2 },
    },
  } as const;
  store.put(layout, { power: -200, energy: 1.5, float: 230.1, text: "AB" });
  expect(store.words(0, 8)).toEqual([0xff38, 0xffff, 15, 0, 0x4366, 0x199a, 0x4142, 0]);
  store.put(layout, { energy: null, float: null, text: null });
  expect(store.words(2, 6)).toEqual([0xffff, 0xffff, 0x7fc0, 0, 0, 0]);
  expect(() => store.put(layout, { power: null })).toThrow(RangeError);
});

test("a virtual PAC2200 refuses to cut a value, and answers both functions alike", async () => {
  const values = () => ({
    powers: [1_200, 0, 0] as const,
    currents: [5, 0, 0] as const,
    voltages: [230, 230, 230] as const,
    importEnergy: 0,
    exportEnergy: 0,
  });
  const device = closeAfterTest(await startVirtualPac2200({ values }));
  const socket = await dial(device.port);
  expect(await say(socket, "0001 0000 0006 01 03 0002 0002", 9)).toBe("000100000003018302");
  expect(await say(socket, "0002 0000 0006 01 03 0041 0001", 9)).toBe("000200000003018302");
  expect(await say(socket, "0003 0000 0006 01 03 0041 0002", 13)).toBe("0003000000070103" + "0444960000");
  expect(await say(socket, "0004 0000 0006 01 04 0041 0002", 13)).toBe("0004000000070104" + "0444960000");
});

test("closing ends with connections and answers open", async () => {
  const { device, socket } = await setUp();
  device.delay = 60_000;
  const seen = new Promise<void>((resolve) => device.onRequest(() => resolve()));
  socket.write(Buffer.from("000100000006010300410002", "hex"));
  await seen;
  await device.close();
  await device.close();
});
