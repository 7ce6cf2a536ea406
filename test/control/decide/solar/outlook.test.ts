import { outlookOf } from "../../../../src/control/decide/solar/outlook.js";
import { facts, situation, type Sample } from "../../facts.js";

const quick = facts({ lag: { fit: [], own: [], lag: { from: 0, to: 10_000 } } });

function outlook(surplus: readonly Sample[], chargers = [quick]) {
  return outlookOf(situation({ surplus }), chargers);
}

/** A sample every 5 s, the newest last; for 5 min unless given. */
function samples(sampleAt: (age: number) => Sample, count = 60): readonly Sample[] {
  return Array.from({ length: count }, (_, i) => sampleAt(5 * (count - 1 - i)));
}

/** 10 W more with each second. */
const rising = (age: number): Sample => [age, 3_000 - 10 * age];

/** Every other sample would look like a jump, and is not to be counted. */
const alternating =
  (jump: (age: number) => Sample) =>
  (age: number): Sample =>
    age % 10 === 0 ? rising(age) : jump(age);

test.each<[why: string, surplus: readonly Sample[], lowest: number, highest: number]>([
  ["how far it moved within the lag", samples(rising), 100, 100],
  ["unconfirmed samples are left out", samples(alternating((age) => [age, 9_000, 9_000, false])), 100, 100],
  ["inexact samples are left out", samples(alternating((age) => [age, 8_000, 9_000])), 100, 100],
])("moves: %s", (_why, surplus, lowest, highest) => {
  const { moves } = outlook(surplus);
  expect(moves.length).toBeGreaterThanOrEqual(12);
  expect(moves[0]).toBeCloseTo(lowest);
  expect(moves.at(-1)).toBeCloseTo(highest);
});

test.each<[why: string, surplus: readonly Sample[]]>([
  ["too few of them", samples(rising, 13)],
  ["none is confirmed", samples((age) => [age, 3_000 - 10 * age, 3_000 - 10 * age, false])],
])("no moves: %s", (_why, surplus) => expect(outlook(surplus).moves).toEqual([]));

test("no moves where nothing is late", () => {
  const prompt = facts({ lag: { fit: [], own: [], lag: { from: 0, to: 0 } } });
  expect(outlook(samples(rising), [prompt]).moves).toEqual([]);
});

test.each<[why: string, surplus: readonly Sample[], isSteady: boolean]>([
  ["for 5 min the same", samples((age) => [age, 3_000]), true],
  ["for 3 min the same", samples((age) => [age, 3_000], 36), false],
  ["it may have been the same, whatever of our own changes shows", samples((age) => [age, 2_000 + age, 3_000]), true],
  ["it moved by 10 W", samples((age) => [age, age < 100 ? 3_010 : 3_000]), false],
])("steady: %s", (_why, surplus, isSteady) => expect(outlook(surplus).isSteady).toBe(isSteady));
