/** What can go wrong with a write, over whatever it goes: H-02, H-07, H-14, H-15, M-11 and C-10 of the fault list. */

import { DeviceError } from "../../src/model/errors.js";
import type { Entry } from "./entries.js";
import { type Course, expectRecovery, failure, reading, readUntil } from "./fault.js";
import { write } from "./http-faults.js";
import type { Flow } from "./faulty-tcp.js";
import { pastDeadline, type DeviceBench } from "./device-bench.js";

const chargers = new Set(["go-e", "openevse", "easee", "mennekes"]);
const writable = ({ driver }: Entry): boolean => chargers.has(driver);

/** Requests with a write in them that have gone through to the device. */
function countWrites(bench: DeviceBench, onAnswer?: (flow: Flow) => void): { sent(): number } {
  let sent = 0;
  bench.proxy.fault = {
    onRequest(request, { upstream }) {
      if (bench.writesIn(request)) sent += 1;
      upstream.write(request);
    },
    onAnswer(answer, flow) {
      if (onAnswer && bench.writesIn(flow.lastRequest)) onAnswer(flow);
      else flow.client.write(answer);
    },
  };
  return { sent: () => sent };
}

const maxAmpere = (told: unknown): unknown =>
  typeof told === "object" && told !== null && "maxAmpere" in told ? told.maxAmpere : undefined;

export const writeFaults: readonly Course[] = [
  {
    id: "H-02",
    what: "the owner allows reading alone: the write is refused, and not insisted on",
    on: ({ misbehaviours }) => misbehaviours?.includes("read-only") === true,
    async run(bench) {
      const good = await reading(bench);
      const { sent } = countWrites(bench);
      bench.misbehave?.("read-only");
      expect(await failure(write(bench))).toMatchObject({ code: "refused" });
      expect([sent(), bench.commandsTaken?.()]).toEqual([1, 0]);
      expect(maxAmpere(await reading(bench))).toBe(maxAmpere(good));
      await expectRecovery(bench, good);
    },
  },
  {
    id: "C-10",
    what: "parts of an ampere: refused before anything is sent, so that nothing is rounded up",
    on: writable,
    async run(bench) {
      await reading(bench);
      for (const amperes of [5.9, 6.9, 31.5]) {
        const { writes } = bench.device;
        if (!writes) throw new Error("This device takes no writes");
        expect(await failure(bench.attend(writes.maxAmpere(amperes)))).toMatchObject({ code: "unsupported" });
      }
      expect(bench.commandsTaken?.()).toBe(0);
    },
  },
  {
    id: "H-07",
    what: "yes to a write that changes nothing: it fails, or the next reading shows what is so",
    on: ({ driver, transport }) => chargers.has(driver) && transport !== "modbus",
    run: ignored,
  },
  {
    id: "M-11",
    what: "an echo to a write that changes nothing: not taken over",
    on: ({ driver, transport }) => chargers.has(driver) && transport === "modbus",
    run: ignored,
  },
  {
    id: "H-14",
    what: "a write that is heard, and its answer lost: it fails, is not repeated, and the truth is read afterwards",
    on: writable,
    async run(bench) {
      await reading(bench);
      const { sent } = countWrites(bench, () => undefined);
      // Over MQTT, an older message may still come in, and show what was.
      const failed = await pastDeadline(() => failure(write(bench)));
      expect(["unreachable", "not-taken-over"]).toContain(failed.code);
      expect(sent()).toBe(1);
      await bench.heal();
      expect(maxAmpere(await readUntil(bench, (told) => maxAmpere(told) === 10))).toBe(10);
    },
  },
  {
    id: "H-15",
    what: "a reset in place of the answer to a write: it fails and is not repeated",
    on: (entry) => writable(entry) && entry.transport !== "mqtt",
    async run(bench) {
      const good = await reading(bench);
      const { sent } = countWrites(bench, ({ client }) => client.resetAndDestroy());
      expect(await failure(write(bench))).toMatchObject({ code: "unreachable" });
      expect(sent()).toBe(1);
      await bench.heal();
      await reading(bench);
      expect(good).not.toBeNull();
    },
  },
  {
    id: "H-15",
    what: "the broker's connection lost in place of the answer: not repeated, and done only if the device shows it",
    on: (entry) => writable(entry) && entry.transport === "mqtt",
    async run(bench) {
      await reading(bench);
      const { sent } = countWrites(bench, ({ client }) => client.resetAndDestroy());
      const outcome = await write(bench).catch((error: unknown) => error);
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: "unreachable" });
      expect(sent()).toBe(1);
      await bench.heal();
      expect(maxAmpere(await readUntil(bench, (told) => maxAmpere(told) === 10))).toBe(10);
    },
  },
];

async function ignored(bench: DeviceBench): Promise<void> {
  const good = await reading(bench);
  bench.ignoreCommands?.();
  const outcome = await write(bench).then(
    () => "taken for done",
    (error: unknown) => (error instanceof DeviceError ? error.code : String(error)),
  );
  expect(["taken for done", "not-taken-over"]).toContain(outcome);
  if (bench.modbus) expect(outcome).toBe("not-taken-over");
  expect(maxAmpere(await reading(bench))).toBe(maxAmpere(good));
  await expectRecovery(bench, good);
}
