import type { SurplusDemand } from "../../../../src/control/decide/demand.js";
import { chooseBySurplus, type Pool } from "../../../../src/control/decide/solar/start-stop.js";
import type { Intermittency } from "../../../../src/control/estimate/intermittency.js";
import type { Reason } from "../../../../src/model/reasons.js";
import { demands, facts, situation, type FactOverrides } from "../../facts.js";
import { start } from "../../support.js";

const { solar: sun, "solar-with-minimum": sunAndMinimum } = demands;
const minute = 60_000;

function even(power: number): Pool {
  return { low: power, high: power };
}

interface Case {
  readonly pool: Pool;
  /** Whether every charger has reported since the surplus was measured; true unless given. */
  readonly isConfirmed?: boolean;
  readonly charger?: FactOverrides;
  readonly demand?: SurplusDemand;
  readonly importPenalty?: number;
  /** ms; 5 min unless given. */
  readonly minimumRun?: number;
  readonly minimumPause?: number;
  /** Seconds since the last decision. */
  readonly step?: number;
}

function decide({ pool, isConfirmed = true, charger = {}, demand = sun, step = 10, ...overrides }: Case) {
  const { importPenalty = 1, minimumRun = 5 * minute, minimumPause = 5 * minute } = overrides;
  return chooseBySurplus(
    facts(charger),
    demand,
    pool,
    situation({
      settings: { importPenalty, minimumRun, minimumPause },
      step,
      surplus: [[0, pool.low, pool.high, isConfirmed]],
    }),
  );
}

const longAgo = { startedAt: start - 60 * minute, switchedAt: start - 60 * minute };

/** Six of them, the first so many minutes ago. */
const closings = (first: number) => [first, 50, 40, 30, 20, 10].map((age) => start - age * minute);

/** Sun and clouds of so many seconds each, in which a run loses more than it gains. */
const fastClouds = (seconds: number): Intermittency => ({
  good: { time: 0.1, ends: 360 / seconds, value: 100 },
  bad: { time: 0.1, ends: 360 / seconds, value: -800 },
  isGood: true,
});

/** Clouds that pass within a minute, after which the sun is worth 5 kW. */
const passingClouds: Intermittency = {
  good: { time: 0.2, ends: 6, value: 1_000 },
  bad: { time: 0.1, ends: 6, value: -100 },
  isGood: false,
};

