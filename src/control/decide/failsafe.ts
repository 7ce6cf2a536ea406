/** A current is raised, and a charge goes on, only as far as the inputs can be trusted. */

import { answerPatience, chargerSilence, freshForRaising, noticeableCurrent } from "../parameters.js";
import type { ChargerFacts, Trust } from "../estimate/situation.js";
import { amperes } from "../format.js";
import { atMost, type Wish } from "./setpoint.js";

export interface SafetyFacts {
  readonly charger: Pick<ChargerFacts, "holding" | "memory" | "settings">;
  readonly now: number;
  /** Trust in every input that this charger's current depends on. */
  readonly inputs: readonly Trust[];
  /** A, 0 = pause */
  readonly failsafeCurrent: number;
}

export function failSafe(wish: Wish, { charger, now, inputs, failsafeCurrent }: SafetyFacts): Wish {
  const { holding, memory, settings } = charger;
  const lost = inputs.find(isLost);
  if (lost) {
    const current = Math.min(wish.current, holding.current, failsafeCurrent);
    return { current, phases: holding.phases, reason: `${lost.problem}: failsafe` };
  }
  const wrong = inputs.find(isWrong);
  if (wrong) return { ...atMost(heldBack(wish, holding, ""), settings.minCurrent, ""), reason: wrong.problem };
  const tested = inputs.find(isTested);
  if (tested) wish = testing(wish, charger, now, tested);
  const doubted = inputs.find(isDoubted);
  if (doubted) return heldBack(wish, holding, `${doubted.problem}: no increase`);
  if (memory.failing || now - memory.at > freshForRaising) return heldBack(wish, holding, silence(now - memory.at));
  return wish;
}

const isLost = ({ stay }: Trust) => !stay;
const isWrong = (trust: Trust) => trust.isWrong === true;
const isTested = ({ testedSince = null }: Trust) => testedSince !== null;
const isDoubted = ({ raise }: Trust) => !raise;

/** Lowers the current once, and waits for the meter's answer to that, or to any other change since that is noticed. */
function testing(
  wish: Wish,
  { holding, memory, settings }: SafetyFacts["charger"],
  now: number,
  { problem, testedSince }: Trust,
): Wish {
  const changedAt = memory.lasting.given?.at ?? 0;
  const hasChanged = changedAt >= (testedSince ?? 0);
  if (hasChanged && now - changedAt < answerPatience)
    return heldBack(wish, holding, `${problem}: waits for its answer`);
  const more = wish.current - holding.current;
  if (hasChanged || holding.current <= settings.minCurrent)
    return more > 0 && more < noticeableCurrent ? heldBack(wish, holding, `${problem}: no small increase`) : wish;
  return atMost(wish, settings.minCurrent, `${problem}: tries ${amperes(settings.minCurrent)}`);
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
