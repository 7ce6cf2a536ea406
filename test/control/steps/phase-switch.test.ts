import { followSun, phaseOptions } from "../../../src/control/steps/follow-sun.js";
import type { PhaseCount } from "../../../src/model/phases.js";
import { facts, situation, type FactOverrides } from "../facts.js";
import { start } from "../support.js";

const minute = 60_000;
const longAgo = { startedAt: start - 60 * minute, switchedAt: start - 60 * minute };

interface Case {
  readonly held: number;
  readonly phases: PhaseCount;
  readonly surplus: number;
  readonly lasting?: number;
  readonly charger?: FactOverrides;
}

function decide({ held, phases, surplus, lasting = surplus, charger = {} }: Case) {
  const holding = { current: held, phases };
  const switchable = facts({
    holding,
    lasting: longAgo,
    ...charger,
    settings: { phases: "auto", ...charger.settings },
  });
  return followSun(switchable, { pull: "sun", reason: "" }, { lasting, low: surplus, high: surplus }, situation());
}

test.each<[why: string, facts: Case, phases: PhaseCount, current: number]>([
  ["one phase is full, 7 kW are there: not at once", { held: 16, phases: 1, surplus: 7_000 }, 1, 16],
  [
    "one phase is full, 7 kW were missed for long: three",
    { held: 16, phases: 1, surplus: 7_000, charger: { phaseRegret: 90 } },
    3,
    6,
  ],
  ["1.9 kW are there: one phase does it", { held: 8, phases: 1, surplus: 1_900, charger: { phaseRegret: 90 } }, 1, 8],
  ["surplus that has not lasted is no reason", { held: 16, phases: 1, surplus: 7_000, lasting: 3_000 }, 1, 16],
  ["three phases, 2 kW left, the loss is still small", { held: 6, phases: 3, surplus: 2_000 }, 3, 6],
  ["three phases, 2 kW left for long: one", { held: 6, phases: 3, surplus: 2_000, charger: { phaseRegret: 90 } }, 1, 6],
  [
    "not within 10 minutes of the last switch",
    {
      held: 6,
      phases: 3,
      surplus: 2_000,
      charger: { phaseRegret: 90, lasting: { ...longAgo, switchedAt: start - 599_000 } },
    },
    3,
    6,
  ],
  [
    "10 minutes after the last switch",
    {
      held: 6,
      phases: 3,
      surplus: 2_000,
      charger: { phaseRegret: 90, lasting: { ...longAgo, switchedAt: start - 600_000 } },
    },
    1,
    6,
  ],
  [
    "a person wants one phase",
    { held: 16, phases: 1, surplus: 7_000, charger: { phaseRegret: 90, lasting: { ...longAgo, phases: 1 } } },
    1,
    16,
  ],
  [
    "a charger that can't switch",
    { held: 16, phases: 1, surplus: 7_000, charger: { phaseRegret: 90, settings: { canSwitchPhases: false } } },
    1,
    16,
  ],
])("%s", (_why, facts, phases, current) => {
  const { wish } = decide(facts);
  expect(wish.phases).toBe(phases);
  expect(wish.current).toBe(current);
});

test("what the other number of phases would gain adds up", () => {
  const { phaseRegret } = decide({ held: 16, phases: 1, surplus: 7_280, charger: { phaseRegret: 1 } });
  expect(phaseRegret).toBeCloseTo(1 + (6_900 - 3_680) / 360, 0);
});

test("switching costs a start and a minute of the present charge", () => {
  const missed = (phaseRegret: number) =>
    decide({ held: 16, phases: 1, surplus: 6_900, charger: { phaseRegret } }).wish.phases;
  expect(missed(72)).toBe(1);
  expect(missed(73)).toBe(3);
});

test("phases that suit are not switched for what was missed before", () => {
  expect(decide({ held: 16, phases: 1, surplus: 3_680, charger: { phaseRegret: 400 } }).wish.phases).toBe(1);
});

test.each<[surplus: number, phases: PhaseCount]>([
  [1_800, 1],
  [3_680, 1],
  [6_000, 3],
])("a start with %i W of surplus uses %i phase(s)", (surplus, phases) => {
  const { wish } = decide({ held: 0, phases: 1, surplus, charger: { regret: 20 } });
  expect(wish).toMatchObject({ current: 6, phases });
});

interface Options {
  readonly house: PhaseCount;
  readonly configured: PhaseCount | "auto";
  readonly canSwitch: boolean;
  readonly wanted?: PhaseCount | "auto";
  readonly held: PhaseCount;
}

test.each<[why: string, facts: Options, options: readonly PhaseCount[]]>([
  ["a house with one phase", { house: 1, configured: "auto", canSwitch: true, held: 3 }, [1]],
  ["can't switch: what is", { house: 3, configured: 1, canSwitch: false, held: 3 }, [3]],
  ["configured", { house: 3, configured: 3, canSwitch: true, held: 1 }, [3]],
  [
    "a person's word goes before the configuration",
    { house: 3, configured: 3, canSwitch: true, wanted: 1, held: 3 },
    [1],
  ],
  ["a person sets it free", { house: 3, configured: 1, canSwitch: true, wanted: "auto", held: 1 }, [1, 3]],
  ["auto: the present one first", { house: 3, configured: "auto", canSwitch: true, held: 3 }, [3, 1]],
])("phases to choose from: %s", (_why, { house, configured, canSwitch, wanted = null, held }, options) => {
  const charger = facts({
    settings: { phases: configured, canSwitchPhases: canSwitch },
    lasting: { phases: wanted },
    holding: { current: 6, phases: held },
  });
  expect(phaseOptions(charger, situation({ settings: { phases: house } }))).toEqual(options);
});
