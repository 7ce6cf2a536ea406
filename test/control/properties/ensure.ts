/** Checks that are made millions of times, and how often. */

import * as fc from "fast-check";

/** Quicker than `expect`. */
export function ensure(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(what());
}

/** Same houses in every run; `SEED=…` looks into others, and `HOUSES=10` into ten times as many. */
const seed = Number(process.env.SEED ?? 2_026);
const times = Number(process.env.HOUSES ?? 1);

let houses = 0;

/** Fails with the smallest house in which it does not hold. */
export function holdsInHouses<T>(count: number, property: fc.IPropertyWithHooks<T>): void {
  const numRuns = Math.ceil(count * times);
  fc.assert(property, { numRuns, seed });
  houses += numRuns;
}

/** For the end of a file with properties. */
export function tellHouses(): void {
  process.stdout.write(`${houses} random houses\n`);
}
