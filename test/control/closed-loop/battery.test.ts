import type { ControlSettings } from "../../../src/control/settings.js";
import { charger, siteSettings } from "../support.js";
import { Plant, type PlantOptions, type Second } from "./plant.js";

const meters = [
  { name: "Grid", measures: ["grid"] as const },
  { name: "Battery", measures: ["battery"] as const },
];

/** 5 kW of sun, one car on one phase that takes 6 to 32 A, and a battery of 10 kWh that takes all that it can get. */
function sunny(settings: Partial<ControlSettings>, soc: number, options: Partial<PlantOptions> = {}): Plant {
  return new Plant({
    settings: siteSettings({ meters, chargers: [charger({ maxCurrent: 32 })], circuits: [], ...settings }),
    vehicles: [{ maxCurrent: 32, phases: 1, energy: 1_000_000 }],
    sun: () => 5_000,
    battery: { soc, maxPower: 6_000 },
    ...options,
  });
}

function told(seconds: readonly Second[]): readonly number[] {
  return seconds.map((each) => each.told[0] ?? 0);
}

/** Wh */
function energy(seconds: readonly Second[], power: (second: Second) => number): number {
  return seconds.reduce((sum, second) => sum + Math.max(0, power(second)) / 3_600, 0);
}

test("by default the battery takes all sun, and the car waits", () => {
  expect(Math.max(...told(sunny({}, 0.5).run(900)))).toBe(0);
});

describe.each<[meterDelay: number, batteryDelay: number, response: number]>([
  [0, 0, 3],
  [2, 0, 3],
  [5, 0, 3],
  [0, 2, 3],
  [0, 5, 3],
  [2, 4, 3],
  [5, 0, 10],
  [0, 5, 10],
  [0, 0, 20],
])(
  "a battery that yields: the grid told %i s late, the battery %i s late, and it follows after %i s",
  (meterDelay, batteryDelay, response) => {
    const battery = { soc: 0.6, maxPower: 6_000, response };
    const seconds = sunny({ batteryPriority: 50 }, 0.6, { meterDelay, batteryDelay, battery }).run(1_200);

    test("the car starts within a minute", () => expect(told(seconds)[60]).toBeGreaterThanOrEqual(6));

    test("it takes all full amperes of the sun, without a swing", () => {
      const settled = told(seconds.slice(300));
      expect(Math.min(...settled)).toBe(21);
      expect(Math.max(...settled)).toBeLessThanOrEqual(22);
    });

    test("nothing is imported but while the battery lets go", () =>
      expect(energy(seconds, ({ power }) => power)).toBeLessThan(40));

    test("the battery gives next to nothing to the car", () =>
      expect(energy(seconds, ({ battery: given }) => given)).toBeLessThan(20));
  },
);

test("at its priority the battery hands over to the car, once", () => {
  const seconds = sunny({ batteryPriority: 52 }, 0.5).run(3_600);
  const starts = told(seconds).filter((current, i, all) => current > 0 && all[i - 1] === 0);
  const start = told(seconds).findIndex((current) => current > 0);
  expect(starts).toHaveLength(1);
  expect(seconds[start]?.soc).toBeCloseTo(52, 0);
  expect(told(seconds).at(-1)).toBe(21);
});

test("without its reserve the sun's end ends the charge", () => {
  const seconds = sunny({ batteryPriority: 50 }, 0.6, { sun: (second) => (second < 600 ? 5_000 : 0) }).run(1_800);
  expect(told(seconds).at(-1)).toBe(0);
  expect(seconds.at(-1)?.soc).toBeGreaterThan(55);
});

test("with one the charge goes on from the battery, down to the reserve and not below", () => {
  const settings = { batteryPriority: 50, batteryReserve: 56 };
  const seconds = sunny(settings, 0.6, { sun: (second) => (second < 600 ? 5_000 : 0) }).run(2_400);
  const end = told(seconds).findLastIndex((current) => current > 0);
  expect(told(seconds)[900]).toBeGreaterThanOrEqual(6);
  expect(seconds[end]?.soc).toBeLessThan(56);
  expect(seconds.at(-1)?.soc).toBeGreaterThan(53);
});

test("sun that comes and goes with every cloud is followed without import, the battery takes the rest", () => {
  const seconds = sunny({ batteryPriority: 50 }, 0.6, {
    sun: (second) => 4_000 + 2_000 * Math.sin(second / 40),
    batteryDelay: 5,
  }).run(3_600);
  expect(energy(seconds, ({ power }) => power)).toBeLessThan(80);
  expect(energy(seconds, ({ told: [current = 0] }) => current * 230)).toBeGreaterThan(3_000);
});
