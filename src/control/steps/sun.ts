/** Shares out the sun's surplus: who is served first, and what is left for the next. */

import { surplusMemory } from "../limits.js";
import { powerNow, type ChargerFacts, type Situation } from "../situation.js";
import type { Demand } from "./demand.js";
import { followSun, type Pool, type SunWish } from "./follow-sun.js";

/** A charger that asks for the sun, and how. */
export interface SunAsker {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
}

/** The wish of each asker, by its name. The charger of higher priority takes first. */
export function shareSun(situation: Situation, askers: readonly SunAsker[]): ReadonlyMap<string, SunWish> {
  const wishes = new Map<string, SunWish>();
  let pool = poolOf(situation);
  for (const { charger, demand } of [...askers].sort(byPriority)) {
    const sunWish = pool === null ? hold(charger, demand) : followSun(charger, demand, pool, situation);
    wishes.set(charger.settings.name, sunWish);
    if (pool !== null) pool = less(pool, takenBy(charger, sunWish, situation.voltage));
  }
  return wishes;
}

function byPriority(a: SunAsker, b: SunAsker): number {
  return b.charger.settings.priority - a.charger.settings.priority;
}

/**
 * What has lasted is what was seen at most in all of the last seconds, so that our own changes, which first show
 * later, don't look like clouds. `null`: nothing is known of the surplus.
 */
function poolOf({ memory, now }: Situation): Pool | null {
  const newest = memory.surplus.at(-1);
  if (newest === undefined) return null;
  const lately = memory.surplus.filter(({ at }) => at >= now - surplusMemory).map(({ high }) => high);
  return { lasting: Math.min(...lately, newest.low), low: newest.low, high: newest.high };
}

function less(pool: Pool, power: number): Pool {
  return { lasting: pool.lasting - power, low: pool.low - power, high: pool.high - power };
}

/** W that a charger takes out of the pool: what it is offered, unless its car has shown that it takes nothing. */
function takenBy(charger: ChargerFacts, { wish }: SunWish, voltage: number): number {
  if (wish.current === 0 || !charger.plugged) return 0;
  return charger.idle ? powerNow(charger) : wish.current * voltage * charger.activePhases(wish.phases) * charger.greed;
}

/** Without any word of a meter nothing changes here; the safety step says how far to fall. */
function hold({ holding, settings }: ChargerFacts, { pull }: Demand): SunWish {
  const current = pull === "sun-and-minimum" ? Math.max(holding.current, settings.minCurrent) : holding.current;
  return {
    wish: { current, phases: holding.phases, reason: "no meter tells the surplus" },
    regret: 0,
    phaseRegret: 0,
  };
}
