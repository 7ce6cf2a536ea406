/** What the charger, its cable and its owner allow, whatever the house could give. */

import type { PhaseCount } from "../../model/phases.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { amperes, watts } from "../format.js";
import { floorTo } from "../../model/rounding.js";

export interface OwnLimit {
  /** A, highest set-point, a multiple of the step; below the minimum: charging is not possible. */
  readonly current: number;
  readonly reason: string;
}

/** Cables are coded from 13 A on (IEC 61851-1); smaller numbers mean that none is known. */
const smallestCable = 6;

export function ownLimit(
  { settings, reading, persistent }: Pick<ChargerFacts, "settings" | "reading" | "persistent">,
  phases: PhaseCount,
  voltage: number,
): OwnLimit {
  let current = settings.maxCurrent;
  let reason: string | null = null;
  const cable = reading?.cableEncoding ?? 0;
  if (cable >= smallestCable && cable < current) {
    current = cable;
    reason = `the cable carries ${amperes(cable)}`;
  }
  const { cap, powerLimit } = persistent;
  if (cap !== null && cap < current) {
    current = cap;
    reason = `capped at ${amperes(cap)} by hand`;
  }
  if (powerLimit !== null && powerLimit / (phases * voltage) < current) {
    current = powerLimit / (phases * voltage);
    reason = `capped at ${watts(powerLimit)} by hand`;
  }
  return { current: floorTo(current, settings.step), reason: reason ?? `${amperes(settings.maxCurrent)} at most` };
}
