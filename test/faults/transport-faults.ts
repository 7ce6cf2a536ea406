/** Group N of the fault list: what goes wrong between us and any device that is asked over TCP. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import type { Entry } from "./bench-of-devices.js";
import { type Course, type Disturbance, expectOutcome, expectRecovery, failure, reading } from "./fault.js";
import type { Flow, TcpFault } from "./faulty-tcp.js";
import { poll } from "../../src/site/poller.js";
import { settle, TestClock } from "../support/test-clock.js";
import { arrived } from "./speech.js";
import { pastDeadline } from "./stand.js";
import { shortDeadline } from "../support/outlasting.js";

const asked = ({ transport }: Entry): boolean => transport === "http" || transport === "modbus";
/** There is nothing to connect to where a device speaks to all. */
const everywhere = ({ transport }: Entry): boolean => transport !== "multicast";

const gone = { fails: ["unreachable"] } as const;
const broken = { fails: ["unreachable", "protocol"] } as const;

/** Bytes that a device can cost us before we hang up. */
const mostBytes = 4 * 1024 * 1024;

/** The answer stops before its end. @param share of the answer that still comes, 0–1 */
const cut = (share: number, how: "fin" | "rst"): TcpFault => ({
  onAnswer(answer, { client }) {
    const part = answer.subarray(0, Math.max(1, Math.min(answer.length - 1, Math.floor(answer.length * share))));
    if (how === "fin") client.end(part);
    else client.write(part, () => client.resetAndDestroy());
  },
});

/** @param size bytes at a time @param from bytes that come at once */
const trickle = (from: number): TcpFault & { drip(flow: Flow, rest: Buffer): void } => ({
  onAnswer(answer, flow) {
    flow.client.write(answer.subarray(0, from));
    this.drip(flow, answer.subarray(from));
  },
  drip({ client }, rest) {
    const timer = setInterval(() => {
      if (client.destroyed || rest.length === 0) return clearInterval(timer);
      client.write(rest.subarray(0, 1));
      rest = rest.subarray(1);
    }, shortDeadline / 6);
    client.once("close", () => clearInterval(timer));
  },
});

const banner = (text: string): TcpFault => ({ onConnect: (client) => void client.write(text) });

const resetOnConnect: TcpFault = { onConnect: (client) => void client.resetAndDestroy() };

/** Byte by byte. */
export const splitAnswers: TcpFault = {
  async onAnswer(answer, { client }) {
    for (const byte of answer) {
      if (client.destroyed) return;
      client.write(Buffer.of(byte));
      await settle();
    }
  },
};

