import type { SurplusDemand } from "../../../../src/control/decide/demand.js";
import { shareSurplus, type SolarRequest } from "../../../../src/control/decide/solar/share.js";
import { demands, facts, situation, type FactOverrides, type SituationOverrides } from "../../facts.js";
import { connected, start } from "../../support.js";

const longAgo = { startedAt: start - 3_600_000 };

function request(name: string, overrides: FactOverrides = {}, kind: SurplusDemand["kind"] = "solar"): SolarRequest {
  const charger = facts({ persistent: longAgo, ...overrides, settings: { name, ...overrides.settings } });
  return { charger, demand: demands[kind] };
}

function currents(requests: readonly SolarRequest[], overrides: SituationOverrides) {
  const setpoints = shareSurplus(situation(overrides), requests);
  return Object.fromEntries([...setpoints].map(([name, { setpoint }]) => [name, setpoint.current]));
}

const tenMinutesAgo = (current: number) => ({ at: start - 600_000, current, phases: 1 as const });

/** A steady surplus of so many A on one phase. */
const surplus = (amperes: number): SituationOverrides => ({ surplus: [[0, amperes * 230]] });

describe("several chargers", () => {
  test.each<[why: string, priorities: readonly [number, number], amperes: number, garage: number, yard: number]>([
    ["the higher priority takes all it may, the other the rest", [2, 1], 23, 16, 7],
    ["also the other way round", [1, 2], 23, 7, 16],
    ["equals have the same", [1, 1], 24, 12, 12],
    ["an odd ampere goes to one of them", [1, 1], 25, 13, 12],
    ["what one can't take is the other's", [1, 1], 30, 15, 15],
    ["there is enough for both", [1, 1], 40, 16, 16],
    ["nobody gets less than the minimum", [1, 1], 11, 6, 6],
  ])("%s", (_why, [garage, yard], amperes, forGarage, forYard) => {
    const requests = [
      request("Garage", { settings: { priority: garage }, activeSetpoint: { current: 14 } }),
      request("Yard", { settings: { priority: yard }, activeSetpoint: { current: 14 } }),
    ];
    expect(currents(requests, surplus(amperes))).toEqual({ Garage: forGarage, Yard: forYard });
  });

  test("a car that comes later is not left at nothing because another one takes all", () => {
    const requests = [request("Garage", { activeSetpoint: { current: 14 } }), request("Yard", { regret: 5 })];
    expect(currents(requests, surplus(14))).toEqual({ Garage: 8, Yard: 6 });
  });

  test("but it has to wait as long as there is not enough for two", () => {
    const requests = [request("Garage", { activeSetpoint: { current: 8 } }), request("Yard", { regret: 5 })];
    expect(currents(requests, surplus(8))).toEqual({ Garage: 8, Yard: 0 });
  });

  test("what is kept for one that waits to start is not given to a third", () => {
    const requests = [request("Garage", { regret: 1 }), request("Yard", { regret: 5 })];
    expect(currents(requests, { ...surplus(7), step: 1 })).toEqual({ Garage: 0, Yard: 0 });
  });

  test.each<[why: string, garage: FactOverrides, amperes: number, yard: number]>([
    ["a paused car takes nothing from the next", { persistent: { pausedAt: start } }, 5, 6],
    ["an idle car leaves the next what it does not take", { activeSetpoint: { current: 6 }, idle: true }, 12, 12],
    ["an idle car keeps what it still draws", { activeSetpoint: { current: 6 }, idle: true, drawn: [1, 0, 0] }, 12, 11],
    [
      "a derated car keeps an ampere more than it takes",
      { activeSetpoint: { current: 12 }, drawn: [8, 0, 0], persistent: { ...longAgo, lastCommand: tenMinutesAgo(12) } },
      15,
      6,
    ],
    [
      "a car that has not had time to show what it takes keeps what it is offered",
      {
        activeSetpoint: { current: 9 },
        drawn: [6, 0, 0],
        persistent: { ...longAgo, lastCommand: { ...tenMinutesAgo(9), at: start } },
      },
      24,
      8,
    ],
    [
      "an unplugged charger takes nothing",
      { activeSetpoint: { current: 6 }, reading: connected({ state: "disconnected" }) },
      12,
      12,
    ],
    [
      "a car that overdraws takes more than it is offered",
      { activeSetpoint: { current: 6 }, settings: { maxCurrent: 6 }, overdrawRatio: 1.25 },
      13.5,
      6,
    ],
  ])("%s", (_why, garage, amperes, yard) => {
    const first = request("Garage", { ...garage, settings: { priority: 2, ...garage.settings } });
    expect(currents([first, request("Yard", { activeSetpoint: { current: 8 } })], surplus(amperes)).Yard).toBe(yard);
  });
});

