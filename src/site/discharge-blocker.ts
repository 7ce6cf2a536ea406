/** Blocks the discharge of a house battery: one write at a time, repeated before the block expires, and lifted in the end. */

import type { DischargeBlock } from "../drivers/driver.js";
import type { Clock } from "../model/clock.js";
import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";

/** ms between a write that failed and the next try. */
const retryAfter = 10_000;

export class DischargeBlocker {
  readonly #name: string;
  readonly #device: DischargeBlock;
  readonly #log: Log;
  readonly #clock: Clock;
  #requested = false;
  /** When it was last set, and until when it may hold at most. */
  #setAt = -Infinity;
  #holdsUntil = -Infinity;
  #failedAt = -Infinity;
  #isFailing = false;
  #running: Promise<void> | null = null;

  constructor(name: string, device: DischargeBlock, log: Log, clock: Clock) {
    this.#name = name;
    this.#device = device;
    this.#log = log;
    this.#clock = clock;
  }

  /** Only to be called after a pass that really decided: nothing else renews the block. */
  request(blocked: boolean): void {
    // A new request does not wait for the next try.
    if (blocked !== this.#requested) this.#failedAt = -Infinity;
    this.#requested = blocked;
    if (this.#running !== null || !this.#isDue()) return;
    this.#running = this.#write(blocked).finally(() => {
      this.#running = null;
      this.request(this.#requested);
    });
  }

  /** Resolves once nothing is being written. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #isDue(): boolean {
    const now = this.#clock.now();
    if (now - this.#failedAt < retryAfter) return false;
    return this.#requested ? now - this.#setAt >= this.#device.expiry / 2 : now < this.#holdsUntil;
  }

  async #write(blocked: boolean): Promise<void> {
    const asked = this.#clock.now();
    try {
      // Should it fail, it may have come through all the same.
      if (blocked) this.#holdsUntil = asked + this.#device.expiry;
      await this.#device.set(blocked);
      this.#setAt = blocked ? asked : -Infinity;
      if (!blocked) this.#holdsUntil = -Infinity;
      if (this.#isFailing) this.#log.info(`${this.#name}: takes orders for its battery again.`);
      this.#isFailing = false;
    } catch (error) {
      this.#failedAt = this.#clock.now();
      const what = blocked ? "can't be blocked" : "stays blocked for a while";
      this.#log[this.#isFailing ? "debug" : "warn"](`The battery's discharge ${what}. ${messageOf(error)}`);
      this.#isFailing = true;
    }
  }
}
