/** Keeps one connection open: reopens it after each loss, with a backoff that grows while no connection lasts. */

import type { Clock, Timer } from "../model/clock.js";
import { backoff, type BackoffOptions } from "./backoff.js";

/** ms that a connection has to last before the backoff is reset, so that a server that drops us at once is left alone. */
const stableAfter = 30_000;

/** One attempt to connect, and the connection that may come of it. */
export interface Attempt {
  /** It was lost or stopped: later events of it are to be ignored. */
  readonly isOver: boolean;
  /** To be called once the connection is open. */
  connected(): void;
  /**
   * To be called when the connection is lost, or could not be opened: the next attempt follows after a wait.
   * @returns `false` after the first call, and after `stop`
   */
  lost(): boolean;
  /** Replaces the attempt's timer; the end of the attempt cancels it. */
  setTimer(timer: Timer): void;
}

export interface KeepConnectedOptions {
  readonly clock: Clock;
  /** Backoff between attempts. Absent: the default. */
  readonly retry?: BackoffOptions | undefined;
  /**
   * Makes one attempt, with a socket of its own: no state of a lost connection is carried over. Reports the result by
   * `connected` and `lost`.
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

  /** Makes the first attempt. Has no effect after an earlier `start` or `stop`. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "started";
    this.#open();
  }

  /** Ends attempts and timers. An open connection is left to the caller to close. */
  stop(): void {
    this.#state = "stopped";
    this.#attempt = null;
    this.#timer?.cancel();
  }

  #open(): void {
    const { clock, open } = this.#options;
    let connectedSince: number | null = null;
    const isOver = () => this.#attempt !== attempt;
    const attempt: Attempt = {
      get isOver() {
        return isOver();
      },
      connected() {
        connectedSince = clock.now();
      },
      lost: () => {
        if (isOver()) return false;
        this.#attempt = null;
        if (connectedSince !== null && clock.now() - connectedSince >= stableAfter)
          this.#waits = backoff(this.#options.retry);
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
