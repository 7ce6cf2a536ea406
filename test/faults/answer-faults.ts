/** Group N of the fault list: answers that break off, trickle in, never end or come late, or are of something else. */

import type { Entry } from "./entries.js";
import { type Course, type Disturbance, expectOutcome, expectRecovery, reading } from "./fault.js";
import type { Flow, TcpFault } from "./faulty-tcp.js";
import { shortDeadline } from "../support/deadlines.js";
import { settle } from "../support/test-clock.js";
import { pastDeadline } from "./device-bench.js";

const asked = ({ transport }: Entry): boolean => transport === "http" || transport === "modbus";

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

export const answerFaults: readonly (Disturbance | Course)[] = [
  {
    id: "N-04",
    what: "reset in the answer: a failed reading, never a part of one",
    on: asked,
    inject: ({ proxy }) => void (proxy.fault = cut(0.5, "rst")),
    outcome: broken,
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
    async run(bench) {
      const good = await reading(bench);
      let poured = 0;
      bench.proxy.fault = {
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
      await expectOutcome(bench, { reads: "less" }, good);
      expect(poured).toBeLessThan(4 * mostBytes);
      await expectRecovery(bench, good);
    },
  },
  {
    id: "N-08",
    what: "an answer after the deadline: it is not taken for that of the next request",
    on: asked,
    async run(bench) {
      const good = await reading(bench);
      const late: (() => void)[] = [];
      bench.proxy.fault = {
        onAnswer: (answer, { client }) => void late.push(() => client.destroyed || void client.write(answer)),
      };
      await pastDeadline(() => expectOutcome(bench, gone, good));
      bench.vary();
      bench.proxy.fault = {
        onRequest(request, { upstream }) {
          for (const arrive of late.splice(0)) arrive();
          upstream.write(request);
        },
      };
      expect(await reading(bench)).not.toEqual(good);
      bench.vary();
      await expectRecovery(bench, good);
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
    id: "M-06",
    what: "an answer that comes byte by byte: the same reading",
    on: asked,
    inject: ({ proxy }) => void (proxy.fault = splitAnswers),
    outcome: { reads: "all" },
  },
];
