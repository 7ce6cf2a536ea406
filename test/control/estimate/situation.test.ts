import { decide } from "../../../src/control/decide/decide.js";
import { measuredVoltage, situationOf, voltageOf } from "../../../src/control/estimate/situation.js";
import { newMemory, type Memory } from "../../../src/control/memory.js";
import { noMeterMemory } from "../../../src/control/observe/meter-memory.js";
import { observe } from "../../../src/control/observe/observe.js";
import type { PerPhase } from "../../../src/model/phases.js";
import { grid, siteSettings, start } from "../support.js";

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
      : observe(siteSettings(), newMemory(), {
          ...nothingNew,
          time: start - secondsAgo * 1_000,
          meters: { Grid: grid(100) },
        });
  const meters = isNew ? { Grid: grid(200) } : {};
  const decided = before.time === null ? before : decide(siteSettings(), before).memory;
  const observed = observe(siteSettings(), decided, { ...nothingNew, time: start, meters });
  expect(situationOf(siteSettings(), observed).hours).toBeCloseTo(hours, 6);
});

test("what was observed while nothing was decided counts in the first decision, and only there", () => {
  const at = (second: number) => ({ ...nothingNew, time: start + second * 1_000, meters: { Grid: grid(100) } });
  const observed = [0, 5, 10].reduce((memory, second) => observe(siteSettings(), memory, at(second)), newMemory());
  expect(situationOf(siteSettings(), observed).hours).toBeCloseTo(10 / 3_600, 6);
  const decided = decide(siteSettings(), observed).memory;
  expect(situationOf(siteSettings(), decided).hours).toBe(0);
});

test("nothing can be decided before anything was observed", () => {
  expect(() => decide(siteSettings(), newMemory())).toThrow("nothing has been observed yet");
});

const nothing: PerPhase<null> = [null, null, null];

/** A grid meter that reported these voltages so many seconds ago. */
function reported(voltages: PerPhase<number | null>, secondsAgo = 0): Memory {
  const at = start - secondsAgo * 1_000;
  const [l1 = null, l2 = null, l3 = null] = voltages.map((value) => (value === null ? null : { value, at }));
  const gridMemory = { power: null, currents: [null, null, null], voltages: [l1, l2, l3], soc: null } as const;
  return { ...newMemory(), time: start, meters: { Grid: { ...noMeterMemory, at, roles: { grid: gridMemory } } } };
}

test.each<[why: string, memory: Memory, voltage: number]>([
  ["no meter has reported any: the configured one", newMemory(), 230],
  ["the mean of what was measured", reported([236, 238, 240]), 238],
  ["of what there is", reported([236, null, 240]), 238],
  ["not older than 15 s", reported([240, 240, 240], 16), 230],
  ["a phase that is gone does not count", reported([0, 240, 240]), 240],
  ["15 % above the configured one", reported([264, 264, 264]), 264],
  ["more than that does not count", reported([265, 265, 265]), 230],
  ["15 % below it", reported([196, 196, 196]), 196],
  ["less than that does not count", reported([195, 195, 195]), 230],
  ["400 V between phases do not count", reported([400, 400, 400]), 230],
])("voltage: %s", (_why, memory, voltage) => expect(voltageOf(siteSettings(), memory)).toBe(voltage));

test.each<[why: string, memory: Memory, voltage: number | null]>([
  ["no such meter", newMemory(), null],
  ["the mean of what it measured", reported([236, 238, 240]), 238],
  ["not older than 15 s", reported([240, 240, 240], 16), null],
  ["a phase that is not connected does not count", reported([0, 240, 240]), 240],
])("voltage at one meter: %s", (_why, memory, voltage) =>
  expect(measuredVoltage(["Grid"], siteSettings(), memory)).toBe(voltage),
);

test("voltage at a meter that is not the grid's", () => {
  const { Grid = noMeterMemory } = reported([236, 238, 240]).meters;
  const roles = { pv: Grid.roles.grid ?? { power: null, currents: nothing, voltages: nothing, soc: null } };
  const memory: Memory = { ...newMemory(), time: start, meters: { Roof: { ...Grid, roles } } };
  expect(measuredVoltage(["Roof"], siteSettings(), memory)).toBe(238);
});
