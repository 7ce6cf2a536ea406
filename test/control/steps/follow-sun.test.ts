import { followSun, type Pool } from "../../../src/control/steps/follow-sun.js";
import type { Demand } from "../../../src/control/steps/demand.js";
import { facts, situation, type FactOverrides } from "../facts.js";
import { start } from "../support.js";

const sun: Demand = { pull: "sun", reason: "" };
const sunAndMinimum: Demand = { pull: "sun-and-minimum", reason: "the minimum at least" };
const minute = 60_000;

function even(power: number): Pool {
  return { lasting: power, low: power, high: power };
}

interface Case {
  readonly pool: Pool;
  readonly charger?: FactOverrides;
  readonly demand?: Demand;
  readonly importPenalty?: number;
  /** Seconds since the last pass. */
  readonly step?: number;
}

/** 5 minutes of minimum run and pause. */
function decide({ pool, charger = {}, demand = sun, importPenalty = 1, step = 10 }: Case) {
  return followSun(facts(charger), demand, pool, situation({ settings: { importPenalty }, step }));
}

const longAgo = { startedAt: start - 60 * minute, switchedAt: start - 60 * minute };

describe("a paused charger", () => {
  test.each<[why: string, facts: Case, current: number, regret: number]>([
    ["1.8 kW missed for 10 s are 5 Wh: it waits", { pool: even(1_840) }, 0, 5.11],
    ["missed value adds up", { pool: even(1_840), charger: { regret: 10 } }, 0, 15.1],
    ["not yet at 20 Wh", { pool: even(1_840), charger: { regret: 14.88 } }, 0, 19.99],
    ["20 Wh: start at the minimum", { pool: even(1_840), charger: { regret: 14.9 } }, 6, 0],
    ["import takes from it", { pool: even(0), charger: { regret: 10 } }, 0, 6.17],
    ["it never falls below nothing", { pool: even(-3_000), charger: { regret: 1 } }, 0, 0],
    ["half the minimum from the sun is worth nothing when even", { pool: even(690), charger: { regret: 15 } }, 0, 15],
    [
      "the same is worth a start to who imports readily",
      { pool: even(690), importPenalty: 0.25, charger: { regret: 19 } },
      6,
      0,
    ],
    ["the same is a loss to who wants sun only", { pool: even(690), importPenalty: 10, charger: { regret: 15 } }, 0, 0],
    [
      "the lower reading of the surplus counts",
      { pool: { lasting: 0, low: 690, high: 5_000 }, charger: { regret: 15 } },
      0,
      15,
    ],
    ["no time has passed: nothing was missed", { pool: even(5_000), step: 0 }, 0, 0],
    ["the minimum at least: starts without sun", { pool: even(-500), demand: sunAndMinimum }, 6, 0],
    [
      "a pause that is too short goes on, and what is missed is kept",
      { pool: even(1_840), charger: { regret: 10, lasting: { pausedAt: start - 4 * minute } } },
      0,
      15.1,
    ],
    [
      "a pause that was long enough ends",
      { pool: even(1_840), charger: { regret: 25, lasting: { pausedAt: start - 5 * minute } } },
      6,
      0,
    ],
  ])("%s", (_why, facts, current, regret) => {
    const decision = decide(facts);
    expect(decision.wish.current).toBe(current);
    expect(decision.regret).toBeCloseTo(regret, 1);
    expect(decision.wish.reason).not.toBe("");
  });

  test("does not start without sun, however much was missed before", () => {
    expect(decide({ pool: even(-500), charger: { regret: 300 } }).wish.current).toBe(0);
  });
});

describe("a running charger", () => {
  const running = (current: number, more: FactOverrides = {}): FactOverrides => ({
    settings: { maxCurrent: 32 },
    holding: { current },
    lasting: longAgo,
    ...more,
  });

  test.each<[why: string, facts: Case, current: number]>([
    ["goes on with what fits", { pool: even(2_300), charger: running(10) }, 10],
    ["rises into surplus that lasted", { pool: even(2_990), charger: running(10) }, 13],
    ["rises by at most 4 A", { pool: even(7_360), charger: running(10) }, 14],
    [
      "does not rise into what came just now",
      { pool: { lasting: 2_300, low: 7_000, high: 7_000 }, charger: running(10) },
      10,
    ],
    ["falls at once, by any amount", { pool: even(1_400), charger: running(32) }, 6],
    [
      "does not fall for what was lacking a while ago",
      { pool: { lasting: 0, low: 2_300, high: 2_300 }, charger: running(10) },
      10,
    ],
    [
      "does not fall while the meter may not show its last change",
      { pool: { lasting: 1_500, low: 1_500, high: 2_300 }, charger: running(10) },
      10,
    ],
    ["stays at the minimum for a while without sun", { pool: even(0), charger: running(10) }, 6],
    ["never above what it may take", { pool: even(9_000), charger: running(14, { settings: { maxCurrent: 16 } }) }, 16],
    ["comes down to a cap", { pool: even(9_000), charger: running(14, { lasting: { ...longAgo, cap: 8 } }) }, 8],
    ["an idle car is offered the minimum only", { pool: even(7_360), charger: running(16, { idle: true }) }, 6],
    [
      "a greedy car gets what makes it draw the surplus",
      { pool: even(2_300), charger: running(10, { greed: 1.07 }) },
      9,
    ],
    [
      "three phases share the surplus",
      { pool: even(6_900), charger: running(9, { holding: { current: 9, phases: 3 }, settings: { phases: 3 } }) },
      10,
    ],
    ["a cap below the minimum ends it", { pool: even(9_000), charger: running(10, { lasting: { cap: 5 } }) }, 0],
  ])("%s", (_why, facts, current) => expect(decide(facts).wish.current).toBe(current));

  test.each<[why: string, facts: Case, current: number, regret: number]>([
    ["loses 1.4 kW for 10 s: 3.8 Wh", { pool: even(0), charger: running(6) }, 6, 3.83],
    ["lost value adds up", { pool: even(0), charger: running(6, { regret: 10 }) }, 6, 13.83],
    ["stops at 20 Wh", { pool: even(0), charger: running(6, { regret: 17 }) }, 0, 0],
    [
      "not before the minimum run",
      { pool: even(0), charger: running(6, { regret: 17, lasting: { startedAt: start - 299_000 } }) },
      6,
      20,
    ],
    [
      "as soon as the minimum run is over",
      { pool: even(0), charger: running(6, { regret: 17, lasting: { startedAt: start - 300_000 } }) },
      0,
      0,
    ],
    ["sun makes up for what was lost", { pool: even(1_380), charger: running(6, { regret: 10 }) }, 6, 6.17],
    ["who imports readily loses slowly", { pool: even(0), importPenalty: 0.25, charger: running(6) }, 6, 0.96],
    ["who wants sun only stops soon", { pool: even(690), importPenalty: 10, charger: running(6, { regret: 5 }) }, 0, 0],
    [
      "the minimum at least: never stops for want of sun",
      { pool: even(-2_000), demand: sunAndMinimum, charger: running(6, { regret: 20 }) },
      6,
      20,
    ],
  ])("%s", (_why, facts, current, regret) => {
    const decision = decide(facts);
    expect(decision.wish.current).toBe(current);
    expect(decision.regret).toBeCloseTo(regret, 1);
    expect(decision.wish.reason).not.toBe("");
  });

  test("does not stop in the sun, however much was lost before", () => {
    expect(decide({ pool: even(3_000), charger: running(6, { regret: 100 }) }).wish.current).toBeGreaterThanOrEqual(6);
  });
});
