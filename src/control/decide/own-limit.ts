/** The limit of charger, cable and owner, whatever the site could supply. */

import type { PhaseCount } from "../../model/phases.js";
import type { Reason } from "../../model/reasons.js";
import { floorTo } from "../../model/rounding.js";
import type { ChargerFacts } from "../estimate/situation.js";

export interface OwnLimit {
  /** A per phase, a multiple of the step; below the minimum: charging is not possible. */
  readonly current: number;
  /** Which of them is lowest. */
  readonly reason: Reason;
}

/** A, the least that a control pilot announces; cables are coded from 13 A on (IEC 61851-1). Less is no limit that is known. */
const leastLimit = 6;

/** @param voltage V, phase to neutral */
export function ownLimit(
  { settings, reading, persistent }: Pick<ChargerFacts, "settings" | "reading" | "persistent">,
  phases: PhaseCount,
  voltage: number,
): OwnLimit {
  let current = settings.maxCurrent;
  let reason: Reason = { code: "charger-limit", current };
  const inCharger = reading?.currentLimit ?? null;
  if (inCharger !== null && inCharger >= leastLimit && inCharger < current) {
    current = inCharger;
    reason = { code: "charger-own-limit", current: inCharger };
  }
  const cable = reading?.cableEncoding ?? 0;
  if (cable >= leastLimit && cable < current) {
    current = cable;
    reason = { code: "cable-limit", current: cable };
  }
  const { cap, powerLimit } = persistent;
  if (cap !== null && cap < current) {
    current = cap;
    reason = { code: "current-cap", current: cap };
  }
  if (powerLimit !== null && powerLimit / (phases * voltage) < current) {
    current = powerLimit / (phases * voltage);
    reason = { code: "power-cap", power: powerLimit };
  }
  return { current: floorTo(current, settings.step), reason };
}
