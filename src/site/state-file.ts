/** What must survive a restart, in one file that is written whole or not at all. */

import { readFile } from "node:fs/promises";
import { noPersistentState, type PersistentState } from "../control/memory.js";
import { noPersistentChargerState, type PersistentChargerState } from "../control/observe/charger-memory.js";
import { messageOf, systemCodeOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { AtomicFile, putAside } from "./atomic-file.js";
import { formatState, parseState } from "./state-format.js";

/** ms between two writes of what only changed by itself, to spare SD cards. */
const quietInterval = 60_000;

export class StateFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #file: AtomicFile;
  #writtenAt = -Infinity;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#file = new AtomicFile(path, log);
  }

  /**
   * The stored state of these chargers. A file that can't be understood is put aside, and then nothing starts by itself
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
      const stored = Object.entries(parsed.chargers).map(([name, persistent]) => [name, notAfter(persistent, now)]);
      return { ...parsed, chargers: Object.fromEntries(stored) };
    }
    const aside = await putAside(this.#path, now);
    this.#log.warn(
      `${this.#path} could not be understood and was put aside as ${aside}; start each charge by hand once.`,
    );
    return stopped(chargers);
  }

  /** Writes it if it changed. What people chose is written at once; the rest at most once a minute. */
  save(persistent: PersistentState, now: number, urgent: boolean): void {
    if (!urgent && now - this.#writtenAt < quietInterval) return;
    const text = formatState(persistent);
    if (this.#file.save(text)) this.#writtenAt = now;
  }

  /** Resolves once everything is on the disk, or has failed to get there. */
  async settled(): Promise<void> {
    await this.#file.settled();
  }
}

/** A clock that was wrong once must not hold up anything for years. */
function notAfter(stored: PersistentChargerState, now: number): PersistentChargerState {
  const past = (time: number | null) => (time === null ? null : Math.min(time, now));
  return {
    ...stored,
    lastCommand: stored.lastCommand && { ...stored.lastCommand, at: Math.min(stored.lastCommand.at, now) },
    startedAt: past(stored.startedAt),
    pausedAt: past(stored.pausedAt),
    switchedAt: past(stored.switchedAt),
    session: stored.session && {
      ...stored.session,
      since: past(stored.session.since),
      targetActiveSince: past(stored.session.targetActiveSince),
    },
  };
}

function stopped(chargers: readonly string[]): PersistentState {
  const manual = { kind: "stop", endedStart: null } as const;
  const each = chargers.map((name) => [name, { ...noPersistentChargerState, manual }]);
  return { ...noPersistentState, chargers: Object.fromEntries(each) };
}
