/** What must survive a restart, in one file that is written whole or not at all. */

import { readFile, rename } from "node:fs/promises";
import { noPersistentState, type PersistentState } from "../control/memory.js";
import { messageOf, systemCodeOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { formatState, parseState } from "./state-format.js";
import { WholeFile } from "./whole-file.js";
import type { PersistentChargerState } from "../control/observe/charger-memory.js";
import { noPersistentChargerState } from "../control/observe/charger-memory.js";

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
  async load(chargers: readonly string[], now: number): Promise<PersistentState> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return noPersistentState;
      this.#log.warn(`${this.#path} can't be read, nothing starts by itself: ${messageOf(error)}`);
      return stopped(chargers);
    }
    const parsed = parseState(text);
    if (parsed !== null) {
      this.#file.holds(text);
      const kept = Object.entries(parsed.chargers).map(([name, persistent]) => [name, notAfter(persistent, now)]);
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
  save(persistent: PersistentState, now: number, urgent: boolean): void {
    if (!urgent && now - this.#writtenAt < calm) return;
    const text = formatState(persistent);
    if (this.#file.save(text)) this.#writtenAt = now;
  }

  /** Resolves once everything is on the disk, or has failed to get there. */
  async settled(): Promise<void> {
    await this.#file.settled();
  }
}

/** A clock that was wrong once must not hold up anything for years. */
function notAfter(kept: PersistentChargerState, now: number): PersistentChargerState {
  const past = (time: number | null) => (time === null ? null : Math.min(time, now));
  return {
    ...kept,
    lastCommand: kept.lastCommand && { ...kept.lastCommand, at: Math.min(kept.lastCommand.at, now) },
    startedAt: past(kept.startedAt),
    pausedAt: past(kept.pausedAt),
    switchedAt: past(kept.switchedAt),
    session: kept.session && {
      ...kept.session,
      since: past(kept.session.since),
      targetActiveSince: past(kept.session.targetActiveSince),
    },
  };
}

function stopped(chargers: readonly string[]): PersistentState {
  const each = chargers.map((name) => [name, { ...noPersistentChargerState, manual: "stop" as const }]);
  return { ...noPersistentState, chargers: Object.fromEntries(each) };
}
