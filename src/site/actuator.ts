/** Writes decisions to one charger: one write at a time, the newest decision wins, nothing is written twice. */

import type { Charger } from "../drivers/driver.js";
import type { Clock } from "../model/clock.js";
import type { Decision } from "../model/commands.js";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { ChargerReading } from "../model/readings.js";

/** ms after a write in which a charger may still show its old setting (go-e: its logic runs once a second). */
const settleTime = 3_000;

/** Writes in a row that fail, or do not last, before a warning. */
const failuresToWarn = 3;

/** What the charger is known to be set to; `null`: not known. */
interface Setting {
  readonly allowed: boolean | null;
  readonly current: number | null;
  readonly phases: number | null;
}

const unknown: Setting = { allowed: null, current: null, phases: null };

export class Actuator {
  readonly #name: string;
  readonly #charger: Charger;
  readonly #log: Pick<Log, "warn" | "debug">;
  readonly #clock: Clock;
  #decision: Decision | null = null;
  #setting = unknown;
  #writtenAt = -Infinity;
  /** A of the decision that could not be written: until the charger reports again, only less is tried. */
  #failedAt: number | null = null;
  #failures = 0;
  #running: Promise<void> | null = null;

  constructor(name: string, charger: Charger, log: Pick<Log, "warn" | "debug">, clock: Clock) {
    this.#name = name;
    this.#charger = charger;
    this.#log = log;
    this.#clock = clock;
  }

  /** What the charger says of its settings. A difference to what was decided is written again. */
  received(reading: ChargerReading): void {
    this.#failedAt = null;
    if (this.#running !== null || this.#clock.now() - this.#writtenAt < settleTime) return;
    const reported: Setting = {
      allowed: reading.enabled ?? reading.allowCharging ?? this.#setting.allowed,
      current: reading.maxAmpere ?? this.#setting.current,
      phases: reading.phases ?? this.#setting.phases,
    };
    const written = this.#next() === null;
    this.#setting = reported;
    if (this.#next() === null) this.#failures = 0;
    else if (written)
      this.#fail(
        `${this.#name}: it accepted the command and does not keep to it. Does another app or controller set it too?`,
      );
  }

  /** Writes what is new in this decision, at once. */
  apply(decision: Decision): void {
    this.#decision = decision;
    const { expiry } = this.#charger;
    // Written again in time, a pause too. Nothing but a pass that really decided comes here.
    if (expiry !== undefined && this.#clock.now() - this.#writtenAt >= expiry / 2)
      this.#setting = { ...this.#setting, allowed: null, current: null };
    if (this.#failedAt !== null && decision.current >= this.#failedAt) return;
    if (this.#running !== null || this.#next() === null) return;
    this.#failedAt = null;
    this.#running = this.#work().finally(() => {
      this.#running = null;
      if (this.#decision !== null) this.apply(this.#decision);
    });
  }

  /** Resolves once nothing is being written. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #work(): Promise<void> {
    for (let write = this.#next(); write !== null; write = this.#next()) {
      const tried = this.#decision;
      try {
        await write.send();
        this.#setting = { ...this.#setting, ...write.result };
        this.#writtenAt = this.#clock.now();
      } catch (error) {
        this.#setting = unknown;
        this.#failedAt = tried?.current ?? 0;
        this.#fail(messageOf(error));
        return;
      }
    }
  }

  #fail(message: string): void {
    this.#failures += 1;
    if (this.#failures === failuresToWarn) this.#log.warn(message);
    else this.#log.debug(message);
  }

  /** The next write that the decision needs: a pause first; current and phases before a start. `null`: none. */
  #next(): { send: () => Promise<void>; result: Partial<Setting> } | null {
    const decision = this.#decision;
    if (decision === null) return null;
    const { writes } = this.#charger;
    const { allowed, current, phases } = this.#setting;
    if (!decision.allowCharging)
      return allowed === false ? null : { send: () => writes.allowCharging(false), result: { allowed: false } };
    if (current !== decision.current)
      return { send: () => writes.maxAmpere(decision.current), result: { current: decision.current } };
    const { phases: switchPhases } = writes;
    if (switchPhases !== undefined && phases !== decision.phases)
      return { send: () => switchPhases(decision.phases), result: { phases: decision.phases } };
    return allowed === true ? null : { send: () => writes.allowCharging(true), result: { allowed: true } };
  }
}
