/** Samples of the last minutes, oldest first: how long they are kept, and how close together. */

import { deadTime, headroomMemory, lagSearch } from "../parameters.js";

/** What chargers and circuits did before that has no part in any decision. */
const historyKept = Math.max(headroomMemory, lagSearch) + 2 * deadTime;

interface Sample {
  readonly at: number;
}

/** Keeps what is younger than the history's length, and the newest before that. */
export function recent<T extends Sample>(history: readonly T[], now: number): readonly T[] {
  const first = history.findIndex(({ at }) => at >= now - historyKept);
  if (first < 0) return history.slice(-1);
  return first <= 1 ? history : history.slice(first - 1);
}

/** Without the newest sample, if the one before it is nearer than this, in ms: a newer one takes its place. */
export function spaced<T extends Sample>(history: readonly T[], spacing: number): readonly T[] {
  const [before, last] = [history.at(-2), history.at(-1)];
  const isCrowded = before !== undefined && last !== undefined && last.at - before.at < spacing;
  return isCrowded ? history.slice(0, -1) : history;
}
