/** Samples of the last minutes, oldest first: how long they are kept, and how close together. */

import { deadTime, headroomMemory, lagSearch } from "../parameters.js";

/** ms; older samples play no part in any decision. */
const historyKept = Math.max(headroomMemory, lagSearch) + 2 * deadTime;

interface Sample {
  /** ms since 1970 */
  readonly at: number;
}

/** The samples younger than the history's length, and the newest of the older ones. */
export function recent<T extends Sample>(history: readonly T[], now: number): readonly T[] {
  const first = history.findIndex(({ at }) => at >= now - historyKept);
  if (first < 0) return history.slice(-1);
  return first <= 1 ? history : history.slice(first - 1);
}

/** Drops the newest sample if it follows the one before by less than `spacing` ms, to be replaced by a newer one. */
export function spaced<T extends Sample>(history: readonly T[], spacing: number): readonly T[] {
  const [before, last] = [history.at(-2), history.at(-1)];
  const isCrowded = before !== undefined && last !== undefined && last.at - before.at < spacing;
  return isCrowded ? history.slice(0, -1) : history;
}
