import { floorTo } from "../../../model/rounding.js";

/** Set-points that are possible, with what each ampere of them draws. */
export interface CurrentRange {
  /** A */
  readonly lowest: number;
  readonly highest: number;
  readonly step: number;
  /** W on all used phases together */
  readonly wattsPerAmpere: number;
}

/** How the surplus may move until the next change of a current takes effect. */
export interface Outlook {
  /** W up or down, each as likely as the others, the lowest first; empty: it stays as it is. */
  readonly moves: readonly number[];
  /** It stands still. Then all import is certain, and none is risked for part of a step. */
  readonly isSteady: boolean;
}

export const noOutlook: Outlook = { moves: [], isSteady: false };

/** Value of drawing this much from this surplus, in W of sun: what is imported costs λ times as much. */
export function valueOf(power: number, surplus: number, importPenalty: number): number {
  const solar = Math.min(power, Math.max(0, surplus));
  return solar - importPenalty * (power - solar);
}

/** The mean of what it may be worth. */
export function meanValue(power: number, surplus: number, { moves }: Outlook, importPenalty: number): number {
  if (moves.length === 0) return valueOf(power, surplus, importPenalty);
  const sum = moves.reduce((total, move) => total + valueOf(power, surplus + move, importPenalty), 0);
  return sum / moves.length;
}

/**
 * The possible set-point whose value may be expected to be highest, in A; of two that are worth the same, the lower
 * one. It is one of the two around the power that the sun tops with a probability of λ / (1 + λ) (the newsvendor's
 * choice): there a little more is as likely to be imported, at that price, as to be missed.
 */
export function bestCurrent(surplus: number, range: CurrentRange, outlook: Outlook, importPenalty: number): number {
  const { lowest, highest, step, wattsPerAmpere } = range;
  const { moves, isSteady } = outlook;
  const topped = surplus + (moves[Math.floor(moves.length / (1 + importPenalty))] ?? moves.at(-1) ?? 0);
  const within = (current: number) => Math.min(highest, Math.max(lowest, current));
  const below = within(floorTo(topped / wattsPerAmpere, step));
  const above = isSteady ? below : within(floorTo(below + step, step));
  const value = (current: number) => meanValue(current * wattsPerAmpere, surplus, outlook, importPenalty);
  return value(above) > value(below) ? above : below;
}

/** What the best possible set-point is worth now, in W of sun. */
export function bestValue(surplus: number, range: CurrentRange, importPenalty: number): number {
  return valueOf(bestCurrent(surplus, range, noOutlook, importPenalty) * range.wattsPerAmpere, surplus, importPenalty);
}
