/** Group M of the fault list: what devices with Modbus TCP, and gateways before them, answer in place of the truth. */

import type { DeviceErrorCode } from "../../src/model/errors.js";
import type { ModbusFault, VirtualModbus } from "../../src/simulator/servers/modbus/server.js";
import type { Entry } from "./entries.js";
import { type Course, type Disturbance, expectOutcome, expectRecovery, failure, inventedIn, reading } from "./fault.js";
import { write } from "./http-faults.js";
import type { DeviceBench } from "./device-bench.js";

const modbus = ({ transport }: Entry): boolean => transport === "modbus";

function modbusOf({ modbus: server }: DeviceBench): VirtualModbus {
  if (!server) throw new Error("This device does not speak Modbus");
  return server;
}

const exceptions: readonly (readonly [code: number, fails: readonly DeviceErrorCode[]])[] = [
  [1, ["unsupported", "protocol"]],
  [2, ["unsupported", "protocol"]],
  [3, ["unsupported", "protocol"]],
  [4, ["unreachable", "protocol", "refused"]],
  [5, ["unreachable"]],
  [6, ["unreachable"]],
  [8, ["protocol"]],
  [10, ["unreachable"]],
  [11, ["unreachable"]],
];

const wrong: readonly (readonly [fault: ModbusFault, id: string, what: string])[] = [
  ["wrong-transaction", "M-04", "another transaction"],
  ["wrong-unit", "M-05", "another unit"],
  ["wrong-function", "M-05", "another function"],
  ["wrong-protocol", "M-05", "another protocol"],
  ["byte-count", "M-05", "a count of bytes that is not what follows"],
  ["short", "M-05", "a word too few"],
  ["long", "M-05", "a word too many"],
  ["twice", "M-06", "the answer and the same once more"],
  ["trailing", "M-06", "bytes after its end"],
];

/** Answers to reads, with other words in them. */
const rewritten = (change: (words: Buffer) => Buffer): Disturbance["inject"] => {
  return ({ proxy }) =>
    void (proxy.fault = {
      onAnswer(answer, { client }) {
        const functionCode = answer[7];
        const isRead = functionCode === 3 || functionCode === 4;
        client.write(isRead ? Buffer.concat([answer.subarray(0, 9), change(answer.subarray(9))]) : answer);
      },
    });
};

/** Frames whose length field says something else. */
const claiming =
  (length: number): Disturbance["inject"] =>
  ({ proxy }) =>
    void (proxy.fault = {
      onAnswer(answer, { client }) {
        const frame = Buffer.from(answer);
        frame.writeUInt16BE(length, 4);
        client.write(frame);
      },
    });

