/** Waits until a value is available, each with a timeout. */

import type { Clock } from "../model/clock.js";

/** One pending wait. */
interface Waiter {
  check(): void;
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

  /** To be called whenever something may have changed. */
  check(): void {
    for (const waiter of this.#waiters) waiter.check();
  }

  /**
   * Resolves with the first value of `find` that is not `null`, now or later; rejects with what it throws.
   * @param timeout ms; then `last` returns a value, or throws
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
        check: () => settle(find),
        reject: (error) =>
          settle(() => {
            throw error;
          }),
      };
      const timer = this.#clock.deadline(timeout, () => settle(last));
      this.#waiters.add(waiter);
      waiter.check();
    });
  }

  /** Rejects all pending waits. */
  fail(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.reject(this.#closedError());
  }
}
