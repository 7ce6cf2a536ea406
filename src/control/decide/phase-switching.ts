/** Which numbers of phases a charger may use, and how often they may change. */

import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { closingsWithin, mostClosings, phaseDwell } from "../parameters.js";

/** Whether the number of phases may change: not too soon after the last change, and not too often in an hour. */
export function maySwitchPhases(charger: ChargerFacts): boolean {
  return charger.now - (charger.persistent.switchedAt ?? 0) >= phaseDwell && contactorRest(charger) === 0;
}

/** ms for which its contactor must not close again in a solar mode, having closed too often in an hour; 0 = it may. */
export function contactorRest({ memory, now }: ChargerFacts): number {
  const first = memory.closings.at(-mostClosings);
  return first === undefined ? 0 : Math.max(0, first + closingsWithin - now);
}

/** The possible numbers of phases, the present one first. */
export function phaseOptions(
  { settings, persistent, reading, activeSetpoint }: ChargerFacts,
  { settings: site }: Situation,
) {
  if (site.phases === 1) return [1] as const;
  // It may have turned out only now that they can't be switched.
  if (!settings.canSwitchPhases) return [reading?.phases === 3 ? 3 : activeSetpoint.phases] as const;
  const wanted = persistent.phases ?? settings.phases;
  if (wanted !== "auto") return [wanted] as const;
  return activeSetpoint.phases === 1 ? ([1, 3] as const) : ([3, 1] as const);
}
