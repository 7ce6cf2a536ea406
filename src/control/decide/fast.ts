/** The setpoints for the demands `fast` and `fixed`. */

import type { PhaseCount } from "../../model/phases.js";
import type { Reason } from "../../model/reasons.js";
import type { Headrooms } from "../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { ownLimit } from "./own-limit.js";
import { maySwitchPhases, phaseOptions } from "./phase-switching.js";
import type { Setpoint } from "./setpoint.js";

/** All current within its own limit, on as many phases as it may use and as have headroom for its minimum. */
export function fastSetpoint(
  charger: ChargerFacts,
  reason: Reason,
  situation: Situation,
  headrooms: Headrooms,
): Setpoint {
  const [first, other] = phaseOptions(charger, situation);
  const phases = other === undefined ? first : bestOf([first, other], charger, situation, headrooms);
  const limit = ownLimit(charger, phases, situation.voltage);
  const { current } = limit;
  return { current, phases, reasons: [current < charger.settings.maxCurrent ? limit.reason : reason] };
}

function bestOf(
  options: readonly PhaseCount[],
  charger: ChargerFacts,
  situation: Situation,
  headrooms: Headrooms,
): PhaseCount {
  const { activeSetpoint, settings } = charger;
  const isPossible = (phases: PhaseCount) =>
    ownLimit(charger, phases, situation.voltage).current >= settings.minCurrent;
  const possible = options.filter(isPossible);
  if (possible.length === 0) return activeSetpoint.phases;
  const fitting = possible.filter((phases) => hasHeadroom(charger, phases, situation, headrooms));
  const mayNotSwitch = activeSetpoint.current > 0 && !maySwitchPhases(charger);
  const mayStay =
    possible.includes(activeSetpoint.phases) && (fitting.includes(activeSetpoint.phases) || fitting.length === 0);
  if (mayNotSwitch && mayStay) return activeSetpoint.phases;
  return (fitting.length > 0 ? fitting : possible).includes(3) ? 3 : 1;
}

/** This current within its own limit, on the present number of phases where that is possible. */
export function fixedSetpoint(charger: ChargerFacts, current: number, reason: Reason, situation: Situation): Setpoint {
  const [phases] = phaseOptions(charger, situation);
  const limit = ownLimit(charger, phases, situation.voltage);
  return current > limit.current
    ? { current: limit.current, phases, reasons: [limit.reason] }
    : { current, phases, reasons: [reason] };
}

/** Whether there is headroom for the minimum, which must have lasted on phases that it does not load yet. */
function hasHeadroom(charger: ChargerFacts, phases: PhaseCount, situation: Situation, headrooms: Headrooms): boolean {
  const { minCurrent } = charger.settings;
  const { powerLimit } = situation.memory;
  if (powerLimit !== null && minCurrent * phases * situation.voltage > powerLimit) return false;
  const held = charger.activeSetpoint.current > 0 ? charger.loads(charger.activeSetpoint.phases) : [];
  return headrooms
    .of(charger.settings)
    .every(({ toStay, toRaise }) =>
      charger.loads(phases).every((i) => (held.includes(i) ? toStay : toRaise)[i] >= minCurrent),
    );
}
