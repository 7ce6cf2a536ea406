/** One value that an integration shows: when it is reported, and what is shown while a person's write is taken over. */

import type { Clock, Timer } from "../model/clock.js";
import { hasMoved, isMeasured, type Value } from "./dead-band.js";

/** ms after a write for which the written value is shown, while the device takes it over. Then the truth is. */
const settlingTime = 10_000;

export interface ReporterParts<F> {
  readonly clock: Clock;
  /** Unit of a measured number; it chooses the dead band. */
  readonly unit?: string | undefined;
  /** ms at least between two reports of a measured number. States are reported at once. */
  readonly interval: number;
  /** The value among the facts; `null`: not known. */
  readonly read: (facts: F) => Value | null;
  /** Hands a value to the subscribers. */
  readonly report: (value: Value | null) => void;
}

/** @typeParam F what is known of the device that has the value */

export class Reporter<F> {
  readonly #parts: ReporterParts<F>;
  /** The newest ones; `null`: the device does not answer, and nothing is shown, not even what was written. */
  #facts: F | null = null;
  /** The last report; `null`: none yet. */
  #reported: { readonly value: Value | null; readonly at: number } | null = null;
  #written: { readonly value: Value; readonly until: number } | null = null;
  #delayed: Timer | null = null;
  #settling: Timer | null = null;

  constructor(parts: ReporterParts<F>) {
    this.#parts = parts;
  }

  /** What a reader shall see: the truth, or what a person has just written. */
  current(): Value | null {
    if (this.#facts === null) return null;
    const truth = this.#parts.read(this.#facts);
    if (this.#written === null) return truth;
    if (this.#written.value !== truth && this.#parts.clock.now() < this.#written.until) return this.#written.value;
    this.#settled();
    return truth;
  }

  /**
   * Reports what has moved since the last report, now or as soon as the interval allows.
   * @param facts `null`: the device does not answer
   */
  refresh(facts: F | null): void {
    this.#facts = facts;
    this.#reportChange();
  }

  /** A person wrote this, and the subscribers know. It is shown until it is true, or has had its time. */
  hold(value: Value): void {
    const { clock } = this.#parts;
    this.#settled();
    this.#written = { value, until: clock.now() + settlingTime };
    this.#settling = clock.after(settlingTime, () => this.release());
    this.#reported = { value, at: clock.now() };
  }

  /** What was written has come to nothing: shows the truth again. */
  release(): void {
    this.#settled();
    this.#reportChange();
  }

  /** Ends the timers; what is read afterwards is still answered. */
  stop(): void {
    this.#delayed = cancelled(this.#delayed);
    this.#settling = cancelled(this.#settling);
  }

  #reportChange(): void {
    const { clock, unit, interval } = this.#parts;
    const value = this.current();
    const last = this.#reported;
    if (value === null) {
      this.#delayed = cancelled(this.#delayed);
      if (last === null || last.value !== null) this.#report(null);
      return;
    }
    if (last !== null && !hasMoved(unit, last.value, value)) {
      this.#delayed = cancelled(this.#delayed);
      return;
    }
    const wait = last === null || last.value === null ? 0 : last.at + interval - clock.now();
    if (isMeasured(unit) && wait > 0) {
      this.#delayed ??= clock.after(wait, () => {
        this.#delayed = null;
        this.#reportChange();
      });
      return;
    }
    this.#delayed = cancelled(this.#delayed);
    this.#report(value);
  }

  #report(value: Value | null): void {
    const { clock, report } = this.#parts;
    this.#reported = { value, at: clock.now() };
    report(value);
  }

  #settled(): void {
    this.#written = null;
    this.#settling = cancelled(this.#settling);
  }
}

function cancelled(timer: Timer | null): null {
  timer?.cancel();
  return null;
}
