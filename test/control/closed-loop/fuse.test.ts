import { charger, siteSettings } from "../support.js";
import { longestOverload, Plant, type Second } from "./plant.js";

const fuse = 25;
const energy = 1_000_000;

/** s from a command until the car follows: the charger's answer, the car's, and its way down. */
const answer = 5;

/** A that the first charger was told, one after the other. */
function currentsTold(seconds: readonly Second[]): readonly number[] {
  const told = seconds.map((each) => each.told[0] ?? 0);
  return told.filter((current, i) => current !== told[i - 1]);
}

test.each<[period: number, delay: number]>([
  [1, 0],
  [2, 2],
  [5, 0],
  [5, 5],
  [10, 2],
])("+15 A on one phase, read every %i s and %i s late: below the fuse as soon as it can be", (period, delay) => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    vehicles: [{ energy }],
    household: (second) => [second < 303 ? 3 : 18, 3, 3],
    meterPeriod: period,
    meterDelay: delay,
  });
  expect(plant.run(300).at(-1)).toMatchObject({ told: [16] });
  const after = plant.run(300);
  expect(longestOverload(after, fuse)).toBeLessThanOrEqual(period + delay + answer);
  expect(Math.max(...(after.at(-1)?.currents ?? []))).toBeLessThanOrEqual(fuse);
});

test("+15 A on one phase, read once a second: below the fuse within 3 s, and lowered once", () => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    vehicles: [{ energy }],
    household: (second) => [second < 303 ? 3 : 18, 3, 3],
    meterPeriod: 1,
  });
  plant.run(300);
  const after = plant.run(60);
  expect(longestOverload(after, fuse)).toBeLessThanOrEqual(3);
  expect(currentsTold(after)).toEqual([16, 6]);
});

test.each([1, 2, 5])("the grid meter, read every %i s, is silent on a loaded fuse: failsafe within 15 s", (period) => {
  const failsafeCurrent = 6;
  const plant = new Plant({
    settings: siteSettings({ failsafeCurrent, chargers: [charger({ mode: "fast", phases: 3 })] }),
    vehicles: [{ energy }],
    household: () => [8.9, 3, 3],
    meterPeriod: period,
    told: (reading, second) => (second <= 300 ? reading : undefined),
  });
  expect(plant.run(301).at(-1)).toMatchObject({ told: [16] });
  const after = plant.run(60);
  expect(after.slice(15).every(({ drawn: [current = 0] }) => current <= failsafeCurrent)).toBe(true);
  const quantity = { kind: "current", phase: 0 };
  const problem = { code: "measurement-old", meter: "Grid", quantity, age: 60_000 };
  expect(after.at(-1)?.reasons).toMatchObject([{ code: "failsafe", problem }]);
});

test("a load on L3 is nothing to a car on L1", () => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast" })] }),
    vehicles: [{ phases: 1, energy }],
    household: (second) => [5, 5, second < 200 ? 5 : 24],
  });
  plant.run(200);
  expect(currentsTold(plant.run(200))).toEqual([16]);
});

test("each charger is guarded on the phase that it is wired to", () => {
  const garage = charger({ mode: "fast", rotation: [1, 2, 0] });
  const plant = new Plant({
    settings: siteSettings({ chargers: [garage, charger({ name: "Yard", mode: "fast" })] }),
    vehicles: [
      { phases: 1, energy },
      { phases: 1, energy },
    ],
    household: (second) => [5, second < 200 ? 5 : 14.9, 5],
  });
  expect(plant.run(200).at(-1)?.told).toEqual([16, 16]);
  expect(plant.run(100).at(-1)?.told).toEqual([10, 16]);
  expect(plant.run(100).at(-1)?.reasons[0]).toMatchObject({
    code: "circuit-limit",
    circuit: "main fuse",
    phase: 1,
    limit: 25,
    baseLoad: expect.closeTo(14.9, 1),
  });
});

