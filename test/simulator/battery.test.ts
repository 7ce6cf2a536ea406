import { Battery, type BatteryOptions } from "../../src/simulator/house/battery.js";
import { VirtualHouse } from "../../src/simulator/house/house.js";
import { batteryReading } from "../../src/simulator/house/readings.js";

/** The power after so many seconds of the same demand. */
function after(seconds: number, demand: number, options: BatteryOptions = {}): number {
  const battery = new Battery(options);
  for (let second = 0; second < seconds; second += 1) battery.advance(1, demand);
  return battery.power;
}

test.each<[why: string, demand: number, options: BatteryOptions, power: number]>([
  ["gives what the house needs", 1_200, {}, 1_200],
  ["takes what the sun has over", -1_200, {}, -1_200],
  ["gives no more than it is built for", 9_000, { maxPower: 4_000 }, 4_000],
  ["takes no more than it is built for", -9_000, { maxPower: 4_000 }, -4_000],
  ["gives nothing once it is empty down to its reserve", 2_000, { soc: 0.1, reserve: 0.1 }, 0],
  ["takes nothing once it is full", -2_000, { soc: 1 }, 0],
])("%s", (_why, demand, options, power) => expect(after(60, demand, options)).toBeCloseTo(power, 6));

test("it follows late", () => {
  const battery = new Battery({ response: 3 });
  const powers = Array.from({ length: 5 }, () => {
    battery.advance(1, 1_000);
    return battery.power;
  });
  expect(powers).toEqual([0, 0, 1_000, 1_000, 1_000]);
});

test("a block ends its discharge, not its charge", () => {
  const battery = new Battery({ response: 0 });
  battery.dischargeBlocked = true;
  battery.advance(1, 2_000);
  expect(battery.power).toBe(0);
  battery.advance(1, -2_000);
  expect(battery.power).toBe(-2_000);
});

test("what goes in comes out, less its losses on both ways", () => {
  const battery = new Battery({ capacity: 10_000, soc: 0, reserve: 0, efficiency: 0.9, response: 0 });
  for (let second = 0; second < 3_600; second += 1) battery.advance(1, -2_000);
  expect(battery.soc).toBeCloseTo(0.18, 6);
  let given = 0;
  for (let second = 0; second < 7_200; second += 1) {
    battery.advance(1, 2_000);
    given += battery.power / 3_600;
  }
  expect(given).toBeCloseTo(2_000 * 0.9 * 0.9, 3);
});

test("in a house it brings the grid connection to zero on all phases together, and tells how full it is", () => {
  const battery = new Battery({ response: 2, soc: 0.5 });
  const house = new VirtualHouse({
    roof: { power: () => 0 },
    household: { powers: () => [900, 0, 300] },
    evses: [],
    battery,
  });
  house.advance(10, 0);
  expect(house.grid.power).toBeCloseTo(0, 6);
  expect(house.grid.powers).toEqual([500, -400, -100]);
  expect(batteryReading(battery)).toMatchObject({ battery: { power: 1_200 } });
  expect(batteryReading(battery).battery?.soc).toBeCloseTo(50, 0);
});
