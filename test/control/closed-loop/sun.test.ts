import { charger, siteSettings } from "../support.js";
import { Plant, type PlantOptions, type Second } from "./plant.js";

/** 5 kW of sun and one car on one phase that takes 6 to 32 A. */
function sunny(options: Partial<PlantOptions> = {}): Plant {
  return new Plant({
    settings: siteSettings({ chargers: [charger({ maxCurrent: 32 })], circuits: [] }),
    vehicles: [{ maxCurrent: 32, phases: 1, energy: 1_000_000 }],
    sun: () => 5_000,
    ...options,
  });
}

function told(seconds: readonly Second[]): readonly number[] {
  return seconds.map((each) => each.told[0] ?? 0);
}

/** Wh */
function imported(seconds: readonly Second[]): number {
  return seconds.reduce((sum, { power }) => sum + Math.max(0, power) / 3_600, 0);
}

describe.each<[meterDelay: number, chargerDelay: number]>([
  [0, 0],
  [2, 2],
  [5, 5],
  [8, 8],
  [8, 0],
])("5 kW of sun, the meter %i s late, the charger %i s late", (meterDelay, chargerDelay) => {
  const seconds = sunny({ meterDelay, chargerDelay }).run(900);

  test("starts within a minute", () => expect(told(seconds)[60]).toBeGreaterThanOrEqual(6));

  test("takes all full amperes of it, without a swing", () => {
    const settled = told(seconds.slice(240));
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThanOrEqual(1);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(21);
  });

  test("imports next to nothing", () => expect(imported(seconds)).toBeLessThan(25));
});

test("a charger that answers 8 s late is not lowered for its own current", () => {
  const currents = told(sunny({ meterDelay: 2, chargerDelay: 8 }).run(300));
  // The last part of an ampere is given up once the sun is seen to stand still.
  expect(currents.every((current, i) => current >= (currents[i - 1] ?? 0) - 1)).toBe(true);
  expect(currents.at(-1)).toBe(21);
});

test("one meter reading raises the current once", () => {
  const currents = told(sunny({ meterPeriod: 10 }).run(120));
  const raises = currents.flatMap((current, second) => (current > (currents[second - 1] ?? 0) ? [second] : []));
  expect(raises.every((second, i) => i === 0 || second - (raises[i - 1] ?? 0) >= 10)).toBe(true);
});

test("a cloud of a minute does not end the charge, an hour of clouds does", () => {
  const cloudy = (second: number) => (second >= 600 && second < 660) || second >= 1_200;
  const seconds = sunny({ sun: (second) => (cloudy(second) ? 300 : 5_000) }).run(1_800);
  expect(Math.min(...told(seconds.slice(300, 1_200)))).toBeGreaterThanOrEqual(6);
  expect(Math.max(...told(seconds.slice(1_500)))).toBe(0);
});

test("clouds that come and go every 20 s: the contactor stays quiet", () => {
  const seconds = sunny({ sun: (second) => (second % 40 < 20 ? 500 : 5_000) }).run(3_600);
  const switched = told(seconds).filter((current, i, all) => i > 0 && current > 0 !== (all[i - 1] ?? 0) > 0);
  expect(switched.length).toBeLessThanOrEqual(6);
});

test("a full car takes nothing from the one beside it", () => {
  const plant = sunny({
    settings: siteSettings({ chargers: [charger({ priority: 2 }), charger({ name: "Yard" })] }),
    vehicles: [{ energy: 0 }, { energy: 1_000_000, phases: 1 }],
    sun: () => 3_500,
  });
  const { told: last = [] } = plant.run(600).at(-1) ?? {};
  expect(last).toEqual([6, 15]);
});

test("a car that takes 7 % more is offered that much less", () => {
  const vehicles = [{ maxCurrent: 32, phases: 1, energy: 1_000_000, followFactor: 1.07 }] as const;
  const seconds = sunny({ vehicles }).run(600);
  expect(told(seconds).at(-1)).toBe(20);
  expect(seconds.at(-1)?.power).toBeLessThan(0);
});
