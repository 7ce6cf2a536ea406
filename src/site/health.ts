/** Whether a device answers: logged once when it stops, and once when it answers again. */

import { messageOf } from "../model/errors.js";
import type { Log } from "../model/log.js";

/** Failures in a row, or silence in ms, after which a device counts as away. */
const failuresToLeave = 3;
const silenceToLeave = 30_000;

export class Health {
  readonly #name: string;
  readonly #log: Log;
  #failures = 0;
  #lastAnswer: number;
  #away = false;
  /** What was warned of since its last answer. */
  readonly #warned = new Set<string>();

  /** @param now when watching begins; the device is given the benefit of the doubt */
  constructor(name: string, log: Log, now: number) {
    this.#name = name;
    this.#log = log;
    this.#lastAnswer = now;
  }

  get reachable(): boolean {
    return !this.#away;
  }

  answered(now: number): void {
    if (this.#away) this.#log.info(`${this.#name}: answers again.`);
    this.#away = false;
    this.#warned.clear();
    this.#failures = 0;
    this.#lastAnswer = now;
  }

  failed(error: unknown): void {
    this.#failures += 1;
    if (this.#away || this.#failures < failuresToLeave) this.#log.debug(messageOf(error));
    else this.#leave(messageOf(error));
  }

  /** For devices that speak by themselves: leaves them once they have been silent for too long. */
  checkSilence(now: number): void {
    if (!this.#away && now - this.#lastAnswer > silenceToLeave)
      this.#leave(`${this.#name}: silent for ${Math.round((now - this.#lastAnswer) / 1_000)} s.`);
  }

  /** Warns of a problem with it, whoever had it, once until its next answer. */
  warnOnce(message: string): void {
    if (this.#warned.has(message)) this.#log.debug(message);
    else this.#log.warn(message);
    this.#warned.add(message);
  }

  #leave(message: string): void {
    this.#away = true;
    this.warnOnce(message);
  }
}