const unknownLag = { fit: [], own: [], lag: null };

test.each<[why: string, charger: FactOverrides, surplus: SituationOverrides["surplus"], current: number]>([
  ["goes on with what fits", {}, [[0, 2_300]], 10],
  ["rises into all that is there", {}, [[0, 2_990]], 13],
  ["falls at once, by any amount", { activeSetpoint: { current: 32 } }, [[0, 1_400]], 6],
  ["does not rise into what is unconfirmed", {}, [[0, 2_990, 2_990, false]], 10],
  ["falls to what is unconfirmed", {}, [[0, 1_840, 1_840, false]], 8],
  ["does not rise into what the meter may not show yet", {}, [[0, 2_300, 2_990]], 10],
  ["does not fall while the meter may not show its last change", {}, [[0, 1_500, 2_300]], 10],
  ["stays at the minimum for a while without sun", {}, [[0, 0]], 6],
  ["never above what it may take", { settings: { maxCurrent: 16 } }, [[0, 9_000]], 16],
  ["comes down to a cap", { persistent: { ...longAgo, cap: 8 } }, [[0, 9_000]], 8],
  ["comes down to a cap that is hardly lower", { persistent: { ...longAgo, cap: 9 } }, [[0, 2_120]], 9],
  ["an idle car is offered the minimum only", { idle: true }, [[0, 7_360]], 6],
  ["a car that overdraws is offered less, and draws the surplus", { overdrawRatio: 1.07 }, [[0, 2_300]], 9],
  ["is not written to for a few watts", { activeSetpoint: { current: 11 } }, [[0, 2_408]], 11],
  [
    "three phases share the surplus",
    { activeSetpoint: { current: 9, phases: 3 }, settings: { phases: 3, maxCurrent: 32 } },
    [[0, 6_900]],
    10,
  ],
  [
    "until the lag is known it does not rise before the first step must have shown",
    { lag: unknownLag, persistent: { startedAt: start - 79_000 } },
    [[0, 2_990]],
    10,
  ],
  ["after that it rises", { lag: unknownLag, persistent: { startedAt: start - 81_000 } }, [[0, 2_990]], 13],
  ["and falls at any time", { lag: unknownLag, persistent: { startedAt: start - 1_000 } }, [[0, 1_840]], 8],
])("a running charger of 10 A %s", (_why, overrides, samples, current) => {
  const garage = request("Garage", { activeSetpoint: { current: 10 }, settings: { maxCurrent: 32 }, ...overrides });
  expect(currents([garage], { surplus: samples ?? [] })).toEqual({ Garage: current });
});

/** Ten minutes of surplus, a sample every 5 s, the newest last. */
function lately(power: (age: number) => number): NonNullable<SituationOverrides["surplus"]> {
  return Array.from({ length: 120 }, (_, i) => 595 - 5 * i).map((age) => [age, power(age)]);
}

const waves = (age: number) => (age % 40 < 20 ? 2_500 : 1_400);

test.each<[why: string, power: (age: number) => number, lag: number, importPenalty: number, current: number]>([
  ["stands still: no part of an ampere is imported", () => 2_500, 0, 1, 10],
  ["moves slowly: what is worth more is taken", (age) => 2_500 + age / 10, 0, 1, 11],
  ["jumps, and the meter is quick: what it shows is there", waves, 0, 10, 10],
  ["jumps, and is seen 20 s late: who wants sun only takes what will be left", waves, 20_000, 10, 6],
  ["jumps, and is seen 20 s late: who imports readily takes what may come", waves, 20_000, 0.25, 16],
])("10.9 A of sun that %s", (_why, power, lag, importPenalty, current) => {
  const garage = request("Garage", {
    activeSetpoint: { current: 12 },
    settings: { maxCurrent: 32 },
    lag: { fit: [], own: [], lag: { from: lag, to: lag } },
  });
  const setpoints = currents([garage], { settings: { importPenalty }, surplus: lately(power) });
  expect(setpoints).toEqual({ Garage: current });
});

test.each<[why: string, held: number, kind: "solar" | "solar-with-minimum", current: number]>([
  ["a charge goes on as it is", 10, "solar", 10],
  ["nothing starts by the sun", 0, "solar", 0],
  ["the minimum is requested, and the failsafe decides on it", 0, "solar-with-minimum", 6],
])("as long as the surplus is not known: %s", (_why, held, kind, current) => {
  expect(currents([request("Garage", { activeSetpoint: { current: held } }, kind)], {})).toEqual({ Garage: current });
});
