/** Turns what is left of a wish into a set-point, and keeps pauses from being too short. */

import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { amperes, duration } from "../format.js";
import type { Setpoint } from "./setpoint.js";
import { floorTo } from "../../model/rounding.js";

export type SettleFacts = Pick<ChargerFacts, "settings" | "activeSetpoint" | "persistent">;

export function settle(
  setpoint: Setpoint,
  { settings, activeSetpoint, persistent }: SettleFacts,
  { now, settings: site }: Pick<Situation, "now" | "settings">,
): Setpoint {
  if (setpoint.current === 0) return setpoint;
  const current = floorTo(setpoint.current, settings.step);
  if (current < settings.minCurrent)
    return pause(activeSetpoint, `${setpoint.reason}; charging needs at least ${amperes(settings.minCurrent)}`);

  const pauseLeft = persistent.pausedAt === null ? 0 : persistent.pausedAt + site.minimumPause - now;
  if (activeSetpoint.current === 0 && pauseLeft > 0 && persistent.manual !== "start")
    return pause(activeSetpoint, `pauses for ${duration(pauseLeft)} more`);
  return { ...setpoint, current };
}

function pause({ phases }: SettleFacts["activeSetpoint"], reason: string): Setpoint {
  return { current: 0, phases, reason };
}
