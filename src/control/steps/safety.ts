/** Last step: a current is raised, and a charge goes on, only as far as the inputs can be trusted. */

import { chargerSilence, freshForRaising } from "../limits.js";
import type { ChargerFacts, Trust } from "../situation.js";
import { atMost, type Wish } from "./wish.js";

export interface SafetyFacts {
  readonly charger: Pick<ChargerFacts, "holding" | "memory">;
  readonly now: number;
  /** Trust in every input that this charger's current depends on. */
  readonly inputs: readonly Trust[];
  /** A, 0 = pause */
  readonly failsafeCurrent: number;
}

export function failSafe(wish: Wish, { charger, now, inputs, failsafeCurrent }: SafetyFacts): Wish {
  const { holding, memory } = charger;
  const lost = inputs.find(({ stay }) => !stay);
  if (lost) {
    const current = Math.min(holding.current, failsafeCurrent);
    return atMost({ ...wish, phases: holding.phases }, current, `${lost.problem}: failsafe`);
  }
  const doubted = inputs.find(({ raise }) => !raise);
  if (doubted) return heldBack(wish, holding, `${doubted.problem}: no increase`);
  if (memory.failing || now - memory.at > freshForRaising) return heldBack(wish, holding, silence(now - memory.at));
  return wish;
}

/** Neither more current nor more phases than now. */
function heldBack(wish: Wish, { current, phases }: ChargerFacts["holding"], reason: string): Wish {
  const raisesPhases = wish.current > 0 && wish.phases > phases;
  if (raisesPhases) return { current: Math.min(wish.current, current), phases, reason };
  return atMost(wish, current, reason);
}

function silence(age: number): string {
  const silent = age > chargerSilence ? "the charger does not answer" : "the charger's last answer is missing";
  return `${silent}: no increase`;
}
