/** What must survive a restart, in one file that is written whole or not at all. */

import { readFile, rename } from "node:fs/promises";
import { z } from "zod";
import { noLastingHouse, noLastingMemory, type LastingHouse, type LastingMemory } from "../control/memory.js";
import { chargerModes, weekdays } from "../model/commands.js";
import { messageOf, systemCodeOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { WholeFile } from "./whole-file.js";

const phaseCount = z.literal([1, 3]);
const time = z.number().min(0);
const current = z.number().min(0).max(1_000);

const target = z.object({
  days: z.array(z.literal(weekdays)).readonly(),
  time: z.int().min(0).max(1_439),
  energy: z.number().min(0).nullable(),
});

const lastingSchema: z.ZodType<LastingMemory> = z.object({
  mode: z.enum(chargerModes).nullable(),
  phases: z.literal([1, 3, "auto"]).nullable(),
  cap: current.nullable(),
  minimum: current.nullable().default(null),
  powerLimit: z.number().min(0).nullable(),
  energyLimit: z.number().min(0).nullable(),
  manual: z.enum(["start", "stop"]).nullable(),
  until: time.nullable().default(null),
  targets: z.array(target).readonly().nullable().default(null),
  session: z
    .object({
      since: time.nullable(),
      countsFrom: z.number().min(0),
      due: time.nullable(),
      pursuedSince: time.nullable(),
    })
    .nullable()
    .default(null),
  appetite: z
    .object({ current: current.nullable(), phases: z.number().min(0).max(3).nullable() })
    .default(noLastingMemory.appetite),
  given: z.object({ at: time, current, phases: phaseCount }).nullable(),
  confirmed: z.boolean(),
  startedAt: time.nullable(),
  pausedAt: time.nullable(),
  switchedAt: time.nullable(),
});

const fileSchema = z.object({
  version: z.literal(1),
  chargers: z.record(z.string(), lastingSchema),
  alarms: z.record(z.string(), z.string()).default({}),
  powerLimit: z.number().min(0).nullable().default(null),
});

/** ms between two writes of what only changed by itself, to spare SD cards. */
const calm = 60_000;

export class StateFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #file: WholeFile;
  #writtenAt = -Infinity;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#file = new WholeFile(path, log);
  }

  /**
   * What was kept for these chargers. A file that can't be understood is put aside, and then nothing starts by itself
   * until the car has been unplugged or a person has started it: whether someone had stopped it is no longer known.
   */
  async load(chargers: readonly string[], now: number): Promise<LastingHouse> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return noLastingHouse;
      this.#log.warn(`${this.#path} can't be read, nothing starts by itself: ${messageOf(error)}`);
      return stopped(chargers);
    }
    const parsed = parseState(text);
    if (parsed !== null) {
      this.#file.holds(text);
      const kept = Object.entries(parsed.chargers).map(([name, lasting]) => [name, notAfter(lasting, now)]);
      return { ...parsed, chargers: Object.fromEntries(kept) };
    }
    const aside = `${this.#path}.bad-${Math.round(now)}`;
    await rename(this.#path, aside).catch(() => undefined);
    this.#log.warn(
      `${this.#path} could not be understood and was put aside as ${aside}; start each charge by hand once.`,
    );
    return stopped(chargers);
  }

  /** Keeps it if it changed. What people chose is kept at once; the rest waits for a calm minute. */
  save(lasting: LastingHouse, now: number, urgent: boolean): void {
    if (!urgent && now - this.#writtenAt < calm) return;
    const text = `${JSON.stringify({ version: 1, ...lasting })}\n`;
    if (this.#file.save(text)) this.#writtenAt = now;
  }

  /** Resolves once everything is on the disk, or has failed to get there. */
  async settled(): Promise<void> {
    await this.#file.settled();
  }
}

function parseState(text: string): LastingHouse | null {
  try {
    const { chargers, alarms, powerLimit } = fileSchema.parse(JSON.parse(text));
    return { chargers, alarms, powerLimit };
  } catch {
    return null;
  }
}

/** A clock that was wrong once must not hold up anything for years. */
function notAfter(kept: LastingMemory, now: number): LastingMemory {
  const past = (time: number | null) => (time === null ? null : Math.min(time, now));
  return {
    ...kept,
    given: kept.given && { ...kept.given, at: Math.min(kept.given.at, now) },
    startedAt: past(kept.startedAt),
    pausedAt: past(kept.pausedAt),
    switchedAt: past(kept.switchedAt),
    session: kept.session && {
      ...kept.session,
      since: past(kept.session.since),
      pursuedSince: past(kept.session.pursuedSince),
    },
  };
}

function stopped(chargers: readonly string[]): LastingHouse {
  const each = chargers.map((name) => [name, { ...noLastingMemory, manual: "stop" as const }]);
  return { ...noLastingHouse, chargers: Object.fromEntries(each) };
}
