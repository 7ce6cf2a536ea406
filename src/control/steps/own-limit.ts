/** What the charger, its cable and its owner allow, whatever the house could give. */

import type { PhaseCount } from "../../model/phases.js";
import type { ChargerFacts } from "../situation.js";
import { amperes, watts } from "../words.js";

export interface OwnLimit {
  /** A, highest set-point, a multiple of the step; below the minimum: charging is not possible. */
  readonly current: number;
  readonly reason: string;
}

/** Cables are coded from 13 A on (IEC 61851-1); smaller numbers mean that none is known. */
const smallestCable = 6;

export function ownLimit(
  { settings, reading, lasting }: Pick<ChargerFacts, "settings" | "reading" | "lasting">,
  phases: PhaseCount,
  voltage: number,
): OwnLimit {
  const cable = reading?.cableEncoding ?? 0;
  const limits: OwnLimit[] = [{ current: settings.maxCurrent, reason: `${amperes(settings.maxCurrent)} at most` }];
  if (cable >= smallestCable) limits.push({ current: cable, reason: `the cable carries ${amperes(cable)}` });
  if (lasting.cap !== null) limits.push({ current: lasting.cap, reason: `capped at ${amperes(lasting.cap)} by hand` });
  if (lasting.powerLimit !== null)
    limits.push({
      current: lasting.powerLimit / (phases * voltage),
      reason: `capped at ${watts(lasting.powerLimit)} by hand`,
    });
  const tightest = limits.reduce((least, limit) => (limit.current < least.current ? limit : least));
  return { ...tightest, current: floorTo(tightest.current, settings.step) };
}

/** The highest multiple of the step that is not above the current. Forgives what floating point adds or takes. */
export function floorTo(current: number, step: number): number {
  return Math.round(Math.floor(current / step + 1e-9) * step * 1_000) / 1_000;
}

/** The lowest multiple of the step that is not below the current. */
export function ceilTo(current: number, step: number): number {
  return Number((Math.ceil(current / step - 1e-9) * step).toFixed(3));
}
