import { shareSun, type SunAsker } from "../../../src/control/steps/sun.js";
import type { Pull } from "../../../src/control/steps/demand.js";
import { facts, situation, type FactOverrides, type SituationOverrides } from "../facts.js";
import { connected, start } from "../support.js";

const longAgo = { startedAt: start - 3_600_000 };

function asker(name: string, overrides: FactOverrides = {}, pull: Exclude<Pull, "none" | "full"> = "sun"): SunAsker {
  const charger = facts({ lasting: longAgo, ...overrides, settings: { name, ...overrides.settings } });
  return { charger, demand: { pull, reason: "" } };
}

function currents(askers: readonly SunAsker[], overrides: SituationOverrides) {
  const wishes = shareSun(situation(overrides), askers);
  return Object.fromEntries([...wishes].map(([name, { wish }]) => [name, wish.current]));
}

test.each<[why: string, priorities: readonly [number, number], garage: number, yard: number]>([
  ["the higher priority takes all it may, the other the rest", [2, 1], 16, 7],
  ["also the other way round", [1, 2], 7, 16],
  ["with equal ones the first in the list is served first", [1, 1], 16, 7],
])("%s", (_why, [garage, yard], forGarage, forYard) => {
  const askers = [
    asker("Garage", { settings: { priority: garage }, holding: { current: 14 } }),
    asker("Yard", { settings: { priority: yard }, holding: { current: 14 } }),
  ];
  expect(currents(askers, { surplus: [[0, 23 * 230]] })).toEqual({ Garage: forGarage, Yard: forYard });
});

test.each<[why: string, garage: FactOverrides, yard: number]>([
  ["a paused car takes nothing from the next", {}, 12],
  ["an idle car leaves the next what it does not take", { holding: { current: 6 }, idle: true }, 12],
  ["an idle car keeps what it still draws", { holding: { current: 6 }, idle: true, drawn: [1, 0, 0] }, 11],
  [
    "an unplugged charger takes nothing",
    { holding: { current: 6 }, reading: connected({ state: "disconnected" }) },
    12,
  ],
  [
    "a greedy car takes more than it is offered",
    { holding: { current: 6 }, settings: { maxCurrent: 6 }, greed: 1.25 },
    6,
  ],
])("%s", (_why, garage, yard) => {
  const first = asker("Garage", { ...garage, settings: { priority: 2, ...garage.settings } });
  const second = asker("Yard", { holding: { current: 8 } });
  const surplus = garage.greed === undefined ? 12 : 13.5;
  expect(currents([first, second], { surplus: [[0, surplus * 230]] }).Yard).toBe(yard);
});

test.each<[why: string, surplus: SituationOverrides["surplus"], current: number]>([
  [
    "surplus of the last 20 s is there to rise into",
    [
      [20, 2_760],
      [10, 2_760],
      [0, 2_760],
    ],
    12,
  ],
  [
    "a gap 20 s ago holds it back",
    [
      [20, 1_840],
      [10, 2_760],
      [0, 2_760],
    ],
    8,
  ],
  [
    "a gap 21 s ago is forgotten",
    [
      [21, 0],
      [10, 2_760],
      [0, 2_760],
    ],
    12,
  ],
  [
    "a gap now lowers it",
    [
      [20, 2_760],
      [10, 2_760],
      [0, 1_380],
    ],
    6,
  ],
  ["what the meter may not show yet is no surplus to rise into", [[0, 1_840, 2_760]], 8],
])("%s", (_why, surplus, current) => {
  expect(currents([asker("Garage", { holding: { current: 8 } })], { surplus: surplus ?? [] })).toEqual({
    Garage: current,
  });
});

test.each<[why: string, held: number, pull: "sun" | "sun-and-minimum", current: number]>([
  ["a charge goes on as it is", 10, "sun", 10],
  ["nothing starts by the sun", 0, "sun", 0],
  ["the minimum is asked for, and safety decides on it", 0, "sun-and-minimum", 6],
])("as long as no meter tells the surplus: %s", (_why, held, pull, current) => {
  expect(currents([asker("Garage", { holding: { current: held } }, pull)], {})).toEqual({ Garage: current });
});
