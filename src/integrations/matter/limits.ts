/** The limits that Matter has for a charger, and the one cap at the site that they come to. */

import type { CurrentRange } from "../../drivers/driver.js";

/** A per phase; `null`: none. */
export interface Limits {
  /** Of the last EnableCharging. */
  readonly command: number | null;
  /** UserMaximumChargeCurrent */
  readonly user: number | null;
}

export const noLimits: Limits = { command: null, user: null };

/** The cap at the site: the lower one, unless the charger gives no more anyway. */
export function capOf({ command, user }: Limits, { max }: CurrentRange): number | null {
  const lower = Math.min(command ?? Infinity, user ?? Infinity);
  return lower < max ? lower : null;
}

/** A cap that was set elsewhere is the user's: Matter knows no other. */
export function reconciled(limits: Limits, cap: number | null, range: CurrentRange): Limits {
  return capOf(limits, range) === cap ? limits : { command: null, user: cap };
}

/** A per phase that the charger offers at most: MaximumChargeCurrent of an enabled charger. */
export function highestOf(limits: Limits, range: CurrentRange, cable: number | null): number {
  return Math.min(capOf(limits, range) ?? range.max, cable ?? Infinity, range.max);
}

/**
 * A per phase, the user's maximum within what EnableCharging and the circuit allow (9.3.8.10). A higher one
 * stays stored, and holds once that much is enabled.
 */
export function userMaximumOf({ command, user }: Limits, minimum: number | null, range: CurrentRange): number {
  const highest = Math.min(command ?? range.max, range.max);
  return Math.min(Math.max(user ?? range.max, lowestOf(minimum, range)), highest);
}

/** A per phase that it offers at least. */
export function lowestOf(minimum: number | null, { min }: CurrentRange): number {
  return Math.max(minimum ?? min, min);
}
