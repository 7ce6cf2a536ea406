import type { ChargeTarget } from "../../../src/model/commands.js";
import { weekdays } from "../../../src/model/weekdays.js";
import { charger, siteSettings } from "../support.js";
import { Plant, type PlantOptions, type Second } from "./plant.js";

/** It is 15:06:40 in UTC. */
const by = (hour: number, energy: number): ChargeTarget => ({ days: weekdays, time: 60 * hour, energy });
const untilHour = (hour: number) => (hour - 15) * 3_600 - 400;

function plantWith(targets: readonly ChargeTarget[], options: Partial<PlantOptions> = {}): Plant {
  return new Plant({
    settings: siteSettings({ timeZone: "UTC", chargers: [charger({ phases: 3, targets })] }),
    vehicles: [{ energy: 100_000 }],
    household: () => [2, 1, 1],
    ...options,
  });
}

/** kWh since the car was plugged in */
function charged(plant: Plant): number {
  return (plant.evses[0]?.sessionEnergy ?? 0) / 1_000;
}

/** s in which it charged, and how often it began to. */
function runs(seconds: readonly Second[]): { readonly length: number; readonly starts: number } {
  const on = seconds.map(({ told: [current = 0] }) => current > 0);
  return { length: on.filter(Boolean).length, starts: on.filter((now, i) => now && on[i - 1] !== true).length };
}

test.each<[why: string, options: Partial<PlantOptions>, power: number]>([
  ["at night", {}, 11_040],
  ["a car that takes 7 % more", { vehicles: [{ energy: 100_000, followFactor: 1.07 }] }, 11_040],
  [
    "a car that ramps up slowly and wakes up late",
    { vehicles: [{ energy: 100_000, ramp: 0.1, lazyStart: 60 }] },
    11_040,
  ],
  ["a fuse that leaves half", { household: () => [17, 3, 3] }, 5_520],
])("%s: the amount is there by its time, with two starts at most", (_why, options, power) => {
  const plant = plantWith([by(17, 5)], options);
  const seconds = plant.run(untilHour(17));
  expect(charged(plant)).toBeGreaterThanOrEqual(5);
  expect(charged(plant)).toBeLessThan(5.5);
  const { length, starts } = runs(seconds);
  expect(starts).toBeLessThanOrEqual(2);
  expect(length).toBeLessThan(1.15 * ((5_000 * 3_600) / power) + 400);
});

test("a kettle every ten minutes does not keep it from being there", () => {
  const plant = plantWith([by(16, 4)], { household: (second) => [second % 600 < 180 ? 14 : 3, 1, 1] });
  plant.run(untilHour(16));
  expect(charged(plant)).toBeGreaterThanOrEqual(4);
});

test("what the sun gives before need not come from the grid", () => {
  const plant = plantWith([by(17, 8)], { sun: (second) => (second < untilHour(16) ? 6_500 : 0) });
  const seconds = plant.run(untilHour(17));
  expect(charged(plant)).toBeGreaterThanOrEqual(8);
  const imported = seconds.reduce((sum, { power }) => sum + Math.max(0, power - 920) / 3_600_000, 0);
  expect(imported).toBeLessThan(4.5);
});

test("a car on one of three phases has it in time, also the first time", () => {
  const plant = plantWith([by(16, 2.5)], { vehicles: [{ phases: 1, energy: 100_000 }] });
  plant.run(untilHour(16));
  expect(charged(plant)).toBeGreaterThanOrEqual(2.5);
});
