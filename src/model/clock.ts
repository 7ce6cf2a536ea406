/** The clock that connections and the site use. Decisions get the time as an argument. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** ms since 1970. Never goes back, and never slower than the wall clock. */
  now(): number;
  /** Calls back once, in `delay` ms. */
  after(delay: number, callback: () => void): Timer;
  /**
   * The same in real time, also where this clock runs faster (in the demo): for timeouts of responses from outside,
   * which do not come any faster.
   */
  deadline(delay: number, callback: () => void): Timer;
}
