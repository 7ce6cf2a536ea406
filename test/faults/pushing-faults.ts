/** What goes wrong with meters that push without a broker: N and H of the fault list for them. */

import type { Entry } from "./entries.js";
import type { Disturbance } from "./fault.js";
import { splitAnswers } from "./answer-faults.js";

const stream = ({ transport }: Entry): boolean => transport === "stream";

const misbehaviours: readonly (readonly [fault: string, id: string, what: string, outcome: Disturbance["outcome"]])[] =
  [
    ["silent", "N-03", "the device falls silent: fails in its time, and tells no old values", none()],
    ["cut-off", "N-05", "what it says breaks off: fails, never a part of it", none()],
    ["garbage", "N-11", "another protocol: fails", none()],
    ["wrong-checksum", "H-09", "a checksum that is wrong: fails", none()],
    ["no-checksum", "H-09", "no checksum: fails, or the same reading", { reads: "less" }],
    ["without-totals", "H-10", "a value that is not told: null, or it fails", { reads: "less" }],
    ["inverter", "N-10", "another device of the same make: fails", none()],
  ];

function none(): Disturbance["outcome"] {
  return { fails: ["unreachable", "protocol", "wrong-device"] };
}

export const pushingFaults: readonly Disturbance[] = [
  ...misbehaviours.map(([fault, id, what, outcome]) => ({
    id,
    what,
    on: (entry: Entry) => entry.misbehaviours?.includes(fault) === true,
    inject: ({ misbehave }: Parameters<Disturbance["inject"]>[0]) => misbehave?.(fault),
    outcome,
  })),
  {
    id: "N-03",
    what: "half-open connection: fails in its time",
    on: stream,
    inject: ({ proxy }) => proxy.goHalfOpen(),
    outcome: none(),
  },
  {
    id: "N-04",
    what: "a reset: the next reading comes over a new connection, or the one after it",
    on: stream,
    inject: ({ proxy }) => proxy.resetAll(),
    outcome: { reads: "less" },
  },
  {
    id: "N-11",
    what: "a login banner at the port: fails",
    on: stream,
    inject({ proxy }) {
      proxy.resetAll();
      proxy.fault = { onConnect: (client) => void client.write("SSH-2.0-OpenSSH_9.6\r\n") };
    },
    outcome: none(),
  },
  {
    id: "N-07",
    what: "bytes without an end: fails, and little of it is kept",
    on: stream,
    inject({ proxy }) {
      proxy.fault = { onAnswer: (_answer, { client }) => void client.write(Buffer.alloc(200_000, "a")) };
    },
    outcome: none(),
  },
  {
    id: "M-06",
    what: "byte by byte: the same reading",
    on: stream,
    inject: ({ proxy }) => void (proxy.fault = splitAnswers),
    outcome: { reads: "all" },
  },
];
