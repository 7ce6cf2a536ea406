/** Waiting until something has come to be known, within a time that is set. */

import type { Clock } from "../model/clock.js";

/** Someone who waits. */
interface Waiter {
  look(): void;
  reject(error: unknown): void;
}

export class Waiting {
  readonly #clock: Clock;
  readonly #closedError: () => Error;
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  constructor(clock: Clock, closedError = () => new Error("The connection has been closed")) {
    this.#clock = clock;
    this.#closedError = closedError;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** To be called whenever there is something new to look at. */
  look(): void {
    for (const waiter of this.#waiters) waiter.look();
  }

  /**
   * Resolves with the first thing that `find` finds, now or later; rejects with what it throws.
   * @param timeout ms; then `last` gives a value, or throws
   */
  until<T>(find: () => T | null, timeout: number, last: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closedError());
    return new Promise((resolve, reject) => {
      const settle = (find: () => T | null): void => {
        try {
          const found = find();
          if (found === null) return;
          resolve(found);
        } catch (error) {
          reject(error);
        }
        timer.cancel();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        look: () => settle(find),
        reject: (error) =>
          settle(() => {
            throw error;
          }),
      };
      const timer = this.#clock.deadline(timeout, () => settle(last));
      this.#waiters.add(waiter);
      waiter.look();
    });
  }

  /** Rejects all who wait now. */
  fail(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.reject(this.#closedError());
  }
}
