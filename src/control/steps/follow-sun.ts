/**
 * How one charger follows the sun. A plan is worth its solar energy, less λ times what it imports, less a price for
 * each start. Charging starts once the value missed by waiting exceeds that price, and stops once the value lost by
 * staying does (the ski-rental argument), so that neither clouds nor gaps between them wear out contactor and car.
 */

import type { PhaseCount } from "../../model/phases.js";
import { deadTime, phaseDwell, phaseSwitchPause, startPrice, sunRaise } from "../limits.js";
import type { ChargerFacts, Situation } from "../situation.js";
import { duration, watts } from "../words.js";
import type { Demand } from "./demand.js";
import { ownLimit } from "./own-limit.js";
import { bestCurrent, bestValue, type CurrentRange } from "./value.js";
import type { Wish } from "./wish.js";

/** Surplus that is there for a charger, in W. */
export interface Pool {
  /** It has been there for a while: to be raised into. */
  readonly lasting: number;
  /** At least and at most, by the newest reading. */
  readonly low: number;
  readonly high: number;
}

export interface SunWish {
  readonly wish: Wish;
  /** To be remembered: value missed by waiting or lost by staying, in Wh. */
  readonly regret: number;
  /** To be remembered: value missed by not using the other number of phases, in Wh. */
  readonly phaseRegret: number;
}

interface Option extends CurrentRange {
  readonly phases: PhaseCount;
}

export function followSun(charger: ChargerFacts, demand: Demand, pool: Pool, situation: Situation): SunWish {
  const options = phaseOptions(charger, situation).flatMap((phases) => optionWith(charger, phases, situation) ?? []);
  const [first, second] = options;
  if (first === undefined) {
    const { phases } = charger.holding;
    return settled({ current: 0, phases, reason: ownLimit(charger, phases, situation.voltage).reason });
  }
  const choice: Options = second === undefined ? [first] : [first, second];
  return charger.holding.current > 0
    ? keepOn(charger, demand, pool, situation, choice)
    : waitFor(charger, demand, pool, situation, choice);
}

/** Numbers of phases that may be used, the present one first. */
export function phaseOptions({ settings, lasting, holding }: ChargerFacts, { settings: site }: Situation) {
  if (site.phases === 1) return [1] as const;
  if (!settings.canSwitchPhases) return [holding.phases] as const;
  const wanted = lasting.phases ?? settings.phases;
  if (wanted !== "auto") return [wanted] as const;
  return holding.phases === 1 ? ([1, 3] as const) : ([3, 1] as const);
}

function optionWith(charger: ChargerFacts, phases: PhaseCount, { voltage }: Situation): Option | null {
  const { minCurrent, step } = charger.settings;
  const highest = ownLimit(charger, phases, voltage).current;
  if (highest < minCurrent) return null;
  const wattsPerAmpere = voltage * charger.activePhases(phases) * charger.greed;
  return { phases, lowest: minCurrent, highest, step, wattsPerAmpere };
}

/** The present number of phases, if it is possible, and the other one, if that is. */
type Options = readonly [Option, Option?];

function waitFor(
  charger: ChargerFacts,
  demand: Demand,
  pool: Pool,
  situation: Situation,
  [option, other = option]: Options,
): SunWish {
  const { importPenalty, minimumPause } = situation.settings;
  const worth = (each: Option) => bestValue(pool.low, each, importPenalty);
  const best = worth(other) > worth(option) ? other : option;
  const start = { current: best.lowest, phases: best.phases };
  if (demand.pull === "sun-and-minimum") return settled({ ...start, reason: demand.reason });

  const value = worth(best);
  const regret = between(0, charger.memory.regret + value * situation.hours, startPrice);
  const paused = { current: 0, phases: charger.holding.phases };
  const { pausedAt } = charger.lasting;
  const pauseLeft = pausedAt === null ? 0 : pausedAt + minimumPause - situation.now;
  if (value > 0 && pauseLeft > 0)
    return { wish: { ...paused, reason: `pauses for ${duration(pauseLeft)} more` }, regret, phaseRegret: 0 };
  if (value > 0 && regret >= startPrice) return settled({ ...start, reason: `${watts(pool.low)} of surplus` });
  const smallest = Math.min(...[option, other].map(({ lowest, wattsPerAmpere }) => lowest * wattsPerAmpere));
  const reason =
    value > 0
      ? `${watts(pool.low)} of surplus: starts if it stays`
      : `waits for ${watts(smallest)} of surplus, ${watts(Math.max(0, pool.low))} there`;
  return { wish: { ...paused, reason }, regret, phaseRegret: 0 };
}

function keepOn(charger: ChargerFacts, demand: Demand, pool: Pool, situation: Situation, options: Options): SunWish {
  const { importPenalty, minimumRun } = situation.settings;
  const { holding, memory, lasting } = charger;
  const [option, other] = options;
  const held = Math.min(option.highest, Math.max(option.lowest, holding.current));
  const up = bestCurrent(pool.lasting, option, importPenalty);
  const down = bestCurrent(pool.high, option, importPenalty);
  const settling = lasting.given !== null && situation.now - lasting.given.at < deadTime;
  const raised = settling ? held : Math.min(up, held + sunRaise);
  const current = up > held ? raised : Math.min(down, held);

  if (charger.idle) return settled({ current: option.lowest, phases: option.phases, reason: "the car takes nothing" });
  const surplus = (pool.low + pool.high) / 2;
  const value = bestValue(surplus, option, importPenalty);
  const regret = between(0, memory.regret - value * situation.hours, startPrice);
  const minimum = option.lowest * option.wattsPerAmpere;
  const missed = value < 0 && regret >= startPrice;
  if (demand.pull === "sun" && missed && situation.now - (lasting.startedAt ?? 0) >= minimumRun) {
    const reason = `${watts(Math.max(0, surplus))} of surplus for too long, ${watts(minimum)} needed`;
    return settled({ current: 0, phases: holding.phases, reason });
  }

  const gain = other === undefined ? 0 : gainOf(option, other, pool, importPenalty);
  const switchPrice = startPrice + (Math.max(0, value) * phaseSwitchPause) / 3_600_000;
  const phaseRegret = between(0, memory.phaseRegret + gain * situation.hours, switchPrice);
  const mayNotSwitch = situation.now - (lasting.switchedAt ?? 0) < phaseDwell;
  if (other && gain > 0 && phaseRegret >= switchPrice && !mayNotSwitch) {
    const reason = `${watts(surplus)} of surplus suit ${other.phases === 1 ? "one phase" : "three phases"} better`;
    return settled({ current: other.lowest, phases: other.phases, reason });
  }

  const reason =
    value >= 0 || demand.pull === "sun-and-minimum"
      ? `${watts(Math.max(0, surplus))} of surplus${surplus < minimum ? `, ${demand.reason || "nearly enough"}` : ""}`
      : `${watts(Math.max(0, surplus))} of surplus, ${watts(minimum)} needed: pauses if it stays so`;
  return { wish: { current, phases: option.phases, reason }, regret, phaseRegret };
}

/** W of value that the other number of phases would bring; more phases only count sun that has lasted. */
function gainOf(now: Option, other: Option, { lasting, low, high }: Pool, importPenalty: number): number {
  const seen = other.phases > now.phases ? lasting : (low + high) / 2;
  return bestValue(seen, other, importPenalty) - bestValue(seen, now, importPenalty);
}

function between(lowest: number, value: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}

function settled(wish: Wish): SunWish {
  return { wish, regret: 0, phaseRegret: 0 };
}
