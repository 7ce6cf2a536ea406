/** What the Matter node has to know of the chargers after a restart, beside what matter.js stores itself: one file. */

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { systemCodeOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import { AtomicFile, putAside } from "../../site/atomic-file.js";
import { noLimits, type Limits } from "./limits.js";
import type { EvseMode } from "./modes.js";
import { highestId, type Session } from "./session.js";
import { endOfTime } from "./attributes.js";
import { nothingReported, type ReportedValues } from "./reported-values.js";

export interface PersistentState {
  readonly session: Session | null;
  readonly limits: Limits;
  /** ms since 1970 until which charging is enabled; `null`: for good, or not at all. */
  readonly until: number | null;
  /** The mode that an enabled charger has, or will have again. */
  readonly mode: EvseMode;
  /** Named as in files that exist already. */
  readonly told: ReportedValues;
}

export const initialState: PersistentState = {
  session: null,
  limits: noLimits,
  until: null,
  mode: "fast",
  told: nothingReported,
};

/** Whether more has changed than what counts on by itself. */
export function isUrgent(before: PersistentState, after: PersistentState): boolean {
  return textOf(before) !== textOf(after);
}

function textOf({ session, ...rest }: PersistentState): string {
  return JSON.stringify({ ...rest, session: session && [session.id, session.open, session.transferFrom !== null] });
}

/** A, and kWh, above what any charger has. */
const current = z.number().min(0).max(1_000);
const energy = z.number().min(0).max(1e9);

/** ms since 1970 that a Date takes. */
const time = z.number().min(0).max(8.64e15);

const sessionSchema: z.ZodType<Session> = z.object({
  id: z.int().min(0).max(highestId),
  open: z.boolean(),
  since: time,
  until: time.nullable(),
  energy,
  transferFrom: energy.nullable(),
  wanting: z.boolean(),
  idleSince: time.nullable(),
});

const stateSchema: z.ZodType<PersistentState> = z.object({
  session: sessionSchema.nullable(),
  limits: z.object({ command: current.nullable(), user: current.nullable() }),
  // Earlier versions stored the highest number for "for ever", which Matter's time does not have.
  until: time.nullable().transform((until) => (until === null || until / 1_000 > endOfTime ? null : until)),
  mode: z.enum(["fast", "scheduled", "solar", "solar-min"]),
  told: z.object({ phases: z.array(z.int().min(0).max(2)).readonly(), temperature: z.boolean(), tag: z.boolean() }),
});

const fileSchema = z.object({
  version: z.literal(1),
  /** Of the node when it was last online; `null`: not known. */
  shape: z.string().nullable().default(null),
  chargers: z.record(z.string(), stateSchema),
});

export class PersistentStateFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #file: AtomicFile;
  #shape: string | null = null;
  #states: Record<string, PersistentState> = {};

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#file = new AtomicFile(path, log);
  }

  /** A file that can't be understood is put aside, with a warning: sessions count from 1 again. */
  async load(now: number): Promise<void> {
    try {
      const { shape, chargers } = fileSchema.parse(JSON.parse(await readFile(this.#path, "utf8")));
      this.#shape = shape;
      this.#states = chargers;
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return;
      const aside = await putAside(this.#path, now);
      this.#log.warn(
        `Matter: ${this.#path} could not be understood and was put aside as ${aside}; sessions and limits begin anew`,
      );
    }
  }

  knows(charger: string): boolean {
    return Object.hasOwn(this.#states, charger);
  }

  of(charger: string): PersistentState {
    return this.#states[charger] ?? initialState;
  }

  /** Writes it if it changed. */
  save(charger: string, state: PersistentState): void {
    this.#states = { ...this.#states, [charger]: state };
    this.#write();
  }

  /** What the node was made of when it was last online; `null`: not known. */
  get shape(): string | null {
    return this.#shape;
  }

  saveShape(shape: string): void {
    this.#shape = shape;
    this.#write();
  }

  #write(): void {
    this.#file.save(`${JSON.stringify({ version: 1, shape: this.#shape, chargers: this.#states })}\n`);
  }

  /** Resolves once everything is on the disk, or has failed to get there. */
  async settled(): Promise<void> {
    await this.#file.settled();
  }
}