export const modbusFaults: readonly (Disturbance | Course)[] = [
  ...exceptions.map(([code, fails]) => ({
    id: code === 11 ? "M-10" : "M-01",
    what: `exception ${code}: fails as ${fails.join(" or ")}, over the same connection`,
    on: modbus,
    async run(bench: DeviceBench) {
      const good = await reading(bench);
      const { accepted } = bench.proxy;
      modbusOf(bench).fault = { exception: code };
      await expectOutcome(bench, { fails }, good);
      expect(bench.proxy.accepted).toBe(accepted);
      await expectRecovery(bench, good);
    },
  })),
  {
    id: "M-01",
    what: "busy for a moment: asked again, and the same reading",
    on: modbus,
    inject(bench) {
      let left = 2;
      modbusOf(bench).exceptionFor = () => (left-- > 0 ? 6 : null);
    },
    outcome: { reads: "all" },
  },
  ...[1, 2, 3, 4, 7, 10, 11].map((code) => ({
    id: "M-01",
    what: `exception ${code} to a write: it has failed, and nothing has changed`,
    on: (entry: Entry) => modbus(entry) && entry.driver === "mennekes",
    async run(bench: DeviceBench) {
      const good = await reading(bench);
      modbusOf(bench).exceptionFor = ({ functionCode }) => (functionCode === 6 || functionCode === 16 ? code : null);
      expect(["refused", "unsupported", "unreachable", "protocol"]).toContain((await failure(write(bench))).code);
      expect(bench.commandsTaken?.()).toBe(0);
      await expectRecovery(bench, good);
    },
  })),
  {
    id: "M-02",
    what: "hangs up at all questions but the first: what it tells is right, or it fails",
    on: modbus,
    inject({ proxy }) {
      let requests = 0;
      proxy.fault = {
        onRequest(request, { upstream, client }) {
          requests += 1;
          if (requests === 1) upstream.write(request);
          else client.destroy();
        },
      };
    },
    outcome: { reads: "less" },
  },
  {
    id: "M-03",
    what: "bytes the other way round, from the start: not taken for this device",
    on: (entry) => modbus(entry) && entry.identifies === true,
    async run(bench) {
      const good = await reading(bench);
      await bench.device.close();
      await rewritten((words) => Buffer.from(words).swap16())(bench);
      const fresh = bench.connect();
      await expectOutcome(bench, { fails: ["protocol", "unsupported", "wrong-device"] }, good, fresh);
      await bench.heal();
      expect(await reading(bench, fresh)).toEqual(good);
      await fresh.close();
    },
  },
  ...wrong.map(([fault, id, what]) => ({
    id,
    what: `${what} in the answer: fails as protocol, over a new connection next time`,
    on: modbus,
    async run(bench: DeviceBench) {
      const good = await reading(bench);
      const { accepted } = bench.proxy;
      modbusOf(bench).fault = fault;
      await expectOutcome(bench, { fails: ["protocol"] }, good);
      await expectRecovery(bench, good);
      expect(bench.proxy.accepted).toBeGreaterThan(accepted);
    },
  })),
  ...[0, 1, 65_535].map((length) => ({
    id: "M-06",
    what: `a frame that claims a length of ${length}: fails as protocol`,
    on: modbus,
    inject: claiming(length),
    outcome: { fails: ["protocol"] } as const,
  })),
  {
    id: "M-07",
    what: "“no value” in every register: no number comes of it",
    on: ({ sentinels }) => sentinels !== undefined,
    async run(bench, { sentinels = [] }) {
      const good = await reading(bench);
      for (const words of sentinels) {
        const fill = (bytes: Buffer): Buffer =>
          Buffer.from(
            bytes.map((_byte, at) => ((words[(at >> 1) % words.length] ?? 0) >> (at % 2 === 0 ? 8 : 0)) & 0xff),
          );
        await rewritten(fill)(bench);
        const told = await bench.read().catch(() => null);
        expect(numbersIn(told)).toEqual([]);
        await expectRecovery(bench, good);
      }
    },
  },
  {
    id: "M-08",
    what: "another value at every question: each is one or the other, never half of both",
    on: modbus,
    async run(bench) {
      const truths = [await reading(bench)];
      bench.vary();
      truths.push(await reading(bench));
      const end = modbusOf(bench).onRequest(() => bench.vary());
      for (let time = 0; time < 6; time += 1) {
        const told = await reading(bench);
        const [first = [], second = []] = truths.map((truth) => inventedIn(told, truth).map(pathOf));
        expect(first.filter((path) => second.includes(path))).toEqual([]);
      }
      end();
    },
  },
  {
    id: "M-09",
    what: "hung up on at once, as where another client has the only place: fails, and no more than two attempts",
    on: modbus,
    async run(bench) {
      const good = await reading(bench);
      bench.proxy.resetAll();
      await bench.proxy.deserted();
      const before = bench.proxy.accepted;
      bench.proxy.fault = { onConnect: (client) => void client.end() };
      await expectOutcome(bench, { fails: ["unreachable"] }, good);
      expect(bench.proxy.accepted - before).toBeLessThanOrEqual(2);
      await expectRecovery(bench, good);
    },
  },
  {
    id: "M-15",
    what: "three readings at once from a slow device: one request at a time, all right",
    on: modbus,
    async run(bench) {
      const good = await reading(bench);
      modbusOf(bench).delay = 10;
      const readings = await Promise.all([reading(bench), reading(bench), reading(bench)]);
      expect(readings).toEqual([good, good, good]);
    },
  },
];

/** Of what is not so in a reading, where it stands. */
const pathOf = (invented: string): string => invented.slice(0, invented.indexOf(":"));

/** Values that claim to have been measured. */
function numbersIn(told: unknown, path = ""): readonly string[] {
  if (typeof told === "number") return [`${path}: ${told}`];
  if (typeof told !== "object" || told === null) return [];
  return Object.entries(told).flatMap(([key, value]) => numbersIn(value, `${path}.${key}`));
}
