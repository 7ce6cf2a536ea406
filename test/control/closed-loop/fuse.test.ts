import { charger, house } from "../support.js";
import { longestOverload, Plant } from "./plant.js";

const fuse = 25;
const energy = 1_000_000;

/** s from a command until the car follows: the charger's answer, the car's, and its way down. */
const answer = 5;

test.each<[period: number, delay: number]>([
  [1, 0],
  [2, 2],
  [5, 0],
  [5, 5],
  [10, 2],
])("+15 A on one phase, read every %i s and %i s late: below the fuse as soon as it can be", (period, delay) => {
  const plant = new Plant({
    settings: house({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    cars: [{ energy }],
    household: (second) => [second < 303 ? 3 : 18, 3, 3],
    meterPeriod: period,
    meterDelay: delay,
  });
  expect(plant.run(300).at(-1)).toMatchObject({ told: [16] });
  const after = plant.run(300);
  expect(longestOverload(after, fuse)).toBeLessThanOrEqual(period + delay + answer);
  expect(Math.max(...(after.at(-1)?.currents ?? []))).toBeLessThanOrEqual(fuse);
});

test("an overload that leaves no minimum pauses, and the charge comes back when it is gone", () => {
  const plant = new Plant({
    settings: house({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    cars: [{ energy }],
    household: (second) => [second >= 300 && second < 400 ? 22 : 3, 3, 3],
  });
  plant.run(300);
  expect(plant.run(100).at(-1)?.told).toEqual([0]);
  expect(longestOverload(plant.seconds, fuse)).toBeLessThanOrEqual(5 + answer);
  const until = 300 + 300;
  expect(plant.run(until - 400).every(({ told }) => told[0] === 0)).toBe(true);
  expect(plant.run(60).at(-1)?.told).toEqual([16]);
});

test.each<[period: number, delay: number]>([
  [1, 0],
  [5, 2],
  [10, 5],
])("two cars are released in the same second, read every %i s and %i s late: never above the fuse", (period, delay) => {
  const plant = new Plant({
    settings: house({ chargers: [charger({ mode: "fast" }), charger({ name: "Yard", mode: "fast" })] }),
    cars: [
      { phases: 1, energy },
      { phases: 1, energy },
    ],
    meterPeriod: period,
    meterDelay: delay,
  });
  const seconds = plant.run(300);
  expect(longestOverload(seconds, fuse)).toBe(0);
  expect([...(seconds.at(-1)?.told ?? [])].sort()).toEqual([12, 12]);
});

test("household that comes and goes twice a minute: overloads are short, and the charge never ends", () => {
  const plant = new Plant({
    settings: house({ chargers: [charger({ mode: "fast" })] }),
    cars: [{ phases: 1, energy }],
    household: (second) => [second % 30 < 15 ? 14 : 2, 0, 0],
  });
  const seconds = plant.run(900).slice(60);
  expect(longestOverload(seconds, fuse)).toBeLessThanOrEqual(5 + answer);
  expect(Math.min(...seconds.map(({ told }) => told[0] ?? 0))).toBeGreaterThanOrEqual(6);
  expect(longestOverload(seconds.slice(60), fuse)).toBe(0);
});

test("a car that takes 7 % more: at most the fuse once it has been seen", () => {
  const plant = new Plant({
    settings: house({ chargers: [charger({ mode: "fast", maxCurrent: 32, phases: 3 })] }),
    cars: [{ maxCurrent: 32, energy, followFactor: 1.07 }],
    household: () => [5, 5, 5],
  });
  const seconds = plant.run(600);
  expect(longestOverload(seconds, fuse)).toBeLessThanOrEqual(5 + answer);
  expect(longestOverload(seconds.slice(60), fuse)).toBe(0);
  expect(seconds.at(-1)?.told).toEqual([18]);
});

test("a one-phase car on a three-phase charger: the phases that it leaves alone limit nothing", () => {
  const plant = new Plant({
    settings: house({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    cars: [{ phases: 1, energy }],
    household: (second) => [3, second < 120 ? 3 : 17, 3],
  });
  expect(plant.run(300).at(-1)?.told).toEqual([16]);
});