export const transportFaults: readonly (Disturbance | Course)[] = [
  {
    id: "N-01",
    what: "connection refused: a failed reading, and back by itself",
    on: everywhere,
    outlasts: true,
    inject: ({ proxy }) => proxy.refuse(),
    outcome: gone,
  },
  {
    id: "N-02",
    what: "a port that never takes the connection: given up within the own deadline",
    on: asked,
    async run(stand) {
      const good = await reading(stand);
      await stand.device.close();
      const hole = await startBlackHole();
      const device = stand.connect({ port: hole.port });
      try {
        await pastDeadline(() => expectOutcome(stand, gone, good, device));
      } finally {
        await device.close();
        await hole.close();
      }
    },
  },
  {
    id: "N-03",
    what: "half-open connection: given up in time, and the next one is a new one",
    on: asked,
    outlasts: true,
    inject: ({ proxy }) => proxy.goHalfOpen(),
    // Who keeps no connection has none that can be half-open.
    outcome: { reads: "less" },
  },
  {
    id: "N-04",
    what: "reset in the request: a failed reading",
    on: asked,
    inject: ({ proxy }) => void (proxy.fault = { onRequest: (_request, { client }) => client.resetAndDestroy() }),
    outcome: gone,
  },
  {
    id: "N-04",
    what: "reset in the answer: a failed reading, never a part of one",
    on: asked,
    inject: ({ proxy }) => void (proxy.fault = cut(0.5, "rst")),
    outcome: broken,
  },
  {
    id: "N-04",
    what: "reset while idle: the next reading comes over a new connection",
    on: asked,
    async inject({ proxy }) {
      proxy.resetAll();
      await proxy.deserted();
    },
    outcome: { reads: "all" },
  },
  ...[0, 0.5, 1].map((share) => ({
    id: "N-05",
    what: `FIN ${share === 0 ? "after the first byte" : share === 1 ? "before the last byte" : "in the middle"} of the answer: a failed reading, never a part of one`,
    on: asked,
    inject: ({ proxy }: Parameters<Disturbance["inject"]>[0]) => void (proxy.fault = cut(share, "fin")),
    outcome: broken,
  })),
  {
    id: "N-05",
    what: "FIN in a later answer: what the device does not tell is null, or the reading fails",
    on: asked,
    inject({ proxy }) {
      let answers = 0;
      const { onAnswer } = cut(0.5, "fin");
      proxy.fault = {
        onAnswer(answer, flow) {
          answers += 1;
          if (answers > 1) onAnswer?.(answer, flow);
          else flow.client.write(answer);
        },
      };
    },
    outcome: { reads: "less" },
  },
  {
    id: "N-06",
    what: "an answer that trickles from its first byte on: one deadline for all of it",
    on: asked,
    outlasts: true,
    inject: ({ proxy }) => void (proxy.fault = trickle(0)),
    outcome: gone,
  },
  {
    id: "N-06",
    what: "an answer whose end trickles: one deadline for all of it",
    on: asked,
    outlasts: true,
    inject({ proxy }) {
      const fault = trickle(0);
      proxy.fault = {
        onAnswer(answer, flow) {
          const most = Math.max(0, answer.length - 20);
          flow.client.write(answer.subarray(0, most));
          fault.drip(flow, answer.subarray(most));
        },
      };
    },
    outcome: gone,
  },
  {
    id: "N-07",
    what: "an answer without an end: broken off, and little of it kept",
    on: asked,
    async run(stand) {
      const good = await reading(stand);
      let poured = 0;
      stand.proxy.fault = {
        onAnswer(answer, { client }) {
          const pour = (): void => {
            for (let more = true; more && !client.destroyed; poured += 65_536)
              more = client.write(Buffer.alloc(65_536));
          };
          client.on("drain", pour);
          client.write(answer);
          pour();
        },
      };
      await expectOutcome(stand, { reads: "less" }, good);
      expect(poured).toBeLessThan(4 * mostBytes);
      await expectRecovery(stand, good);
    },
  },
  {
    id: "N-08",
    what: "an answer after the deadline: it is not taken for that of the next request",
    on: asked,
    async run(stand) {
      const good = await reading(stand);
      const late: (() => void)[] = [];
      stand.proxy.fault = {
        onAnswer: (answer, { client }) => void late.push(() => client.destroyed || void client.write(answer)),
      };
      await pastDeadline(() => expectOutcome(stand, gone, good));
      stand.vary();
      stand.proxy.fault = {
        onRequest(request, { upstream }) {
          for (const arrive of late.splice(0)) arrive();
          upstream.write(request);
        },
      };
      expect(await reading(stand)).not.toEqual(good);
      stand.vary();
      await expectRecovery(stand, good);
    },
  },
  {
    id: "N-09",
    what: "a name that nobody knows: a failed reading that says so",
    // A cloud is known by its name over https alone.
    on: (entry) => asked(entry) && entry.driver !== "easee",
    async run(stand) {
      const device = stand.connect({ host: "nobody.invalid" });
      const error = await failure(stand.read(device));
      await device.close();
      expect(error.code).toBe("unreachable");
      expect(error.message).toContain("nobody.invalid");
    },
  },
  {
    id: "N-10",
    what: "another device of the same make at the address: told, and never written to",
    on: ({ impostor }) => impostor !== undefined,
    async run(_stand, entry) {
      const other = await entry.impostor?.();
      if (!other) return;
      try {
        expect(await failure(other.read())).toMatchObject({ code: "wrong-device" });
        const { writes } = other.device;
        if (writes) expect(await failure(other.attend(writes.maxAmpere(10)))).toMatchObject({ code: "wrong-device" });
        if (writes)
          expect(await failure(other.attend(writes.allowCharging(false)))).toMatchObject({ code: "wrong-device" });
        expect(other.heardWrites?.()).toBe(0);
      } finally {
        await other.close();
      }
    },
  },
  ...[
    ["an SSH banner", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["a mail server", "220 mail.example ESMTP ready\r\n"],
    ["zeros", "\0".repeat(300)],
  ].map(([who = "", text = ""]) => ({
    id: "N-11",
    what: `${who} at the port: a failed reading`,
    on: asked,
    async inject({ proxy }: Parameters<Disturbance["inject"]>[0]) {
      proxy.resetAll();
      await proxy.deserted();
      proxy.fault = banner(text);
    },
    outcome: broken,
  })),
  {
    id: "N-11",
    what: "an answer of another protocol: a failed reading",
    on: asked,
    inject({ proxy }) {
      proxy.fault = { onAnswer: (_answer, { client }) => void client.end("<!DOCTYPE html><title>Login</title>") };
    },
    outcome: broken,
  },
  {
    id: "N-12",
    what: "five minutes away, asked as in the house: less and less often, two connections each at most, back by itself",
    on: asked,
    async run(stand) {
      const good = await reading(stand);
      stand.proxy.resetAll();
      await stand.proxy.deserted();
      stand.proxy.fault = resetOnConnect;
      const before = stand.proxy.accepted;
      const clock = new TestClock();
      let asking: Promise<unknown> = Promise.resolve();
      let [answers, failures] = [0, 0];
      const stop = poll({
        clock,
        interval: 5_000,
        longestWait: 30_000,
        read: () => (asking = stand.read()),
        onReading: () => (answers += 1),
        onFailure: () => (failures += 1),
      });
      const turn = async (): Promise<void> => {
        await asking.catch(() => undefined);
        await clock.advance(1_000);
      };
      for (let second = 0; second < 300; second += 1) await turn();
      expect(answers).toBe(0);
      expect(failures).toBeGreaterThanOrEqual(10);
      expect(failures).toBeLessThanOrEqual(16);
      expect(stand.proxy.accepted - before).toBeLessThanOrEqual(2 * failures);
      await stand.heal();
      for (let second = 0; answers === 0 && second < 70; second += 1) await turn();
      stop();
      expect(answers).toBe(1);
      await expectRecovery(stand, good);
    },
  },
  {
    id: "N-14",
    what: "lost connections, again and again: no more of them is left than one, no handle, and no listener",
    on: everywhere,
    async run(stand) {
      const good = await reading(stand);
      const warnings: unknown[] = [];
      const onWarning = (warning: unknown): void => void warnings.push(warning);
      process.on("warning", onWarning);
      const before = await handles();
      // Those who speak by themselves are returned to after a wait.
      for (let left = stand.speech ? 25 : 100; left > 0; left -= 1) {
        stand.proxy.resetAll();
        if (stand.speech) await stand.proxy.deserted();
        if (stand.mqtt) await stand.heard();
        else await stand.read().catch(() => undefined);
        expect(stand.proxy.connections).toBeLessThanOrEqual(1);
      }
      await reading(stand);
      // The last connection's other ends may still be closing; one of each connection would be many more.
      expect((await handles()) - before).toBeLessThan(8);
      process.off("warning", onWarning);
      expect(warnings).toEqual([]);
      await expectRecovery(stand, good);
    },
  },
  {
    id: "M-06",
    what: "an answer that comes byte by byte: the same reading",
    on: asked,
    inject: ({ proxy }) => void (proxy.fault = splitAnswers),
    outcome: { reads: "all" },
  },
];

/** How many sockets and timers keep this process awake, once what has ended is gone. */
async function handles(): Promise<number> {
  await arrived(50);
  return process.getActiveResourcesInfo().filter((resource) => /TCP|Timeout/.test(resource)).length;
}

/** A port with a backlog that is full: the system answers no more to those who come. */
async function startBlackHole(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const code = `
    const { parentPort } = require("node:worker_threads");
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000));
    });`;
  const worker = new Worker(code, { eval: true });
  const [port]: number[] = await once(worker, "message");
  if (port === undefined) throw new Error("It listens on no port");
  const fillers: Socket[] = [];
  for (let count = 0; count < 4; count += 1)
    fillers.push(connect({ port, host: "127.0.0.1" }).on("error", () => undefined));
  await once(fillers[0] ?? worker, "connect");
  return {
    port,
    async close() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
}
