/** Time as the house sees it. Only `site/` and the drivers' polling look at a clock; decisions are told the time. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** ms since 1970. Never goes back, and never slower than the wall clock. */
  now(): number;
  /** Calls back once, in `delay` ms. */
  after(delay: number, callback: () => void): Timer;
}
