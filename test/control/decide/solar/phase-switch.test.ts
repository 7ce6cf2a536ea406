import { phaseOptions } from "../../../../src/control/decide/phase-switching.js";
import { chooseBySurplus } from "../../../../src/control/decide/solar/start-stop.js";
import type { Intermittency } from "../../../../src/control/estimate/intermittency.js";
import type { PhaseCount } from "../../../../src/model/phases.js";
import { demands, facts, situation, type FactOverrides } from "../../facts.js";
import { connected, start } from "../../support.js";

const minute = 60_000;
const longAgo = { startedAt: start - 60 * minute, switchedAt: start - 60 * minute };

interface Case {
  readonly held: number;
  readonly phases: PhaseCount;
  readonly surplus: number;
  readonly charger?: FactOverrides;
}

/** On how many phases it charges; `null`: it does not. */
function decide({ held, phases, surplus, charger = {} }: Case) {
  const activeSetpoint = { current: held, phases };
  const switchable = facts({
    activeSetpoint,
    persistent: longAgo,
    ...charger,
    settings: { phases: "auto", ...charger.settings },
  });
  const pool = { low: surplus, high: surplus };
  return chooseBySurplus(switchable, demands.solar, pool, situation({ surplus: [[0, surplus]] }));
}

/** Three phases gain for a few minutes, and then lose for longer. */
const mostlyClouds: Intermittency = {
  good: { time: 0.1, ends: 6, value: 300 },
  bad: { time: 0.3, ends: 6, value: -900 },
  isGood: true,
};

test.each<[why: string, facts: Case, phases: PhaseCount]>([
  ["one phase is full, 7 kW are there: not at once", { held: 16, phases: 1, surplus: 7_000 }, 1],
  [
    "one phase is full, 7 kW were missed for long: three",
    { held: 16, phases: 1, surplus: 7_000, charger: { phaseRegret: 90 } },
    3,
  ],
  ["1.9 kW are there: one phase does it", { held: 8, phases: 1, surplus: 1_900, charger: { phaseRegret: 90 } }, 1],
  ["three phases, 2 kW left, the loss is still small", { held: 6, phases: 3, surplus: 2_000 }, 3],
  ["three phases, 2 kW left for long: one", { held: 6, phases: 3, surplus: 2_000, charger: { phaseRegret: 90 } }, 1],
  [
    "not within 2 minutes of the last switch",
    {
      held: 6,
      phases: 3,
      surplus: 2_000,
      charger: { phaseRegret: 90, persistent: { ...longAgo, switchedAt: start - 119_000 } },
    },
    3,
  ],
  [
    "2 minutes after the last switch",
    {
      held: 6,
      phases: 3,
      surplus: 2_000,
      charger: { phaseRegret: 90, persistent: { ...longAgo, switchedAt: start - 120_000 } },
    },
    1,
  ],
  [
    "not if the contactor closed six times within an hour",
    {
      held: 6,
      phases: 3,
      surplus: 2_000,
      charger: {
        phaseRegret: 90,
        closings: [59, 50, 40, 30, 20, 10].map((age) => start - age * minute),
      },
    },
    3,
  ],
  [
    "again once the first of six is an hour old",
    {
      held: 6,
      phases: 3,
      surplus: 2_000,
      charger: {
        phaseRegret: 90,
        closings: [60, 50, 40, 30, 20, 10].map((age) => start - age * minute),
      },
    },
    1,
  ],
  [
    "not among clouds that will be back before it has paid",
    {
      held: 16,
      phases: 1,
      surplus: 7_000,
      charger: { phaseRegret: 90, learned: { threePhaseIntermittency: mostlyClouds } },
    },
    1,
  ],
  [
    "a person wants one phase",
    { held: 16, phases: 1, surplus: 7_000, charger: { phaseRegret: 90, persistent: { ...longAgo, phases: 1 } } },
    1,
  ],
  [
    "a charger that can't switch",
    { held: 16, phases: 1, surplus: 7_000, charger: { phaseRegret: 90, settings: { canSwitchPhases: false } } },
    1,
  ],
])("%s", (_why, facts, phases) => expect(decide(facts).option?.phases).toBe(phases));

test("what the other number of phases would gain adds up", () => {
  const { memory } = decide({ held: 16, phases: 1, surplus: 7_280, charger: { phaseRegret: 1 } });
  expect(memory.phaseRegret).toBeCloseTo(1 + (6_900 - 3_680) / 360, 0);
});

