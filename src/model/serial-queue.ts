/** A serial queue: runs one task at a time, in the order of arrival. */

export class SerialQueue {
  readonly #waiting: (() => Promise<void>)[] = [];
  #busy = false;
  #drained: Promise<void> = Promise.resolve();

  /**
   * Runs the task once all earlier ones have settled. Settles as the task does.
   * @param urgent is run before all waiting tasks
   */
  run<T>(task: () => Promise<T>, urgent = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const settling = async () => {
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
        }
      };
      if (urgent) this.#waiting.unshift(settling);
      else this.#waiting.push(settling);
      if (!this.#busy) this.#drained = this.#drain();
    });
  }

  /** Resolves once no task runs or waits. Never rejects. */
  async idle(): Promise<void> {
    while (this.#busy) await this.#drained;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await next();
    this.#busy = false;
  }
}
