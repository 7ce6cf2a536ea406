/** Brings one charger to what was decided: one write at a time, the newest decision wins, nothing is written twice. */

import type { Charger } from "../drivers/driver.js";
import type { Clock } from "../model/clock.js";
import type { Decision } from "../model/commands.js";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { ChargerReading } from "../model/readings.js";

/** ms after a write in which a charger may still show its old setting (go-e: its logic runs once a second). */
const settleTime = 3_000;

/** Writes in a row that fail, or do not last, before a person is told. */
const failuresToTell = 3;

/** What the charger is known to be set to; `null`: not known. */
interface Setting {
  readonly allowed: boolean | null;
  readonly current: number | null;
  readonly phases: number | null;
}

const unknown: Setting = { allowed: null, current: null, phases: null };

export class Actuator {
  readonly #charger: Charger;
  readonly #log: Log;
  readonly #clock: Clock;
  #aim: Decision | null = null;
  #setting = unknown;
  #writtenAt = -Infinity;
  /** After a failed write nothing is tried again until the charger has been heard of. */
  #blocked = false;
  #failures = 0;
  #running: Promise<void> | null = null;

  constructor(charger: Charger, log: Log, clock: Clock) {
    this.#charger = charger;
    this.#log = log;
    this.#clock = clock;
  }

  /** What the charger says of its settings. A difference to what was decided is written again. */
  heard(reading: ChargerReading): void {
    this.#blocked = false;
    if (this.#running !== null || this.#clock.now() - this.#writtenAt < settleTime) return;
    const { maxAmpere, phases } = reading;
    this.#setting = { allowed: reading.enabled ?? reading.allowCharging, current: maxAmpere, phases };
  }

  /** Writes what is new in this decision, at once. */
  aim(decision: Decision): void {
    const lowered = this.#aim !== null && decision.current < this.#aim.current;
    this.#aim = decision;
    if (lowered) this.#blocked = false;
    if (this.#running !== null || this.#blocked || this.#next() === null) return;
    this.#running = this.#work().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves once nothing is being written. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #work(): Promise<void> {
    try {
      for (let write = this.#next(); write !== null; write = this.#next()) {
        await write.send();
        this.#setting = { ...this.#setting, ...write.result };
        this.#writtenAt = this.#clock.now();
      }
      this.#failures = 0;
    } catch (error) {
      this.#blocked = true;
      this.#setting = unknown;
      this.#failures += 1;
      const message = messageOf(error);
      if (this.#failures === failuresToTell) this.#log.warn(message);
      else this.#log.debug(message);
    }
  }

  /** The next step towards the aim: a pause first; current and phases before a start. `null`: it is reached. */
  #next(): { send: () => Promise<void>; result: Partial<Setting> } | null {
    const aim = this.#aim;
    if (aim === null) return null;
    const { writes } = this.#charger;
    const { allowed, current, phases } = this.#setting;
    if (!aim.allowCharging)
      return allowed === false ? null : { send: () => writes.allowCharging(false), result: { allowed: false } };
    if (current !== aim.current) return { send: () => writes.maxAmpere(aim.current), result: { current: aim.current } };
    const { phases: switchPhases } = writes;
    if (switchPhases !== undefined && phases !== aim.phases)
      return { send: () => switchPhases(aim.phases), result: { phases: aim.phases } };
    return allowed === true ? null : { send: () => writes.allowCharging(true), result: { allowed: true } };
  }
}
