/** When a burst of messages is over, for devices that send each of their values in a message of its own. */

import type { Clock, Timer } from "../../model/clock.js";

/** ms without a further message after which a burst is over. */
const pause = 20;
/** ms after its first message at which a burst is over in any case. */
const longest = 60;

export class BurstEnd {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #start: number | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** To be called with each message. */
  came(): void {
    const now = this.#clock.now();
    this.#start ??= now;
    this.#timer?.cancel();
    const wait = Math.min(pause, Math.max(0, this.#start + longest - now));
    this.#timer = this.#clock.after(wait, () => this.#endOnceIdle());
  }

  /** What has come is of no use any more. */
  cancel(): void {
    this.#timer?.cancel();
    this.#start = null;
  }

  /** A busy process fires its timers before it reads its sockets: what lies there already still belongs to the burst. */
  #endOnceIdle(): void {
    this.#timer = this.#clock.after(0, () => {
      this.#start = null;
      this.#onEnd();
    });
  }
}
