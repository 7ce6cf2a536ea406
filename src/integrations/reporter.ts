/** One value of a face: when its subscribers are told of it, and what is shown while a person's write is taken over. */

import type { Clock, Timer } from "../model/clock.js";
import { hasMoved, isMeasured, type Value } from "./dead-band.js";

/** ms after a write for which the written value is shown, while the device takes it over. Then the truth is. */
const settlingTime = 10_000;

export interface ReporterParts<F> {
  readonly clock: Clock;
  /** Unit of a measured number; it chooses the dead band. */
  readonly unit?: string | undefined;
  /** ms at least between two reports of a measured number. States are told at once. */
  readonly interval: number;
  /** What the device says; `null`: it does not answer, and nothing is shown, not even what was written. */
  readonly facts: () => F | null;
  /** The value among them; `null`: not known. */
  readonly read: (facts: F) => Value | null;
  /** Tells the subscribers. */
  readonly tell: (value: Value | null) => void;
}

export class Reporter<F> {
  readonly #parts: ReporterParts<F>;
  /** The last value told; `undefined`: nothing yet. */
  #told: Value | null | undefined;
  #toldAt = -Infinity;
  #written: { readonly value: Value; readonly until: number } | null = null;
  #notice: Timer | null = null;
  #settling: Timer | null = null;

  constructor(parts: ReporterParts<F>) {
    this.#parts = parts;
  }

  /** What a reader shall see: the truth, or what a person has just written. */
  current(): Value | null {
    const facts = this.#parts.facts();
    if (facts === null) return null;
    const truth = this.#parts.read(facts);
    if (this.#written === null) return truth;
    if (this.#written.value !== truth && this.#parts.clock.now() < this.#written.until) return this.#written.value;
    this.#settled();
    return truth;
  }

  /** Tells what has moved since it was last told, now or as soon as the interval allows. */
  refresh(): void {
    const { clock, unit, interval } = this.#parts;
    const value = this.current();
    if (value === null) {
      this.#notice = cancelled(this.#notice);
      if (this.#told !== null) this.#tell(null);
      return;
    }
    if (this.#told !== undefined && !hasMoved(unit, this.#told, value)) {
      this.#notice = cancelled(this.#notice);
      return;
    }
    const wait = this.#toldAt + interval - clock.now();
    if (isMeasured(unit) && this.#told !== null && wait > 0) {
      this.#notice ??= clock.after(wait, () => {
        this.#notice = null;
        this.refresh();
      });
      return;
    }
    this.#notice = cancelled(this.#notice);
    this.#tell(value);
  }

  /** A person wrote this, and the subscribers know. It is shown until it is true, or has had its time. */
  hold(value: Value): void {
    const { clock } = this.#parts;
    this.#settled();
    this.#written = { value, until: clock.now() + settlingTime };
    this.#settling = clock.after(settlingTime, () => this.release());
    this.#told = value;
    this.#toldAt = clock.now();
  }

  /** What was written has come to nothing: shows the truth again. */
  release(): void {
    this.#settled();
    this.refresh();
  }

  /** Ends the timers; what is read afterwards is still answered. */
  stop(): void {
    this.#notice = cancelled(this.#notice);
    this.#settling = cancelled(this.#settling);
  }

  #tell(value: Value | null): void {
    const { clock, tell } = this.#parts;
    this.#told = value;
    this.#toldAt = clock.now();
    tell(value);
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
