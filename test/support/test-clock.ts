/** A clock that stands still until it is advanced. */

import type { Clock, Timer } from "../../src/model/clock.js";

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

export class TestClock implements Clock {
  #now: number;
  readonly #timers = new Set<Pending>();

  constructor(start = 1_750_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(delay: number, callback: () => void): Timer {
    const timer: Pending = { at: this.#now + Math.max(0, delay), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  deadline(delay: number, callback: () => void): Timer {
    return this.after(delay, callback);
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Advances by `duration` ms, fires due timers in order, and lets promises settle in between. */
  async advance(duration: number): Promise<void> {
    if (duration < 0) throw new RangeError("Time does not go back");
    const end = this.#now + duration;
    await settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Pending | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** A clock that advances by itself: every wait ends at once; deadlines are in real time. */
export function hastyClock(): Clock {
  let now = 1_750_000_000_000;
  return {
    now: () => now,
    after(delay, callback) {
      const waiting = setImmediate(() => {
        now += delay;
        callback();
      });
      return { cancel: () => clearImmediate(waiting) };
    },
    deadline: realTimer,
  };
}

export function realTimer(delay: number, callback: () => void): Timer {
  const timer = setTimeout(callback, delay);
  return { cancel: () => clearTimeout(timer) };
}

/** Lets promises settle that do not wait for I/O. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
