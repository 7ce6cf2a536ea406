/** Work in a row: one piece at a time, in the order in which it came. */

export class SerialQueue {
  readonly #waiting: (() => Promise<void>)[] = [];
  #busy = false;
  #worked: Promise<void> = Promise.resolve();

  /**
   * Does the work when all that came before is over, however that ended. Settles as the work does.
   * @param urgent goes before all that wait
   */
  run<T>(work: () => Promise<T>, urgent = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const piece = async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      if (urgent) this.#waiting.unshift(piece);
      else this.#waiting.push(piece);
      if (!this.#busy) this.#worked = this.#work();
    });
  }

  /** Resolves once nothing is under way and nothing waits. Never rejects. */
  async idle(): Promise<void> {
    while (this.#busy) await this.#worked;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await next();
    this.#busy = false;
  }
}