describe("a paused charger", () => {
  test.each<[why: string, facts: Case, charges: boolean, regret: number]>([
    ["0.9 kW missed for 5 s are 1.3 Wh: it waits", { pool: even(1_150), step: 5 }, false, 1.28],
    ["missed value adds up", { pool: even(1_150), step: 5, charger: { regret: 2 } }, false, 3.28],
    ["not yet at 5 Wh", { pool: even(1_150), step: 5, charger: { regret: 3.7 } }, false, 4.98],
    ["5 Wh: start", { pool: even(1_150), step: 5, charger: { regret: 3.8 } }, true, 0],
    ["5 Wh, but unconfirmed: it waits", { pool: even(1_840), isConfirmed: false, charger: { regret: 4 } }, false, 5],
    ["import takes from it", { pool: even(0), charger: { regret: 4 } }, false, 0.17],
    ["it never falls below nothing", { pool: even(-3_000), charger: { regret: 1 } }, false, 0],
    ["half the minimum from the sun is worth nothing when even", { pool: even(690), charger: { regret: 4 } }, false, 4],
    [
      "the same is worth a start with a low import penalty",
      { pool: even(690), importPenalty: 0.25, charger: { regret: 4 } },
      true,
      0,
    ],
    ["the same is a loss with a high one", { pool: even(690), importPenalty: 10, charger: { regret: 4 } }, false, 0],
    ["no time has passed: nothing was missed", { pool: even(5_000), step: 0 }, false, 0],
    ["the minimum at least: starts without sun", { pool: even(-500), demand: sunAndMinimum }, true, 0],
    [
      "a pause that is too short goes on, and what is missed is kept",
      { pool: even(1_840), charger: { regret: 4, persistent: { pausedAt: start - 4 * minute } } },
      false,
      5,
    ],
    [
      "a pause that was long enough ends",
      { pool: even(1_840), charger: { regret: 4, persistent: { pausedAt: start - 5 * minute } } },
      true,
      0,
    ],
    [
      "a gap between clouds that a run would not outlast",
      { pool: even(1_840), charger: { regret: 4, learned: { sunIntermittency: fastClouds(60) } } },
      false,
      5,
    ],
    [
      "sun that lasts longer than a run, whatever clouds cost",
      { pool: even(1_840), charger: { regret: 4, learned: { sunIntermittency: fastClouds(3_600) } } },
      true,
      0,
    ],
    ["without a minimum run: starts in steady sun", { pool: even(8_700), minimumRun: 0 }, true, 0],
    [
      "without a minimum run: starts in any gap between clouds",
      { pool: even(1_840), minimumRun: 0, charger: { regret: 4, learned: { sunIntermittency: fastClouds(60) } } },
      true,
      0,
    ],
    ["without a minimum run: not before 5 Wh are missed", { pool: even(1_150), minimumRun: 0, step: 5 }, false, 1.28],
    ["without a minimum run: not without sun", { pool: even(500), minimumRun: 0, charger: { regret: 5 } }, false, 3.94],
    [
      "without a minimum pause: a pause ends at once",
      { pool: even(1_840), minimumPause: 0, charger: { regret: 4, persistent: { pausedAt: start } } },
      true,
      0,
    ],
    [
      "a contactor that closed six times within an hour rests, and what is missed is kept",
      { pool: even(1_840), charger: { regret: 4, closings: closings(59) } },
      false,
      5,
    ],
    [
      "a contactor that has rested may close again",
      { pool: even(1_840), charger: { regret: 4, closings: closings(60) } },
      true,
      0,
    ],
  ])("%s", (_why, facts, charges, regret) => {
    const { option, memory, reasons } = decide(facts);
    expect(option !== null).toBe(charges);
    expect(memory.regret).toBeCloseTo(regret, 1);
    expect(reasons).not.toEqual([]);
  });

  test("does not start without sun, however much was missed before", () => {
    expect(decide({ pool: even(-500), charger: { regret: 300 } }).option).toBeNull();
  });

  test.each<[why: string, pool: Pool, claim: number]>([
    ["keeps its minimum for itself while it would like to start", even(2_000), 1_380],
    ["leaves all to others while it would not", even(500), 0],
  ])("%s", (_why, pool, claim) => expect(decide({ pool }).claim).toBe(claim));
});

