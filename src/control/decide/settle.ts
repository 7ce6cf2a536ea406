/** Whole steps, a pause instead of less than the minimum, and no pause shorter than the minimum pause. */

import type { Reason } from "../../model/reasons.js";
import { floorTo } from "../../model/rounding.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import type { Setpoint } from "./setpoint.js";

export type SettleFacts = Pick<ChargerFacts, "settings" | "activeSetpoint" | "persistent">;

export function settle(
  setpoint: Setpoint,
  { settings, activeSetpoint, persistent }: SettleFacts,
  { now, settings: site }: Pick<Situation, "now" | "settings">,
): Setpoint {
  if (setpoint.current === 0) return setpoint;
  const current = floorTo(setpoint.current, settings.step);
  if (current < settings.minCurrent)
    return pause(activeSetpoint, [...setpoint.reasons, { code: "below-minimum", current: settings.minCurrent }]);

  const pauseLeft = persistent.pausedAt === null ? 0 : persistent.pausedAt + site.minimumPause - now;
  if (activeSetpoint.current === 0 && pauseLeft > 0 && persistent.manual?.kind !== "start")
    return pause(activeSetpoint, [{ code: "minimum-pause", left: pauseLeft }]);
  return { ...setpoint, current };
}

function pause({ phases }: SettleFacts["activeSetpoint"], reasons: readonly Reason[]): Setpoint {
  return { current: 0, phases, reasons };
}
