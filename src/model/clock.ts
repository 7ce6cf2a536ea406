/** The clock of the site. Only `site/` and the drivers' polling read it; decisions get the time as a value. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** ms since 1970. Never goes back, and never slower than the wall clock. */
  now(): number;
  /** Calls back once, in `delay` ms. */
  after(delay: number, callback: () => void): Timer;
}
