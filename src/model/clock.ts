/** Time as everything here sees it. Decisions get the time as an argument; connections and the site look at a clock. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** ms since 1970. Never goes back, and never slower than the wall clock. */
  now(): number;
  /** Calls back once, in `delay` ms. */
  after(delay: number, callback: () => void): Timer;
  /**
   * The same in real time, also where this clock runs faster, for demonstrations: for how long an answer from outside
   * is waited for, which comes no sooner then.
   */
  deadline(delay: number, callback: () => void): Timer;
}
