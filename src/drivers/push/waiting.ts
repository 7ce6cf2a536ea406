/** Waits until a condition holds, with a timeout. */

import type { Clock } from "../../model/clock.js";

export class Waiting {
  readonly #clock: Clock;
  readonly #closedError: () => Error;
  readonly #looks = new Set<{ look(): void; abandon(): void }>();
  #closed = false;

  constructor(clock: Clock, closedError: () => Error) {
    this.#clock = clock;
    this.#closedError = closedError;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** To be called whenever there is something new to look at. */
  look(): void {
    for (const { look } of this.#looks) look();
  }

  /**
   * Resolves with the first thing that `find` finds, now or later.
   * @param timeout ms; then `last` gives a value, or throws
   */
  until<T>(find: () => T | null, timeout: number, last: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closedError());
    const now = find();
    if (now !== null) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        timer.cancel();
        this.#looks.delete(entry);
        settle();
      };
      const entry = {
        look: () => {
          const found = find();
          if (found !== null) end(() => resolve(found));
        },
        abandon: () => end(() => reject(this.#closedError())),
      };
      const timer = this.#clock.after(timeout, () =>
        end(() => {
          try {
            resolve(last());
          } catch (error) {
            reject(error);
          }
        }),
      );
      this.#looks.add(entry);
    });
  }

  close(): void {
    this.#closed = true;
    for (const { abandon } of this.#looks) abandon();
  }
}
