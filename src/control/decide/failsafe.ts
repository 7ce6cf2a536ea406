/** The failsafe: no increase on doubtful data, and the failsafe current without data. */

import type { Problem, Reason } from "../../model/reasons.js";
import type { ChargerFacts } from "../estimate/situation.js";
import type { TestedTrust, Trust } from "../estimate/trust.js";
import { chargerSilence, freshForRaising, noticeableCurrent, wiringCheckPatience } from "../parameters.js";
import { atMost, type Setpoint } from "./setpoint.js";

/** What the failsafe depends on. */
export interface FailsafeFacts {
  readonly charger: Pick<ChargerFacts, "activeSetpoint" | "memory" | "settings">;
  /** ms since 1970 */
  readonly now: number;
  /** Trust in every input that this charger's current depends on. */
  readonly inputs: readonly Trust[];
  /** A per phase; 0 = pause */
  readonly failsafeCurrent: number;
}

export function applyFailsafe(setpoint: Setpoint, { charger, now, inputs, failsafeCurrent }: FailsafeFacts): Setpoint {
  const { activeSetpoint, memory, settings } = charger;
  const lost = inputs.find((trust) => trust.kind === "lost");
  if (lost) {
    const current = Math.min(setpoint.current, activeSetpoint.current, failsafeCurrent);
    return { current, phases: activeSetpoint.phases, reasons: [{ code: "failsafe", problem: lost.problem }] };
  }
  const wrong = inputs.find((trust) => trust.kind === "wrong");
  if (wrong) {
    const { problem } = wrong;
    const lowered = atMost(withoutIncrease(setpoint, activeSetpoint, problem), settings.minCurrent, problem);
    return { ...lowered, reasons: [problem] };
  }
  const tested = inputs.find((trust) => trust.kind === "tested");
  if (tested) setpoint = testWiring(setpoint, charger, now, tested);
  const doubted = inputs.find((trust) => trust.kind === "doubted");
  if (doubted) return withoutIncrease(setpoint, activeSetpoint, noIncrease(doubted.problem));
  const age = memory.at === null ? Infinity : now - memory.at;
  if (!memory.failing && age <= freshForRaising) return setpoint;
  const problem: Problem = { code: age > chargerSilence ? "charger-silent" : "charger-late" };
  return withoutIncrease(setpoint, activeSetpoint, noIncrease(problem));
}

/** Lowers the current once, and waits for the meter's response to that or to any other change since. */
function testWiring(
  setpoint: Setpoint,
  { activeSetpoint, memory, settings }: FailsafeFacts["charger"],
  now: number,
  { problem, since }: TestedTrust,
): Setpoint {
  const changedAt = memory.persistent.lastCommand?.at ?? 0;
  const hasChanged = changedAt >= since;
  if (hasChanged && now - changedAt < wiringCheckPatience)
    return withoutIncrease(setpoint, activeSetpoint, { code: "wiring-test-running", problem });
  const more = setpoint.current - activeSetpoint.current;
  if (hasChanged || activeSetpoint.current <= settings.minCurrent)
    return more > 0 && more < noticeableCurrent
      ? withoutIncrease(setpoint, activeSetpoint, { code: "wiring-test-small-increase", problem })
      : setpoint;
  return atMost(setpoint, settings.minCurrent, { code: "wiring-test", problem, current: settings.minCurrent });
}

/** Neither more current nor more phases than now. */
function withoutIncrease(
  setpoint: Setpoint,
  { current, phases }: ChargerFacts["activeSetpoint"],
  reason: Reason,
): Setpoint {
  const raisesPhases = setpoint.current > 0 && setpoint.phases > phases;
  if (raisesPhases) return { current: Math.min(setpoint.current, current), phases, reasons: [reason] };
  return atMost(setpoint, current, reason);
}

function noIncrease(problem: Problem): Reason {
  return { code: "no-increase", problem };
}
