import fc from "fast-check";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { VirtualHouse } from "../../src/simulator/house/house.js";
import { Household } from "../../src/simulator/house/household.js";
import { seededRandom } from "../../src/simulator/house/random.js";
import { Roof } from "../../src/simulator/house/roof.js";
import { runHouse } from "../../src/simulator/runner.js";
import { Weather, weatherKinds } from "../../src/simulator/house/weather.js";
import { phaseIndexes } from "../../src/model/phases.js";
import type { PhaseIndex, PhaseRotation } from "../../src/model/phases.js";

const noon = 12 * 3600;
const rotations: readonly PhaseRotation[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
];

function houseOf(seed: number, phases: 1 | 2 | 3, rotation: PhaseRotation, roofPhase?: PhaseIndex): VirtualHouse {
  const evse = new Evse();
  evse.plug(new Car({ phases }));
  return new VirtualHouse({
    roof: new Roof({ peak: 9, weather: new Weather("broken", seed) }),
    household: new Household({ seed }),
    evses: [{ evse, rotation }],
    ...(roofPhase !== undefined && { roofPhase }),
  });
}

test("on every phase the grid is house and car without the sun; energy is the integral of power", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom<1 | 2 | 3>(1, 2, 3),
      fc.constantFrom(...rotations),
      fc.option(fc.constantFrom(...phaseIndexes), { nil: undefined }),
      fc.integer({ min: 0, max: 86_399 }),
      (seed, phases, rotation, roofPhase, start) => {
        const house = houseOf(seed, phases, rotation, roofPhase);
        const energy = { import: 0, export: 0, car: 0, solar: 0 };
        for (let second = 0; second < 60; second += 1) {
          house.advance(1, start + second);
          const { grid, pv, car } = house;
          for (const phase of phaseIndexes) {
            expect(grid.powers[phase]).toBeCloseTo(house.house.powers[phase] + car.powers[phase] - pv.powers[phase], 6);
            expect(grid.currents[phase] * grid.voltages[phase]).toBeCloseTo(grid.powers[phase], 6);
          }
          expect(grid.power).toBeCloseTo(house.house.power + car.power - pv.power, 6);
          energy.import += Math.max(0, grid.power) / 3600;
          energy.export += Math.max(0, -grid.power) / 3600;
          energy.car += car.power / 3600;
          energy.solar += Math.min(car.power, Math.max(0, pv.power - house.house.power)) / 3600;
        }
        expect(house.grid.importEnergy).toBeCloseTo(energy.import, 6);
        expect(house.grid.exportEnergy).toBeCloseTo(energy.export, 6);
        expect(house.car.energy).toBeCloseTo(energy.car, 6);
        expect(house.carEnergyFromSolar).toBeCloseTo(energy.solar, 6);
        expect(house.evses[0]?.evse.totalEnergy).toBeCloseTo(energy.car, 6);
      },
    ),
    { numRuns: 50 },
  );
});

test("the car appears on the phase that feeds it", () => {
  const house = houseOf(1, 1, [1, 2, 0]);
  house.advance(60, noon);
  expect(house.car.powers).toEqual([0, 16 * 230, 0]);
});

test("one call of many seconds is many steps", () => {
  const [once, often] = [houseOf(7, 3, [0, 1, 2]), houseOf(7, 3, [0, 1, 2])];
  once.advance(600, noon);
  for (let second = 0; second < 600; second += 1) often.advance(1, noon + second);
  expect(once.grid).toEqual(often.grid);
});

test.each(weatherKinds)("%s: the same seed makes the same day, another seed another", (kind) => {
  const day = (seed: number) => Array.from({ length: 1440 }, (_, minute) => new Weather(kind, seed).light(minute * 60));
  expect(day(3)).toEqual(day(3));
  expect(day(3)).not.toEqual(day(4));
  day(3).forEach((light) => expect(light >= 0 && light <= 1).toBe(true));
  expect(day(3)[0]).toBe(0);
  expect(Math.max(...day(3))).toBeGreaterThan(0.05);
});

test("fast clouds move the roof more often than a clear sky, and winter gives less", () => {
  const swings = (kind: (typeof weatherKinds)[number]) => {
    const weather = new Weather(kind, 5);
    const light = Array.from({ length: 7200 }, (_, second) => weather.light(noon + second));
    const half = Math.max(...light) * 0.7;
    return light.filter((now, second) => now > half !== (light[second - 1] ?? now) > half).length;
  };
  expect(swings("clear")).toBe(0);
  expect(swings("broken")).toBeGreaterThan(2);
  expect(swings("fast clouds")).toBeGreaterThan(swings("broken"));
  const energy = (kind: (typeof weatherKinds)[number]) =>
    Array.from({ length: 1440 }, (_, minute) => new Weather(kind, 5).light(minute * 60)).reduce((a, b) => a + b, 0);
  expect(energy("winter")).toBeLessThan(energy("clear") / 3);
});

test("an inverter gives no more than it can", () => {
  const roof = new Roof({ peak: 10, weather: new Weather("clear", 1), inverterLimit: 5_000 });
  expect(roof.power(13 * 3600)).toBe(5_000);
});

test("appliances come and go on single phases, the same every time", () => {
  const day = (seed: number) => Array.from({ length: 2880 }, (_, half) => new Household({ seed }).powers(half * 30));
  const first = day(2);
  expect(first).toEqual(day(2));
  expect(first).not.toEqual(day(3));
  for (const phase of phaseIndexes) {
    const powers = first.map((one) => one[phase]);
    expect(Math.max(...powers)).toBeGreaterThan(1_900);
    expect(Math.min(...powers)).toBeLessThan(250);
  }
});

test("chance is between 0 and 1 and repeats itself", () => {
  const [a, b] = [seededRandom(42), seededRandom(42)];
  const numbers = Array.from({ length: 1000 }, a);
  expect(numbers).toEqual(Array.from({ length: 1000 }, b));
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(numbers.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1);
});

test("a running house moves at its speed in steps of a second, and stops for good", async () => {
  const house = houseOf(1, 3, [0, 1, 2]);
  const lengths: number[] = [];
  const bursts: number[] = [];
  let before = 0;
  await new Promise<void>((resolve) => {
    const running = runHouse({
      house,
      speed: 2_000,
      startTime: noon,
      onStep: ({ elapsed, timeOfDay }) => {
        expect(timeOfDay).toBeCloseTo(noon + elapsed, 6);
        lengths.push(elapsed - before);
        before = elapsed;
        if (elapsed < 100) return;
        running.stop();
        resolve();
      },
      recurring: [{ period: 10, run: ({ elapsed }) => bursts.push(Math.round(elapsed)) }],
    });
  });
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1 + 1e-9);
  expect(bursts.slice(0, 3).map((at) => Math.round(at / 10))).toEqual([1, 2, 3]);
  expect(house.car.power).toBeGreaterThan(10_000);
});

test("a signal that is already aborted starts nothing", () => {
  const controller = new AbortController();
  controller.abort();
  const running = runHouse({ house: houseOf(1, 3, [0, 1, 2]), startTime: 0, signal: controller.signal });
  expect(running.time).toEqual({ elapsed: 0, timeOfDay: 0 });
});
