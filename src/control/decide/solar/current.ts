/** The current that is worth most for a surplus, and for how it may move. */

import { floorTo } from "../../../model/rounding.js";

/** The possible setpoints on one number of phases. */
export interface CurrentRange {
  /** A per phase */
  readonly lowest: number;
  readonly highest: number;
  readonly step: number;
  /** W, on all used phases together, that one ampere of the setpoint draws */
  readonly wattsPerAmpere: number;
}

/** How the surplus may change until the next command takes effect. */
export interface Outlook {
  /** W, equally likely changes, ascending; empty: none are known. */
  readonly moves: readonly number[];
  /** It is constant. Then import would be certain, and none is accepted for part of a step. */
  readonly isSteady: boolean;
}

export const noOutlook: Outlook = { moves: [], isSteady: false };

/** Value in W of drawing `power` W from `surplus` W: solar power less λ times import. */
export function valueOf(power: number, surplus: number, importPenalty: number): number {
  const solar = Math.min(power, Math.max(0, surplus));
  return solar - importPenalty * (power - solar);
}

/** The mean value in W over the outlook. */
export function meanValue(power: number, surplus: number, { moves }: Outlook, importPenalty: number): number {
  if (moves.length === 0) return valueOf(power, surplus, importPenalty);
  const sum = moves.reduce((total, move) => total + valueOf(power, surplus + move, importPenalty), 0);
  return sum / moves.length;
}

/**
 * The possible setpoint with the highest mean value, in A; of two with the same value, the lower one. It is one of the
 * two around the power that the surplus exceeds with probability λ / (1 + λ) (the newsvendor's choice): there the
 * expected cost of importing a little more equals that of missing it.
 */
export function bestCurrent(surplus: number, range: CurrentRange, outlook: Outlook, importPenalty: number): number {
  const { lowest, highest, step, wattsPerAmpere } = range;
  const { moves, isSteady } = outlook;
  const exceeded = surplus + (moves[Math.floor(moves.length / (1 + importPenalty))] ?? moves.at(-1) ?? 0);
  const within = (current: number) => Math.min(highest, Math.max(lowest, current));
  const below = within(floorTo(exceeded / wattsPerAmpere, step));
  const above = isSteady ? below : within(floorTo(below + step, step));
  const value = (current: number) => meanValue(current * wattsPerAmpere, surplus, outlook, importPenalty);
  return value(above) > value(below) ? above : below;
}

/** The value of the best setpoint now, in W. */
export function bestValue(surplus: number, range: CurrentRange, importPenalty: number): number {
  return valueOf(bestCurrent(surplus, range, noOutlook, importPenalty) * range.wattsPerAmpere, surplus, importPenalty);
}