describe("a running charger", () => {
  const running = (more: FactOverrides = {}): FactOverrides => ({
    activeSetpoint: { current: 6 },
    persistent: longAgo,
    ...more,
  });

  test.each<[why: string, facts: Case, charges: boolean, regret: number]>([
    ["loses 1.4 kW for 10 s: 3.8 Wh", { pool: even(0), charger: running() }, true, 3.83],
    ["lost value adds up", { pool: even(0), charger: running({ regret: 10 }) }, true, 13.83],
    ["stops at 20 Wh", { pool: even(0), charger: running({ regret: 17 }) }, false, 0],
    [
      "not before the minimum run",
      { pool: even(0), charger: running({ regret: 17, persistent: { startedAt: start - 299_000 } }) },
      true,
      20.83,
    ],
    [
      "as soon as the minimum run is over",
      { pool: even(0), charger: running({ regret: 17, persistent: { startedAt: start - 300_000 } }) },
      false,
      0,
    ],
    ["sun makes up for what was lost", { pool: even(1_380), charger: running({ regret: 10 }) }, true, 6.17],
    [
      "with a low import penalty it loses slowly",
      { pool: even(0), importPenalty: 0.25, charger: running() },
      true,
      0.96,
    ],
    [
      "with a high one it stops soon",
      { pool: even(690), importPenalty: 10, charger: running({ regret: 5 }) },
      false,
      0,
    ],
    [
      "a cloud that will have passed before a pause is over",
      { pool: even(0), charger: running({ regret: 20, learned: { sunIntermittency: passingClouds } }) },
      true,
      23.83,
    ],
    [
      "without a minimum pause no cloud is waited for",
      {
        pool: even(0),
        minimumPause: 0,
        charger: running({ regret: 20, learned: { sunIntermittency: passingClouds } }),
      },
      false,
      0,
    ],
    [
      "without a minimum pause: not before 20 Wh are lost",
      { pool: even(0), minimumPause: 0, charger: running() },
      true,
      3.83,
    ],
    [
      "but not if it lasts and lasts",
      { pool: even(0), charger: running({ regret: 57, learned: { sunIntermittency: passingClouds } }) },
      false,
      0,
    ],
    [
      "the minimum at least: never stops for want of sun",
      { pool: even(-2_000), demand: sunAndMinimum, charger: running({ regret: 20 }) },
      true,
      23.83,
    ],
    [
      "an idle car: nothing is gained or lost",
      { pool: even(0), charger: running({ idle: true, regret: 20 }) },
      true,
      0,
    ],
    ["a cap below the minimum ends it", { pool: even(9_000), charger: running({ persistent: { cap: 5 } }) }, false, 0],
  ])("%s", (_why, facts, charges, regret) => {
    const { option, memory, reasons } = decide(facts);
    expect(option !== null).toBe(charges);
    expect(memory.regret).toBeCloseTo(regret, 1);
    expect(reasons).not.toEqual([]);
  });

  test("does not stop in the sun, however much was lost before", () => {
    expect(decide({ pool: even(3_000), charger: running({ regret: 100 }) }).option).not.toBeNull();
  });
});

test.each<[why: string, facts: Case, reason: Reason]>([
  ["too little", { pool: even(300) }, { code: "surplus-too-low", surplus: 300, needed: 690 }],
  [
    "too often",
    { pool: even(1_840), charger: { closings: closings(48) } },
    { code: "starts-too-often", surplus: 1_840, starts: 6, left: 12 * minute },
  ],
  ["enough, not for long", { pool: even(1_150), step: 5 }, { code: "surplus-too-new", surplus: 1_150, needed: 690 }],
  [
    "enough, but unconfirmed",
    { pool: even(1_840), isConfirmed: false, charger: { regret: 5 } },
    { code: "surplus-too-new", surplus: 1_840, needed: 690 },
  ],
  [
    "enough, but among clouds",
    { pool: even(1_840), charger: { regret: 5, learned: { sunIntermittency: fastClouds(60) } } },
    { code: "surplus-too-unsteady", surplus: 1_840, needed: 690 },
  ],
  [
    "a charge",
    { pool: even(2_300), charger: { activeSetpoint: { current: 6 }, persistent: longAgo } },
    { code: "surplus-used", surplus: 2_300 },
  ],
  [
    "a charge with nearly enough",
    { pool: even(1_000), charger: { activeSetpoint: { current: 6 }, persistent: longAgo } },
    { code: "surplus-covers-part", surplus: 1_000, needed: 690 },
  ],
  [
    "a charge with too little",
    { pool: even(500), charger: { activeSetpoint: { current: 6 }, persistent: longAgo } },
    { code: "surplus-below-need", surplus: 500, needed: 690 },
  ],
  [
    "a charge with too little for too long",
    { pool: even(0), charger: { activeSetpoint: { current: 6 }, persistent: longAgo, regret: 20 } },
    { code: "surplus-ended", surplus: 0, needed: 690 },
  ],
])("it says why, and what would change it: %s", (_why, facts, reason) =>
  expect(decide(facts).reasons).toEqual([reason]),
);
