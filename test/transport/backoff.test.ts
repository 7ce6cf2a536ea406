import fc from "fast-check";
import { backoff } from "../../src/transport/backoff.js";

function take(count: number, delays: Generator<number>): number[] {
  return Array.from({ length: count }, () => Number(delays.next().value));
}

test("each wait is longer than the one before, up to the longest", () => {
  const delays = backoff({ first: 1_000, longest: 5_000, factor: 2, jitter: 0 });
  expect(take(5, delays)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("jitter lengthens a wait by its share", () => {
  const delays = backoff({ first: 1_000, longest: 1_000, jitter: 0.2 }, () => 0.5);
  expect(take(2, delays)).toEqual([1_100, 1_100]);
});

test("no wait is ever negative, or longer than the longest and its jitter", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 1, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (first, longest, factor, chance) => {
        for (const delay of take(
          30,
          backoff({ first, longest, factor, jitter: 0.2 }, () => chance),
        ))
          expect(delay >= 1 && delay <= longest * 1.2 + 1).toBe(true);
      },
    ),
  );
});
