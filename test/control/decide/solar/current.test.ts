import {
  bestCurrent,
  bestValue,
  meanValue,
  noOutlook,
  valueOf,
  type CurrentRange,
  type Outlook,
} from "../../../../src/control/decide/solar/current.js";

test.each<[importPenalty: number, power: number, surplus: number, value: number]>([
  [1, 2_000, 3_000, 2_000],
  [1, 2_000, 2_000, 2_000],
  [1, 2_000, 1_500, 1_000],
  [1, 2_000, 1_000, 0],
  [1, 2_000, 0, -2_000],
  [1, 2_000, -500, -2_000],
  [0.25, 2_000, 0, -500],
  [0.25, 2_000, 1_000, 750],
  [10, 2_000, 1_900, 900],
  [10, 2_000, 1_000, -9_000],
  [1, 0, 1_000, 0],
])("λ %f: drawing %i W from %i W of sun is worth %i W", (importPenalty, power, surplus, value) =>
  expect(valueOf(power, surplus, importPenalty)).toBeCloseTo(value),
);

const onePhase: CurrentRange = { lowest: 6, highest: 16, step: 1, wattsPerAmpere: 230 };

test.each<[why: string, importPenalty: number, surplus: number, current: number]>([
  ["exactly 10 A of sun", 1, 2_300, 10],
  ["10.4 A: even, the 11th ampere imports more than it gains", 1, 2_392, 10],
  ["10.6 A: even, the 11th ampere gains more than it imports", 1, 2_438, 11],
  ["10.5 A: of two that are worth the same, the lower one", 1, 2_415, 10],
  ["10.1 A: below 1/5 of an ampere even with a low penalty it waits", 0.25, 2_323, 10],
  ["10.3 A: with a low penalty the rest is imported", 0.25, 2_369, 11],
  ["10.9 A: who wants sun only does not round up", 10, 2_507, 10],
  ["10.95 A: unless next to nothing is missing", 10, 2_518, 11],
  ["no sun: never below the lowest", 1, 0, 6],
  ["import: never below the lowest", 1, -3_000, 6],
  ["more than the charger may take", 1, 9_000, 16],
])("%s", (_why, importPenalty, surplus, current) =>
  expect(bestCurrent(surplus, onePhase, noOutlook, importPenalty)).toBe(current),
);

test.each<[why: string, range: Partial<CurrentRange>, surplus: number, current: number]>([
  ["three phases take three times as much per ampere", { wattsPerAmpere: 690 }, 6_900, 10],
  ["fine steps are used", { step: 0.1 }, 2_323, 10.1],
  ["a car that takes 7 % more gets less", { wattsPerAmpere: 246.1 }, 2_300, 9],
  ["lowest is highest", { lowest: 10, highest: 10 }, 5_000, 10],
])("%s", (_why, range, surplus, current) =>
  expect(bestCurrent(surplus, { ...onePhase, ...range }, noOutlook, 1)).toBe(current),
);

test.each<[importPenalty: number, surplus: number, value: number]>([
  [1, 2_300, 2_300],
  [1, 690, 0],
  [1, 0, -1_380],
  [0.25, 276, 0],
  [10, 1_254.5, 0],
])("λ %f: with %f W of sun the best that 6–16 A can do is worth about %i W", (importPenalty, surplus, value) =>
  expect(Math.abs(bestValue(surplus, onePhase, importPenalty) - value)).toBeLessThan(10),
);

/** It stays as it is, or loses 1.5 kW, each as likely. */
const cloudy: Outlook = { moves: [-1_500, 0], isSteady: false };

test("what may come counts as likely as it was", () => {
  expect(meanValue(2_300, 2_300, cloudy, 1)).toBeCloseTo((2_300 + 800 - 1_500) / 2);
});

test.each<[why: string, importPenalty: number, moves: readonly number[], current: number]>([
  ["no clouds", 1, [], 10],
  ["who imports readily bets on the sun", 0.25, [-1_500, 0], 10],
  ["who wants sun only bets on the cloud", 10, [-920, 0], 6],
  ["one move in four down: even, the sun is more likely", 1, [-920, 0, 0, 0], 10],
  ["three moves in four down", 1, [-920, -920, -920, 0], 6],
  ["it rises more often than not", 1, [0, 920, 920], 14],
])("10 A of sun that may move: %s", (_why, importPenalty, moves, current) =>
  expect(bestCurrent(2_300, onePhase, { moves, isSteady: false }, importPenalty)).toBe(current),
);

test("in steady sun no part of a step is imported", () => {
  expect(bestCurrent(2_500, onePhase, { moves: [], isSteady: true }, 0.25)).toBe(10);
});
