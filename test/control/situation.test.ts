import { newMemory, noMeterMemory, type Memory } from "../../src/control/memory.js";
import { situationOf, voltageOf } from "../../src/control/situation.js";
import type { PerPhase } from "../../src/model/phases.js";
import { house, start } from "./support.js";

test.each<[why: string, secondsAgo: number | null, hours: number]>([
  ["the first pass", null, 0],
  ["5 s", 5, 5 / 3_600],
  ["a minute", 60, 60 / 3_600],
  ["two hours that nobody saw count for a minute", 7_200, 60 / 3_600],
])("time since the last pass: %s", (_why, secondsAgo, hours) => {
  const before = secondsAgo === null ? 0 : start - secondsAgo * 1_000;
  expect(situationOf(house(), { ...newMemory(), time: start }, before).hours).toBeCloseTo(hours, 6);
});

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
  ["400 V between phases do not count", told([400, 400, 400]), 230],
])("voltage: %s", (_why, memory, voltage) => expect(voltageOf(house(), memory)).toBe(voltage));
