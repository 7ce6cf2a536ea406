import { decide } from "../../../src/control/decide/decide.js";
import { measuredVoltage, situationOf, voltageOf } from "../../../src/control/estimate/situation.js";
import { newMemory, type Memory } from "../../../src/control/memory.js";
import { noMeterMemory } from "../../../src/control/observe/meter-memory.js";
import { observe } from "../../../src/control/observe/observe.js";
import type { PerPhase } from "../../../src/model/phases.js";
import { grid, house, start } from "../support.js";

const nothingNew = { meters: {}, chargers: {}, commands: {} };

test.each<[why: string, secondsAgo: number | null, isNew: boolean, hours: number]>([
  ["the first reading", null, true, 0],
  ["5 s", 5, true, 5 / 3_600],
  ["a minute", 60, true, 60 / 3_600],
  ["two hours that nobody saw count for a minute", 7_200, true, 60 / 3_600],
  ["no new reading: no time in which anything was seen", 5, false, 0],
])("time between two readings of the grid: %s", (_why, secondsAgo, isNew, hours) => {
  const before =
    secondsAgo === null
      ? newMemory()
      : observe(house(), newMemory(), { ...nothingNew, time: start - secondsAgo * 1_000, meters: { Grid: grid(100) } });
  const meters = isNew ? { Grid: grid(200) } : {};
  const decided = before.time === null ? before : decide(house(), before).memory;
  const observed = observe(house(), decided, { ...nothingNew, time: start, meters });
  expect(situationOf(house(), observed).hours).toBeCloseTo(hours, 6);
});

test("what was observed while nothing was decided counts in the first decision, and only there", () => {
  const at = (second: number) => ({ ...nothingNew, time: start + second * 1_000, meters: { Grid: grid(100) } });
  const observed = [0, 5, 10].reduce((memory, second) => observe(house(), memory, at(second)), newMemory());
  expect(situationOf(house(), observed).hours).toBeCloseTo(10 / 3_600, 6);
  const decided = decide(house(), observed).memory;
  expect(situationOf(house(), decided).hours).toBe(0);
});

test("nothing can be decided before anything was observed", () => {
  expect(() => decide(house(), newMemory())).toThrow("nothing has been observed yet");
});

const nothing: PerPhase<null> = [null, null, null];

/** A grid meter that told these voltages so many seconds ago. */
function told(voltages: PerPhase<number | null>, secondsAgo = 0): Memory {
  const at = start - secondsAgo * 1_000;
  const [l1 = null, l2 = null, l3 = null] = voltages.map((value) => (value === null ? null : { value, at }));
  const gridMemory = { power: null, currents: [null, null, null], voltages: [l1, l2, l3], soc: null } as const;
  return { ...newMemory(), time: start, meters: { Grid: { ...noMeterMemory, at, roles: { grid: gridMemory } } } };
}

test.each<[why: string, memory: Memory, voltage: number]>([
  ["no meter has told any: the configured one", newMemory(), 230],
  ["the mean of what was measured", told([236, 238, 240]), 238],
  ["of what there is", told([236, null, 240]), 238],
  ["not older than 15 s", told([240, 240, 240], 16), 230],
  ["a phase that is gone does not count", told([0, 240, 240]), 240],
  ["15 % above the configured one", told([264, 264, 264]), 264],
  ["more than that does not count", told([265, 265, 265]), 230],
  ["15 % below it", told([196, 196, 196]), 196],
  ["less than that does not count", told([195, 195, 195]), 230],
  ["400 V between phases do not count", told([400, 400, 400]), 230],
])("voltage: %s", (_why, memory, voltage) => expect(voltageOf(house(), memory)).toBe(voltage));

test.each<[why: string, memory: Memory, voltage: number | null]>([
  ["no such meter", newMemory(), null],
  ["the mean of what it measured", told([236, 238, 240]), 238],
  ["not older than 15 s", told([240, 240, 240], 16), null],
  ["a phase that is not connected does not count", told([0, 240, 240]), 240],
])("voltage at one meter: %s", (_why, memory, voltage) =>
  expect(measuredVoltage(["Grid"], house(), memory)).toBe(voltage),
);

test("voltage at a meter that is not the grid's", () => {
  const { Grid = noMeterMemory } = told([236, 238, 240]).meters;
  const roles = { pv: Grid.roles.grid ?? { power: null, currents: nothing, voltages: nothing, soc: null } };
  const memory: Memory = { ...newMemory(), time: start, meters: { Roof: { ...Grid, roles } } };
  expect(measuredVoltage(["Roof"], house(), memory)).toBe(238);
});
