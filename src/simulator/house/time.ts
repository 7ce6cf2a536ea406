/** Time in the virtual world: it comes as an argument, in seconds, and nothing here looks at a clock. */

export const secondsPerDay = 86_400;

/** Longest stretch of time that physics takes as one, in s. */
export const longestStep = 1;

/** Sums of steps such as 0.05 s miss their mark by less than this, in s. */
export const timeTolerance = 1e-9;

/** Cuts a stretch of time into steps that physics can take: from what second on, and how long. */
export function* stepsOf(seconds: number): Generator<{ readonly at: number; readonly length: number }> {
  const count = Math.ceil(seconds / longestStep - timeTolerance);
  const length = seconds / count;
  for (let step = 0; step < count; step += 1) yield { at: step * length, length };
}

/** The same moment as a second of the day, 0 ≤ s < 86 400. */
export function secondOfDay(seconds: number): number {
  return ((seconds % secondsPerDay) + secondsPerDay) % secondsPerDay;
}

/** A setting that takes its time: what was written, and what holds by now. */
export class Delayed<T> {
  private written: T;
  private holds: T;
  private underWay: { readonly value: T; readonly wait: number }[] = [];

  /** @param delay s from writing a value to its holding; 0: at once */
  constructor(
    value: T,
    private readonly delay: number,
  ) {
    this.written = value;
    this.holds = value;
  }

  /** What was written last. */
  get value(): T {
    return this.written;
  }

  /** What holds now. */
  get effective(): T {
    return this.holds;
  }

  write(value: T): void {
    if (value === this.written) return;
    if (this.delay <= 0) return this.reset(value);
    this.written = value;
    this.underWay.push({ value, wait: this.delay });
  }

  /** Makes a value hold without delay. */
  reset(value: T): void {
    this.written = value;
    this.holds = value;
    this.underWay = [];
  }

  advance(seconds: number): void {
    this.underWay = this.underWay
      .map(({ value, wait }) => ({ value, wait: wait - seconds }))
      .filter(({ value, wait }) => {
        if (wait > timeTolerance) return true;
        this.holds = value;
        return false;
      });
  }
}
