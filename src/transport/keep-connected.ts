/** Keeps one connection up: opens it, and opens it anew after each break, with waits that grow while none lasts. */

import type { Clock, Timer } from "../model/clock.js";
import { backoff, type BackoffOptions } from "./backoff.js";

/** ms that a connection has to last before waits start short again: who throws us out at once is left alone. */
const settled = 30_000;

/** One attempt to connect, and the connection that may come of it. */
export interface Attempt {
  /** It is lost, or no connection is wanted any more: what still comes of it is to be ignored. */
  readonly isOver: boolean;
  /** The connection stands. */
  up(): void;
  /**
   * The connection is no more, or came to nothing: the next attempt follows after a wait.
   * @returns whether that is news: `false` after the first call, and once no connection is wanted any more
   */
  lost(): boolean;
  /** Takes the place of the timer before; the end of the attempt cancels it. */
  setTimer(timer: Timer): void;
}

export interface KeepConnectedOptions {
  readonly clock: Clock;
  /** How long to wait before the next attempt. Absent: as for all. */
  readonly retry?: BackoffOptions | undefined;
  /**
   * Makes one attempt, with a socket of its own: nothing of a broken connection lives on in the next one. Says what
   * becomes of it by `up` and `lost`.
   */
  open(attempt: Attempt): void;
}

export class KeptConnection {
  readonly #options: KeepConnectedOptions;
  #waits: Generator<number, never>;
  #state: "new" | "started" | "stopped" = "new";
  #attempt: Attempt | null = null;
  /** Of the attempt, or of the wait for the next one. */
  #timer: Timer | null = null;

  constructor(options: KeepConnectedOptions) {
    this.#options = options;
    this.#waits = backoff(options.retry);
  }

  /** Makes the first attempt. Does nothing where it was started or stopped before. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "started";
    this.#open();
  }

  /** No further attempt, and no timer. What is open then is closed by who opened it. */
  stop(): void {
    this.#state = "stopped";
    this.#attempt = null;
    this.#timer?.cancel();
  }

  #open(): void {
    const { clock, open } = this.#options;
    let standsSince: number | null = null;
    const isOver = () => this.#attempt !== attempt;
    const attempt: Attempt = {
      get isOver() {
        return isOver();
      },
      up() {
        standsSince = clock.now();
      },
      lost: () => {
        if (isOver()) return false;
        this.#attempt = null;
        if (standsSince !== null && clock.now() - standsSince >= settled) this.#waits = backoff(this.#options.retry);
        this.#setTimer(clock.after(this.#waits.next().value, () => this.#open()));
        return true;
      },
      setTimer: (timer) => {
        if (isOver()) timer.cancel();
        else this.#setTimer(timer);
      },
    };
    this.#timer = null;
    this.#attempt = attempt;
    open(attempt);
  }

  #setTimer(timer: Timer): void {
    this.#timer?.cancel();
    this.#timer = timer;
  }
}
