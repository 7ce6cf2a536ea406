/** Chance that repeats itself: the same seed gives the same numbers, on every machine. */

/** Gives the next number, 0 ≤ n < 1. */
export type Random = () => number;

/** The mulberry32 generator by Tommy Ettinger (public domain): 32 bits of state, enough for weather and kettles. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of its own for each place on a line, without going through those before it. */
export function randomAt(seed: number, index: number): number {
  return seededRandom(Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(index | 0, 0x85ebca6b))();
}

/**
 * A smooth line through one random number per `period`: noise that can be asked for any moment.
 * @param second s, any number
 * @param period s between two independent values
 */
export function noiseAt(seed: number, second: number, period: number): number {
  const place = second / period;
  const index = Math.floor(place);
  const way = place - index;
  const blend = way * way * (3 - 2 * way);
  return randomAt(seed, index) * (1 - blend) + randomAt(seed, index + 1) * blend;
}
