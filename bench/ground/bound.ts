/**
 * The clairvoyant bound: the exact optimum of a day that is known in advance, by dynamic programming
 * over time. No controller with the same levels, tick and minimum run can exceed it.
 */

import { noScore, startPrice, type Score } from "./score.js";

/** The result of each step with one number of phases, at its best level. In Wh. */
export interface Rewards {
  readonly value: Float64Array;
  readonly solar: Float64Array;
  readonly imported: Float64Array;
}

export interface BoundProblem {
  /** One entry for each number of phases. */
  readonly modes: readonly Rewards[];
  /** Minimum steps of a run, unless the day ends before. */
  readonly minimumRun: number;
  /** Steps without current while the number of phases changes. */
  readonly switchPause: number;
}

export interface Optimum {
  readonly score: Score;
  /** For each step the mode in which it charges; −1: it does not. */
  readonly schedule: Int8Array;
}

export interface RewardOptions {
  /** s */
  readonly step: number;
  /** λ */
  readonly importPenalty: number;
  /**
   * Age of the newest reading in s at the beginning of a step. With it, the level is the best one for that
   * reading; without, for the actual surplus of the step.
   */
  readonly late?: number;
}

/**
 * The result of the best level in each step of a day.
 * @param surplus W, one for each second
 * @param levels W that the car may draw
 */
export function rewardsOf(
  surplus: Float64Array,
  levels: readonly number[],
  { step, importPenalty, late }: RewardOptions,
): Rewards {
  const length = Math.floor(surplus.length / step);
  const rewards = {
    value: new Float64Array(length),
    solar: new Float64Array(length),
    imported: new Float64Array(length),
  };
  /** Ws */
  const solarFor = (level: number, from: number, to: number) => {
    let solar = 0;
    for (let second = from; second < to; second++) solar += Math.min(level, Math.max(0, surplus[second] ?? 0));
    return solar;
  };
  for (let i = 0; i < length; i++) {
    const [from, to] = [i * step, (i + 1) * step];
    const seen = Math.max(0, from - (late ?? 0));
    let chosen = 0;
    let best = -Infinity;
    for (const level of levels) {
      const solar = late === undefined ? solarFor(level, from, to) / step : solarFor(level, seen, seen + 1);
      const value = solar - importPenalty * (level - solar);
      if (value <= best) continue;
      best = value;
      chosen = level;
    }
    const solar = solarFor(chosen, from, to);
    const imported = chosen * step - solar;
    rewards.value[i] = (solar - importPenalty * imported) / 3_600;
    rewards.solar[i] = solar / 3_600;
    rewards.imported[i] = imported / 3_600;
  }
  return rewards;
}

/**
 * States are off, and for each mode the steps that the run has lasted, up to the minimum. `values` is the maximum that
 * can have been earned up to each state at each step, `origins` the state before it.
 */
export function clairvoyant({ modes, minimumRun, switchPause }: BoundProblem): Optimum {
  const length = modes[0]?.value.length ?? 0;
  const ages = Math.max(1, minimumRun);
  const states = 1 + modes.length * ages;
  const on = (mode: number, age: number) => 1 + mode * ages + Math.min(age, ages) - 1;
  const values = new Float64Array((length + 1) * states).fill(-Infinity);
  const origins = new Int32Array((length + 1) * states).fill(-1);
  const reach = (step: number, state: number, value: number, origin: number) => {
    const place = step * states + state;
    if (value <= (values[place] ?? 0)) return;
    values[place] = value;
    origins[place] = origin;
  };
  const eachRun = (visit: (mode: number, age: number) => void) => {
    for (let mode = 0; mode < modes.length; mode++) for (let age = 1; age <= ages; age++) visit(mode, age);
  };
  values[0] = 0;
  for (let step = 0; step < length; step++) {
    const off = step * states;
    const without = values[off] ?? 0;
    reach(step + 1, 0, without, off);
    modes.forEach(({ value }, mode) => reach(step + 1, on(mode, 1), without - startPrice + (value[step] ?? 0), off));
    eachRun((mode, age) => {
      const earned = values[off + on(mode, age)] ?? 0;
      if (earned === -Infinity || step + switchPause > length) return;
      for (let other = 0; other < modes.length; other++)
        if (other !== mode)
          reach(step + switchPause, on(other, age + switchPause), earned - startPrice, off + on(mode, age));
    });
    eachRun((mode, age) => {
      const earned = values[off + on(mode, age)] ?? 0;
      if (earned === -Infinity) return;
      reach(step + 1, on(mode, age + 1), earned + (modes[mode]?.value[step] ?? 0), off + on(mode, age));
      if (age === ages) reach(step + 1, 0, earned, off + on(mode, age));
    });
  }
  let end = length * states;
  for (let place = end; place < values.length; place++) if ((values[place] ?? 0) > (values[end] ?? 0)) end = place;
  return scheduleTo(end, { modes, states, ages, origins });
}

/** Traces the optimal schedule back from its end. */
function scheduleTo(
  end: number,
  {
    modes,
    states,
    ages,
    origins,
  }: {
    readonly modes: readonly Rewards[];
    readonly states: number;
    readonly ages: number;
    readonly origins: Int32Array;
  },
): Optimum {
  const schedule = new Int8Array(Math.floor(end / states)).fill(-1);
  const score = { ...noScore };
  const modeOf = (place: number) => Math.floor((place % states) - 1) / ages;
  for (let place = end, origin = origins[place] ?? -1; origin >= 0; place = origin, origin = origins[place] ?? -1) {
    const [before, after] = [Math.floor(modeOf(origin)), Math.floor(modeOf(place))];
    const step = Math.floor(origin / states);
    if (after < 0) continue;
    if (before >= 0 && before !== after) {
      score.switches += 1;
      continue;
    }
    if (before < 0) score.starts += 1;
    schedule[step] = after;
    score.solar += modes[after]?.solar[step] ?? 0;
    score.imported += modes[after]?.imported[step] ?? 0;
  }
  return { score, schedule };
}
