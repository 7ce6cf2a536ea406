/**
 * How long after a charger's own word the meter shows what it draws: learnt by watching the meter's answer to our
 * own changes. It is what makes a slow meter harmless, since what it does not show yet is then counted, and not more.
 */

import type { ChargerMemory, Lag, LagMemory } from "./memory.js";

/** ms, lags that are told apart; finer where most meters are. */
const candidates = [
  ...Array.from({ length: 21 }, (_, second) => second),
  ...Array.from({ length: 10 }, (_, n) => 22 + 2 * n),
  ...Array.from({ length: 7 }, (_, n) => 45 + 5 * n),
].map((seconds) => seconds * 1_000);

/** ms, the longest lag that is looked for. */
export const longestLag = candidates.at(-1) ?? 0;

/** W by which a charger must have moved for the meter's answer to be told from the house's own noise. */
const noticeablePower = 400;

/** Share of what was seen before that still counts after one more change. */
const remembered = 0.97;

/** Share of a change that the meter must answer, and by which one lag must be better than another. */
const convincing = 0.5;
const distinct = 0.2;

/** A change of what the grid's meter shows. */
export interface MeterStep {
  /** ms since 1970, of the reading before and of this one */
  readonly from: number;
  readonly to: number;
  /** W */
  readonly change: number;
}

/** Takes what the meter just showed into what is known of the lag of the one charger that moved lately. */
export function learnLag({ lag: memory, draws }: Pick<ChargerMemory, "lag" | "draws">, step: MeterStep): LagMemory {
  const moves = candidates.map((lag) => powerAt(draws, step.to - lag) - powerAt(draws, step.from - lag));
  if (moves.every((move) => Math.abs(move) < noticeablePower)) return memory;
  // A change of the meter that is as large as the charger's fits by its square; one that is not by less, or against.
  const fit = moves.map(
    (move, i) => remembered * (memory.fit[i] ?? 0) + (move === 0 ? 0 : (2 * move - step.change) * step.change),
  );
  const own = moves.map((move, i) => remembered * (memory.own[i] ?? 0) + move ** 2);
  return { fit, own, lag: bestLag(fit, own) ?? memory.lag };
}

/** All lags that fit about as well as the best one; `null`: none convinces. */
function bestLag(fit: readonly number[], own: readonly number[]): Lag | null {
  const best = fit.reduce((index, value, i) => (value > (fit[index] ?? 0) ? i : index), 0);
  const [highest = 0, seen = 0] = [fit[best], own[best]];
  if (seen < noticeablePower ** 2 || highest < convincing * seen) return null;
  const near = candidates.filter((_, i) => (fit[i] ?? 0) >= highest - distinct * seen);
  return { from: near[0] ?? 0, to: near.at(-1) ?? 0 };
}

/** W that a charger said to draw at a time; before the first word of it that is kept, the first one. */
function powerAt(draws: ChargerMemory["draws"], time: number): number {
  return (draws.findLast(({ at }) => at <= time) ?? draws[0])?.power ?? 0;
}

/** Whether a charger has moved noticeably within the time in which a meter may still answer. */
export function hasMoved({ draws }: ChargerMemory, now: number): boolean {
  const from = draws.findLastIndex(({ at }) => at < now - longestLag);
  const powers = draws.slice(Math.max(0, from)).map(({ power }) => power);
  return Math.max(...powers) - Math.min(...powers) >= noticeablePower;
}