test("an overload that leaves no minimum pauses, and the charge comes back when it is gone", () => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    vehicles: [{ energy }],
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
    settings: siteSettings({ chargers: [charger({ mode: "fast" }), charger({ name: "Yard", mode: "fast" })] }),
    vehicles: [
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

test.each<[period: number, delay: number, answerTime: number]>([
  [1, 0, 1],
  [5, 2, 8],
  [10, 5, 8],
])(
  "a second car comes, read every %i s and %i s late, answered in %i s: never above",
  (meterPeriod, meterDelay, answerTime) => {
    const plant = new Plant({
      settings: siteSettings({ chargers: [charger({ mode: "fast" }), charger({ name: "Yard", mode: "fast" })] }),
      vehicles: [
        { phases: 1, energy },
        { phases: 1, energy, lazyStart: 0, response: 0, ramp: 20 },
      ],
      meterPeriod,
      meterDelay,
      answerTime,
    });
    const car = plant.unplug(1);
    expect(plant.run(300).at(-1)?.drawn).toEqual([16, 0]);
    plant.plug(1, car);
    const seconds = plant.run(300);
    expect(longestOverload(seconds, fuse)).toBe(0);
    expect(seconds.at(-1)?.drawn[1]).toBeGreaterThanOrEqual(11);
  },
);

test("three cars on a fuse that carries two: each has its turn, and none more than one start in an hour", () => {
  const names = ["Garage", "Yard", "Barn"];
  const plant = new Plant({
    settings: siteSettings({ chargers: names.map((name) => charger({ name, mode: "fast" })) }),
    vehicles: names.map(() => ({ phases: 1, energy })),
    household: () => [10, 0, 0],
  });
  const hours = 6;
  const seconds = plant.run(hours * 3_600);
  expect(longestOverload(seconds, fuse)).toBe(0);
  const energies = names.map((_name, i) => seconds.reduce((sum, { drawn }) => sum + (drawn[i] ?? 0), 0));
  expect(Math.min(...energies)).toBeGreaterThan(0.8 * Math.max(...energies));
  for (const i of names.keys()) {
    const starts = seconds.filter(({ told }, at) => (told[i] ?? 0) > 0 && (seconds[at - 1]?.told[i] ?? 0) === 0);
    expect(starts.length).toBeLessThanOrEqual(hours + 1);
  }
});

test("household that comes and goes twice a minute: overloads are short, and the charge never ends", () => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast" })] }),
    vehicles: [{ phases: 1, energy }],
    household: (second) => [second % 30 < 15 ? 14 : 2, 0, 0],
  });
  const seconds = plant.run(900).slice(60);
  expect(longestOverload(seconds, fuse)).toBeLessThanOrEqual(5 + answer);
  expect(Math.min(...seconds.map(({ told }) => told[0] ?? 0))).toBeGreaterThanOrEqual(6);
  expect(longestOverload(seconds.slice(60), fuse)).toBe(0);
});

test("a car that takes 7 % more: at most the fuse once it has been seen", () => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast", maxCurrent: 32, phases: 3 })] }),
    vehicles: [{ maxCurrent: 32, energy, followFactor: 1.07 }],
    household: () => [5, 5, 5],
  });
  const seconds = plant.run(600);
  expect(longestOverload(seconds, fuse)).toBeLessThanOrEqual(5 + answer);
  expect(longestOverload(seconds.slice(60), fuse)).toBe(0);
  expect(seconds.at(-1)?.told).toEqual([18]);
});

test("a one-phase car on a three-phase charger: the phases that it leaves alone limit nothing", () => {
  const plant = new Plant({
    settings: siteSettings({ chargers: [charger({ mode: "fast", phases: 3 })] }),
    vehicles: [{ phases: 1, energy }],
    household: (second) => [3, second < 120 ? 3 : 17, 3],
  });
  expect(plant.run(300).at(-1)?.told).toEqual([16]);
});
