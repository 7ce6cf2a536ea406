import type { PersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import { settingsFor, tagOf, vehicleOf } from "../../../src/control/schedule/vehicles.js";
import type { ChargerSettings, VehicleSettings } from "../../../src/control/settings.js";
import { facts } from "../facts.js";
import { car } from "../support.js";

test.each<[reported: string | null, tag: string | null]>([
  ["04a1b2", "04A1B2"],
  [" 04A1B2 ", "04A1B2"],
  ["Gäste", "GÄSTE"],
  ["", null],
  ["   ", null],
  [null, null],
])("the tag %j is compared as %j", (reported, tag) => expect(tagOf(reported)).toBe(tag));

test("a car is known by any of its tags, and by nothing else", () => {
  const vehicles = [car({ tags: ["A", "B"] }), car({ name: "Leaf", tags: ["C"] })];
  expect(["A", "B", "C", "D", null].map((tag) => vehicleOf(tag, vehicles)?.name ?? null)).toEqual([
    "Zoe",
    "Zoe",
    "Leaf",
    null,
    null,
  ]);
});

interface Case {
  readonly charger?: Partial<ChargerSettings>;
  readonly car?: Partial<VehicleSettings>;
  readonly persistent?: Partial<PersistentChargerState>;
}

test.each<[why: string, given: Case, minCurrent: number, maxCurrent: number]>([
  ["nobody wants anything", {}, 6, 16],
  ["the car has nothing of its own", { car: {} }, 6, 16],
  ["its minimum", { car: { minCurrent: 8 } }, 8, 16],
  ["not below the charger's", { charger: { minCurrent: 10 }, car: { minCurrent: 8 } }, 10, 16],
  ["its maximum", { car: { maxCurrent: 13 } }, 6, 13],
  ["not above the charger's", { car: { maxCurrent: 32 } }, 6, 16],
  [
    "a maximum below the charger's minimum is kept: it can't charge",
    { charger: { minCurrent: 10 }, car: { maxCurrent: 8 } },
    10,
    8,
  ],
  ["a person's minimum", { persistent: { minimum: 9 } }, 9, 16],
  ["not below the charger's either", { persistent: { minimum: 4 } }, 6, 16],
  ["the higher of both", { car: { minCurrent: 8 }, persistent: { minimum: 10 } }, 10, 16],
  ["no more than it may take", { persistent: { minimum: 20 } }, 16, 16],
  ["no more than a person's cap", { persistent: { minimum: 10, cap: 8 } }, 8, 16],
  ["a cap below the charger's minimum still can't be charged with", { persistent: { minimum: 10, cap: 4 } }, 6, 16],
  ["a whole step, upwards", { charger: { step: 1 }, persistent: { minimum: 8.5 } }, 9, 16],
])("%s", (_why, { charger, car: own, persistent = {} }, minCurrent, maxCurrent) => {
  const { settings, memory } = facts({ settings: charger ?? {}, persistent, tag: own ? "04A1B2" : null });
  const settingsNow = settingsFor(settings, memory, own ? [car(own)] : []);
  expect(settingsNow).toMatchObject({ minCurrent, maxCurrent });
});

test.each<[why: string, energyLimit: number | null, limit: number]>([
  ["its own", 12, 12],
  ["its own, which is none", 0, 0],
  ["the charger's", null, 30],
])("energy limit: %s", (_why, energyLimit, limit) => {
  const { settings, memory } = facts({ settings: { sessionEnergyLimit: 30 }, tag: "04A1B2" });
  expect(settingsFor(settings, memory, [car({ energyLimit })]).sessionEnergyLimit).toBe(limit);
});
