/** Learns by how much the grid's meter is later than a charger's own reports: by which lag their changes fit best. */

import type { DrawSample } from "../observe/charger-draw.js";

/** ms from a charger's own report to what the grid's meter shows of it: at least, and at most. Never negative. */
export interface Lag {
  readonly from: number;
  readonly to: number;
}

export interface LagMemory {
  /** For each candidate, W²: how well it explains the meter's changes, and the own changes that it had to explain. */
  readonly fit: readonly number[];
  readonly own: readonly number[];
  /** `null`: not known yet. */
  readonly lag: Lag | null;
}

export const noLagMemory: LagMemory = { fit: [], own: [], lag: null };

/** What is remembered of the charger whose draw changed. */
export interface Moves {
  readonly lag: LagMemory;
  readonly draws: readonly DrawSample[];
}

/** A change of what the grid's meter shows, from one reading to the next. */
export interface MeterStep {
  /** ms since 1970 */
  readonly from: number;
  readonly to: number;
  /** W */
  readonly change: number;
}

/** ms, negative lags: the meter is quicker than the charger's report. Tried only to rule them out. */
const leads = [30, 25, 20, 16, 13, 10, 8, 6, 4, 2].map((seconds) => -seconds * 1_000);

/** ms, lags that are tried; finer where most meters are. */
const lags = [
  ...Array.from({ length: 21 }, (_, second) => second),
  ...Array.from({ length: 10 }, (_, n) => 22 + 2 * n),
  ...Array.from({ length: 7 }, (_, n) => 45 + 5 * n),
].map((seconds) => seconds * 1_000);

const candidates = [...leads, ...lags];

/** ms, the longest lag and lead that are tried. */
export const longestLag = Math.max(...lags);
export const longestLead = Math.max(...leads.map((lead) => -lead));

/** ms of lead that polling the charger explains; with a longer one the charger's reports are late. */
const pollingLead = 5_000;

/** W by which a draw must change to stand out from the base load's noise. */
const noticeablePower = 400;

/** Weight of earlier changes after one more change. */
const remembered = 0.97;

/** Share of the own changes that a lag must explain, and by which one lag must be better than another. */
const convincing = 0.5;
const distinct = 0.2;

/**
 * The lag after a step of the meter, of the one charger whose draw changed lately.
 * @param newest the newest step, compared with the draw at each lag before it
 * @param settled steps old enough that the charger has reported since, compared with the draw at each lead after them
 */
export function learnLag({ lag: memory, draws }: Moves, newest: MeterStep, settled: readonly MeterStep[]): LagMemory {
  const compared = candidates.flatMap((lag, i) => (lag < 0 ? settled : [newest]).map((step) => ({ i, lag, step })));
  const moves = compared.map(({ i, lag, step }) => ({
    i,
    change: step.change,
    move: powerAt(draws, step.to - lag) - powerAt(draws, step.from - lag),
  }));
  const noticed = moves.filter(({ move }) => Math.abs(move) >= noticeablePower);
  if (noticed.length === 0) return memory;
  const fit = candidates.map((_, i) => remembered * (memory.fit[i] ?? 0));
  const own = candidates.map((_, i) => remembered * (memory.own[i] ?? 0));
  for (const { i, move, change } of noticed) {
    // A change as large as the charger's adds its square; any other adds less, or a negative amount.
    fit[i] = (fit[i] ?? 0) + (2 * move - change) * change;
    own[i] = (own[i] ?? 0) + move ** 2;
  }
  return { fit, own, lag: bestLag(fit, own, memory.lag) };
}

/**
 * The range of lags that fit about as well as the best one, from `pollingLead` earlier; as before, where none explains
 * enough; `null` where the best one is a lead.
 */
function bestLag(fit: readonly number[], own: readonly number[], before: Lag | null): Lag | null {
  const best = fit.reduce((index, value, i) => (value > (fit[index] ?? 0) ? i : index), 0);
  const [highest = 0, toExplain = 0] = [fit[best], own[best]];
  if (toExplain < noticeablePower ** 2 || highest < convincing * toExplain) return before;
  const near = candidates.filter((_, i) => (fit[i] ?? 0) >= highest - distinct * toExplain);
  const [from, to] = [Math.min(...near), Math.max(...near)];
  return (candidates[best] ?? 0) < -pollingLead ? null : { from: Math.max(0, from - pollingLead), to: Math.max(0, to) };
}

/** W that a charger reported at a time; before the first report that is kept, that one. */
function powerAt(draws: readonly DrawSample[], time: number): number {
  return (draws.findLast(({ at }) => at <= time) ?? draws[0])?.power ?? 0;
}

/** Whether a charger's draw changed noticeably within `longestLag` before a time. */
export function hasMoved({ draws }: Pick<Moves, "draws">, now: number): boolean {
  let [lowest, highest] = [Infinity, -Infinity];
  for (let i = draws.length - 1; i >= 0; i--) {
    const { at, power } = draws[i] ?? { at: 0, power: 0 };
    lowest = Math.min(lowest, power);
    highest = Math.max(highest, power);
    if (highest - lowest >= noticeablePower) return true;
    if (at < now - longestLag) return false;
  }
  return false;
}
