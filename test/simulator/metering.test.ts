import { VirtualHouse } from "../../src/simulator/house/house.js";
import { Metering, type MeteringOptions } from "../../src/simulator/house/metering.js";

/** What a meter tells, second by second, of a house that draws one watt more on L1 with each of them. */
function told(seconds: number, options: MeteringOptions): readonly (number | null)[] {
  const house = new VirtualHouse({
    roof: { power: () => 0 },
    household: { powers: (second) => [second, 0, 0] },
    evses: [],
  });
  const metering = new Metering(options);
  return Array.from({ length: seconds }, (_, second) => {
    house.advance(1, second);
    return metering.read(second, house.grid)?.grid?.power ?? null;
  });
}

test("it tells every period", () => {
  expect(told(9, { period: 4 })).toEqual([0, null, null, null, 4, null, null, null, 8]);
});

test("it tells what was, by its delay", () => {
  expect(told(8, { period: 3, delay: 2 })).toEqual([null, null, 0, null, null, 3, null, null]);
});

test("a delay longer than the period loses nothing", () => {
  expect(told(6, { period: 1, delay: 3 })).toEqual([null, null, null, 0, 1, 2]);
});

test("its noise stays within bounds, on each phase that is connected", () => {
  const powers = told(500, { noise: 10 }).map((power, second) => (power ?? 0) - second);
  expect(Math.max(...powers)).toBeLessThanOrEqual(30);
  expect(Math.max(...powers)).toBeGreaterThan(10);
  expect(Math.min(...powers)).toBeGreaterThanOrEqual(-30);
});

test("it loses the share of its readings that it was told to, the same ones for the same seed", () => {
  const first = told(2_000, { lost: 0.2, seed: 5 });
  const lost = first.filter((power) => power === null).length;
  expect(lost).toBeGreaterThan(300);
  expect(lost).toBeLessThan(500);
  expect(told(2_000, { lost: 0.2, seed: 5 })).toEqual(first);
});
