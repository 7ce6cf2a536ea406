/** Whether a telegram is current, or one that the gateway had buffered. */

import type { Telegram } from "./telegram.js";

/** ms that a telegram may be later than the promptest one before. */
const longestDelay = 10_000;
/** Connections in a row with nothing but late telegrams, after which the meter's clock must have been set. */
const connectionsUntilReset = 3;

/**
 * The meter's clock need not be right, so only its steps count: a telegram that is further behind our clock than
 * others were has been waiting somewhere.
 */
export class Freshness {
  /** ms by which the promptest telegram was behind our clock, which may be negative; `null`: none has come. */
  #least: number | null = null;
  #last = -Infinity;
  #lateConnections = 0;

  /** `repeated`: no newer than one that has been read · `late`: it has been waiting somewhere. */
  judge({ time }: Telegram, now: number): "new" | "repeated" | "late" {
    if (time === null) return "new";
    const behind = now - time;
    if (this.#least !== null && behind - this.#least > longestDelay) return "late";
    this.#least = Math.min(this.#least ?? behind, behind);
    this.#lateConnections = 0;
    if (time <= this.#last && this.#last - time < longestDelay) return "repeated";
    this.#last = time;
    return "new";
  }

  /** A connection was given up for its late telegrams. */
  gaveUp(): void {
    this.#lateConnections += 1;
    if (this.#lateConnections < connectionsUntilReset) return;
    this.#least = null;
    this.#last = -Infinity;
    this.#lateConnections = 0;
  }
}
