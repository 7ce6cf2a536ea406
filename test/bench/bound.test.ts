/** The clairvoyant bound against all plans there are, on days that are short enough to try them all. */

import { clairvoyant, rewardsOf, type Rewards } from "../../bench/ground/bound.js";
import { startPrice, valueOf, type Score } from "../../bench/ground/score.js";
import { seededRandom } from "../../src/simulator/house/random.js";

interface Problem {
  readonly modes: readonly Rewards[];
  readonly minimumRun: number;
  readonly switchPause: number;
}

/** The most that any sequence of off, modes and pauses between modes earns, in Wh. */
function bestOfAll({ modes, minimumRun, switchPause }: Problem): number {
  const length = modes[0]?.value.length ?? 0;
  const from = (step: number, mode: number, age: number): number => {
    if (step >= length) return 0;
    const plans: number[] = [];
    if (mode < 0) {
      plans.push(from(step + 1, -1, 0));
      modes.forEach(({ value }, next) => plans.push((value[step] ?? 0) - startPrice + from(step + 1, next, 1)));
    } else {
      plans.push((modes[mode]?.value[step] ?? 0) + from(step + 1, mode, age + 1));
      if (age >= minimumRun) plans.push(from(step + 1, -1, 0));
      modes.forEach(({ value }, next) => {
        if (next === mode) return;
        const then = step + switchPause;
        if (then < length) plans.push((value[then] ?? 0) - startPrice + from(then + 1, next, age + switchPause + 1));
      });
    }
    return Math.max(...plans);
  };
  return from(0, -1, 0);
}

function randomProblem(seed: number, modes: number, minimumRun: number, switchPause: number): Problem {
  const random = seededRandom(seed);
  const length = 9;
  const rewards = (): Rewards => {
    const value = Float64Array.from({ length }, () => 120 * random() - 60);
    return { value, solar: value.map((each) => Math.max(0, each)), imported: value.map((each) => Math.max(0, -each)) };
  };
  return { modes: Array.from({ length: modes }, rewards), minimumRun, switchPause };
}

/** With the rewards of random problems, solar − import is the value. */
function worth(score: Score): number {
  return 1_000 * valueOf(score, 1);
}

describe.each([
  [1, 1, 0],
  [1, 4, 0],
  [2, 1, 0],
  [2, 3, 0],
  [2, 3, 1],
  [2, 4, 2],
])("%i numbers of phases, runs of at least %i steps, %i steps to switch", (modes, minimumRun, switchPause) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("finds the best of all plans (seed %i)", (seed) => {
    const problem = randomProblem(seed, modes, minimumRun, switchPause);
    expect(worth(clairvoyant(problem).score)).toBeCloseTo(bestOfAll(problem), 6);
  });
});

test("its schedule is that of its score", () => {
  const { modes, ...limits } = randomProblem(3, 2, 2, 1);
  const { score, schedule } = clairvoyant({ modes, ...limits });
  const solar = [...schedule].reduce((sum, mode, step) => sum + (modes[mode]?.solar[step] ?? 0), 0);
  expect(solar).toBeCloseTo(score.solar, 6);
  const starts = [...schedule].filter((mode, step) => mode >= 0 && (schedule[step - 1] ?? -1) < 0);
  expect(starts.length).toBeGreaterThanOrEqual(score.starts);
});

describe("what a step brings", () => {
  const step = { step: 2, importPenalty: 1 };
  const levels = [1_380, 1_610, 1_840];

  test.each<[why: string, surplus: readonly number[], solar: number, imported: number]>([
    ["the level that the sun just fills", [1_610, 1_610], 1_610, 0],
    ["a little import for more sun, where that is worth more", [1_800, 1_800], 1_800, 40],
    ["second by second: what one exports the other can't use", [1_500, 1_700], 1_555, 55],
    ["no sun: the least that can be imported", [-500, -500], 0, 1_380],
  ])("%s", (_why, surplus, solar, imported) => {
    const rewards = rewardsOf(Float64Array.from(surplus), levels, step);
    expect(rewards.solar[0]).toBeCloseTo((solar * 2) / 3_600, 6);
    expect(rewards.imported[0]).toBeCloseTo((imported * 2) / 3_600, 6);
  });
});
