/** The readings that a meter pushes: for those who watch, and for those who wait for the next one. */

import type { Clock } from "../../model/clock.js";
import type { MeterReading } from "../../model/readings.js";
import { Waiting } from "../../transport/waiting.js";

export class PushedReadings {
  readonly #waiting: Waiting;
  readonly #listeners = new Set<(reading: MeterReading) => void>();
  #last: MeterReading | null = null;

  constructor(clock: Clock, closedError: () => Error) {
    this.#waiting = new Waiting(clock, closedError);
  }

  get closed(): boolean {
    return this.#waiting.closed;
  }

  watch(onReading: (reading: MeterReading) => void): void {
    this.#listeners.add(onReading);
  }

  /**
   * Resolves with the first reading that is pushed from now on.
   * @param timeout ms; then it rejects with `failure`
   */
  next(timeout: number, failure: () => Error): Promise<MeterReading> {
    const before = this.#last;
    return this.#waiting.until(
      () => (this.#last === before ? null : this.#last),
      timeout,
      () => {
        throw failure();
      },
    );
  }

  push(reading: MeterReading): void {
    this.#last = reading;
    this.#waiting.check();
    for (const listener of this.#listeners) listener(reading);
  }

  close(): void {
    this.#listeners.clear();
    this.#waiting.close();
  }
}
