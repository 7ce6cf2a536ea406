import { byRotation } from "../../../../src/control/decide/load-management/rotation.js";
import { facts, situation, type FactOverrides } from "../../facts.js";
import { disconnected, start } from "../../support.js";

const min = 60_000;

const runs = (minutes: number): FactOverrides => ({
  activeSetpoint: { current: 6 },
  persistent: { startedAt: start - minutes * min },
});
const waits = (minutes: number): FactOverrides => ({ persistent: { pausedAt: start - minutes * min } });
const isNew: FactOverrides = {};

/** The places of the chargers in the order in which they are served. */
function order(chargers: readonly FactOverrides[], minimumPause = 5 * min): readonly number[] {
  const all = chargers.map((overrides, index) => ({
    charger: facts({ ...overrides, settings: { name: `${index}`, ...overrides.settings } }),
  }));
  return byRotation(all, situation({ settings: { minimumPause } })).map(({ charger }) => Number(charger.settings.name));
}

test.each<[why: string, chargers: readonly FactOverrides[], order: readonly number[]]>([
  ["as configured, if nothing distinguishes them", [isNew, isNew], [0, 1]],
  ["who charges goes on", [isNew, runs(10)], [1, 0]],
  ["until just before its turn is over", [isNew, runs(29.9)], [1, 0]],
  ["half an hour is a turn: then who waits is next", [runs(30), isNew], [1, 0]],
  ["of those that wait the longest first", [waits(30), waits(40)], [1, 0]],
  ["who never had a turn waits longest of all", [waits(40), isNew], [1, 0]],
  ["of those whose turn is over the longest makes way first", [runs(50), runs(40)], [1, 0]],
  ["who starts first keeps on before whose turn is over", [runs(31), runs(5), waits(30)], [1, 2, 0]],
  ["who had a turn just now does not push anybody out", [waits(29.9), runs(40)], [1, 0]],
  ["the important one does not make way", [isNew, { ...runs(40), settings: { priority: 2 } }], [1, 0]],
  ["the important one does not wait", [runs(10), { settings: { priority: 2 } }], [1, 0]],
  ["without a car: last, important or not", [{ reading: disconnected, settings: { priority: 2 } }, isNew], [1, 0]],
  ["with a car that takes nothing: last", [{ ...runs(10), idle: true }, isNew], [1, 0]],
])("%s", (_why, chargers, expected) => expect(order(chargers)).toEqual(expected));

test("a minimum pause that is longer than a turn counts instead of it", () => {
  const chargers = [waits(40), runs(40)];
  expect(order(chargers, 30 * min)).toEqual([0, 1]);
  expect(order(chargers, 41 * min)).toEqual([1, 0]);
});
