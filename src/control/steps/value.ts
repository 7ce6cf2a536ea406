/** What a current is worth when it is fed from this much surplus. */

import { floorTo } from "./own-limit.js";

/** Set-points that are possible, with what each ampere of them draws. */
export interface CurrentRange {
  /** A */
  readonly lowest: number;
  readonly highest: number;
  readonly step: number;
  /** W on all used phases together */
  readonly wattsPerAmpere: number;
}

/** Value of drawing this much from this surplus, in W of sun: what is imported costs λ times as much. */
export function valueOf(power: number, surplus: number, importPenalty: number): number {
  const solar = Math.min(power, Math.max(0, surplus));
  return solar - importPenalty * (power - solar);
}

/** The possible set-point that is worth most, in A; of two that are worth the same, the lower one. */
export function bestCurrent(surplus: number, range: CurrentRange, importPenalty: number): number {
  const { lowest, highest, step, wattsPerAmpere } = range;
  const within = (current: number) => Math.min(highest, Math.max(lowest, current));
  const below = within(floorTo(surplus / wattsPerAmpere, step));
  const above = within(floorTo(below + step, step));
  const value = (current: number) => valueOf(current * wattsPerAmpere, surplus, importPenalty);
  return value(above) > value(below) ? above : below;
}

/** What the best possible set-point is worth, in W of sun. */
export function bestValue(surplus: number, range: CurrentRange, importPenalty: number): number {
  return valueOf(bestCurrent(surplus, range, importPenalty) * range.wattsPerAmpere, surplus, importPenalty);
}
