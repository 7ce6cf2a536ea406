/** Whether a telegram is current, or one that the gateway had buffered. */

import type { Telegram } from "./telegram.js";

/** ms that a telegram may be later than the promptest one before. */
const longestDelay = 10_000;
/** Connections in a row with nothing but late telegrams, after which the meter's clock must have been set. */
const connectionsUntilReset = 3;
/** ms since 1970; a clock that begins with 2000 was never set, as the standard is from 2011. */
const unset = [Date.UTC(1999, 11, 31), Date.UTC(2011, 0)] as const;

/**
 * The meter's clock need not be right, so only its steps count: a telegram that is further behind our clock than
 * others were has been waiting somewhere. A clock that stands still says nothing: what a gateway keeps back or repeats
 * is the same to the last byte.
 */
export class Freshness {
  /** ms by which the promptest telegram was behind our clock, which may be negative; `null`: none has come. */
  #least: number | null = null;
  #last = -Infinity;
  #lateConnections = 0;
  /** The telegram of the time `#last`, as it came. */
  #text = "";
  /** ms since 1970 at which the meter's clock stands still, as telegrams differ that carry it; `null`: it goes. */
  #stopped: number | null = null;

  /**
   * `repeated`: no newer than one that has been read · `late`: it has been waiting somewhere.
   * @param text the telegram as it came
   */
  judge({ time }: Telegram, now: number, text = ""): "new" | "repeated" | "late" {
    if (time === null || (time >= unset[0] && time < unset[1])) return "new";
    if (time === this.#last && text !== this.#text) this.#stopped = time;
    if (time === this.#stopped) return "new";
    this.#stopped = null;
    const behind = now - time;
    if (this.#least !== null && behind - this.#least > longestDelay) return "late";
    this.#least = Math.min(this.#least ?? behind, behind);
    this.#lateConnections = 0;
    if (time <= this.#last && this.#last - time < longestDelay) return "repeated";
    this.#last = time;
    this.#text = text;
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