test("switching costs a start and a minute of the present charge", () => {
  const missed = (phaseRegret: number) =>
    decide({ held: 16, phases: 1, surplus: 6_900, charger: { phaseRegret } }).option?.phases;
  expect(missed(72)).toBe(1);
  expect(missed(73)).toBe(3);
});

describe("a switch that did not pay", () => {
  const missed = (phaseRegret: number, doubt: number, gain = 0) =>
    decide({
      held: 16,
      phases: 1,
      surplus: 6_900,
      charger: { phaseRegret, learned: { phaseStay: { doubt, gain } } },
    });

  test("makes the next one wait for twice as much", () => {
    expect(missed(80, 0).option?.phases).toBe(3);
    expect(missed(80, 1).option?.phases).toBe(1);
    expect(missed(160, 1).option?.phases).toBe(3);
  });

  test("is one that gained less, until the next, than it cost", () => {
    expect(missed(160, 1, 10).memory.phaseStay).toMatchObject({ gain: 0, doubt: expect.closeTo(2, 1) });
    expect(missed(160, 1, 300).memory.phaseStay).toEqual({ gain: 0, doubt: 0 });
  });
});

test("phases that suit are not switched for what was missed before", () => {
  expect(decide({ held: 16, phases: 1, surplus: 3_680, charger: { phaseRegret: 400 } }).option?.phases).toBe(1);
});

const taken = { reading: connected({ sessionChargeConsumption: 1 }) };

test.each<[why: string, surplus: number, charger: FactOverrides, phases: PhaseCount]>([
  ["little sun", 1_800, taken, 1],
  ["what one phase can take", 3_680, taken, 1],
  ["more", 6_000, taken, 3],
  ["more, for a car that has not shown yet that it takes current", 6_000, {}, 1],
  ["more, among clouds", 6_000, { ...taken, learned: { threePhaseIntermittency: mostlyClouds } }, 1],
])("a start with %s", (_why, surplus, charger, phases) => {
  const { option } = decide({ held: 0, phases: 1, surplus, charger: { regret: 20, ...charger } });
  expect(option).toMatchObject({ lowest: 6, phases });
});

test.each<[why: string, startedAgo: number, drawn: number, phases: PhaseCount]>([
  ["as soon as the car takes current", 20_000, 6, 3],
  ["not before", 20_000, 0, 1],
  ["not much later: then it is a switch like any other", 70_000, 6, 1],
])("a start on one phase in the sun of three is put right: %s", (_why, startedAgo, drawn, phases) => {
  const persistent = { startedAt: start - startedAgo };
  const { option } = decide({ held: 6, phases: 1, surplus: 6_000, charger: { persistent, drawn: [drawn, 0, 0] } });
  expect(option?.phases).toBe(phases);
});

interface Options {
  readonly site: PhaseCount;
  readonly configured: PhaseCount | "auto";
  readonly canSwitch: boolean;
  readonly wanted?: PhaseCount | "auto";
  readonly held: PhaseCount;
}

test.each<[why: string, facts: Options, options: readonly PhaseCount[]]>([
  ["a site with one phase", { site: 1, configured: "auto", canSwitch: true, held: 3 }, [1]],
  ["can't switch: what is", { site: 3, configured: 1, canSwitch: false, held: 3 }, [3]],
  ["configured", { site: 3, configured: 3, canSwitch: true, held: 1 }, [3]],
  [
    "a person's choice goes before the configuration",
    { site: 3, configured: 3, canSwitch: true, wanted: 1, held: 3 },
    [1],
  ],
  ["a person sets it free", { site: 3, configured: 1, canSwitch: true, wanted: "auto", held: 1 }, [1, 3]],
  ["auto: the present one first", { site: 3, configured: "auto", canSwitch: true, held: 3 }, [3, 1]],
])("phases to choose from: %s", (_why, { site, configured, canSwitch, wanted = null, held }, options) => {
  const charger = facts({
    settings: { phases: configured, canSwitchPhases: canSwitch },
    persistent: { phases: wanted },
    activeSetpoint: { current: 6, phases: held },
  });
  expect(phaseOptions(charger, situation({ settings: { phases: site } }))).toEqual(options);
});
