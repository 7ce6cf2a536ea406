/** A current is raised, and a charge goes on, only as far as the inputs can be trusted. */

import { wiringCheckPatience, chargerSilence, freshForRaising, noticeableCurrent } from "../parameters.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { amperes } from "../format.js";
import { atMost, type Setpoint } from "./setpoint.js";
import type { Trust } from "../estimate/trust.js";

export interface FailsafeFacts {
  readonly charger: Pick<ChargerFacts, "activeSetpoint" | "memory" | "settings">;
  readonly now: number;
  /** Trust in every input that this charger's current depends on. */
  readonly inputs: readonly Trust[];
  /** A, 0 = pause */
  readonly failsafeCurrent: number;
}

export function applyFailsafe(setpoint: Setpoint, { charger, now, inputs, failsafeCurrent }: FailsafeFacts): Setpoint {
  const { activeSetpoint, memory, settings } = charger;
  const lost = inputs.find(isLost);
  if (lost) {
    const current = Math.min(setpoint.current, activeSetpoint.current, failsafeCurrent);
    return { current, phases: activeSetpoint.phases, reason: `${lost.problem}: failsafe` };
  }
  const wrong = inputs.find(isWrong);
  if (wrong)
    return { ...atMost(withoutIncrease(setpoint, activeSetpoint, ""), settings.minCurrent, ""), reason: wrong.problem };
  const tested = inputs.find(isTested);
  if (tested) setpoint = testWiring(setpoint, charger, now, tested);
  const doubted = inputs.find(isDoubted);
  if (doubted) return withoutIncrease(setpoint, activeSetpoint, `${doubted.problem}: no increase`);
  const age = memory.at === null ? Infinity : now - memory.at;
  if (memory.failing || age > freshForRaising) return withoutIncrease(setpoint, activeSetpoint, silence(age));
  return setpoint;
}

const isLost = ({ stay }: Trust) => !stay;
const isWrong = (trust: Trust) => trust.isWrong === true;
const isTested = ({ testedSince = null }: Trust) => testedSince !== null;
const isDoubted = ({ raise }: Trust) => !raise;

/** Lowers the current once, and waits for the meter's answer to that, or to any other change since that is noticed. */
function testWiring(
  setpoint: Setpoint,
  { activeSetpoint, memory, settings }: FailsafeFacts["charger"],
  now: number,
  { problem, testedSince }: Trust,
): Setpoint {
  const changedAt = memory.persistent.lastCommand?.at ?? 0;
  const hasChanged = changedAt >= (testedSince ?? 0);
  if (hasChanged && now - changedAt < wiringCheckPatience)
    return withoutIncrease(setpoint, activeSetpoint, `${problem}: waits for its answer`);
  const more = setpoint.current - activeSetpoint.current;
  if (hasChanged || activeSetpoint.current <= settings.minCurrent)
    return more > 0 && more < noticeableCurrent
      ? withoutIncrease(setpoint, activeSetpoint, `${problem}: no small increase`)
      : setpoint;
  return atMost(setpoint, settings.minCurrent, `${problem}: tries ${amperes(settings.minCurrent)}`);
}

/** Neither more current nor more phases than now. */
function withoutIncrease(
  setpoint: Setpoint,
  { current, phases }: ChargerFacts["activeSetpoint"],
  reason: string,
): Setpoint {
  const raisesPhases = setpoint.current > 0 && setpoint.phases > phases;
  if (raisesPhases) return { current: Math.min(setpoint.current, current), phases, reason };
  return atMost(setpoint, current, reason);
}

function silence(age: number): string {
  const silent = age > chargerSilence ? "the charger does not answer" : "the charger's last answer is missing";
  return `${silent}: no increase`;
}
