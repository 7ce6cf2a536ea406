import type { DrawSample } from "../observe/charger-draw.js";

/** ms, by how much a meter may be quicker than the charger's own word. That is learnt only to tell it from a lag. */
const leads = [30, 25, 20, 16, 13, 10, 8, 6, 4, 2].map((seconds) => -seconds * 1_000);

/** ms, lags that are told apart; finer where most meters are. */
const lags = [
  ...Array.from({ length: 21 }, (_, second) => second),
  ...Array.from({ length: 10 }, (_, n) => 22 + 2 * n),
  ...Array.from({ length: 7 }, (_, n) => 45 + 5 * n),
].map((seconds) => seconds * 1_000);

const candidates = [...leads, ...lags];

/** ms, the longest lag and lead that are looked for. */
export const longestLag = Math.max(...lags);
export const longestLead = Math.max(...leads.map((lead) => -lead));

/** ms of lead that come from asking the charger now and then; a longer one is a charger's that is slow to tell. */
const pollingLead = 5_000;

/** W by which a charger must have moved for the meter's answer to be told from the house's own noise. */
const noticeablePower = 400;

/** Share of what was seen before that still counts after one more change. */
const remembered = 0.97;

/** Share of a change that the meter must answer, and by which one lag must be better than another. */
const convincing = 0.5;
const distinct = 0.2;

/** What is known of the charger that moved. */
export interface Moves {
  readonly lag: LagMemory;
  readonly draws: readonly DrawSample[];
}

/** A change of what the grid's meter shows. */
export interface MeterStep {
  /** ms since 1970, of the reading before and of this one */
  readonly from: number;
  readonly to: number;
  /** W */
  readonly change: number;
}

/**
 * Takes what the meter showed into what is known of the lag of the one charger that moved lately.
 * @param newest what it just showed, to which a lag answers
 * @param settled what it showed long enough ago that the charger has told about it, too, to which a lead answers
 */
export function learnLag({ lag: memory, draws }: Moves, newest: MeterStep, settled: readonly MeterStep[]): LagMemory {
  const seen = candidates.flatMap((lag, i) => (lag < 0 ? settled : [newest]).map((step) => ({ i, lag, step })));
  const moves = seen.map(({ i, lag, step }) => ({
    i,
    change: step.change,
    move: powerAt(draws, step.to - lag) - powerAt(draws, step.from - lag),
  }));
  const noticed = moves.filter(({ move }) => Math.abs(move) >= noticeablePower);
  if (noticed.length === 0) return memory;
  const fit = candidates.map((_, i) => remembered * (memory.fit[i] ?? 0));
  const own = candidates.map((_, i) => remembered * (memory.own[i] ?? 0));
  for (const { i, move, change } of noticed) {
    // A change of the meter that is as large as the charger's fits by its square; one that is not by less, or against.
    fit[i] = (fit[i] ?? 0) + (2 * move - change) * change;
    own[i] = (own[i] ?? 0) + move ** 2;
  }
  return { fit, own, lag: bestLag(fit, own, memory.lag) };
}

/**
 * All lags that fit about as well as the best one, and those that are less only because the charger is asked now and
 * then; as before, where none convinces; `null` for one that is a lead.
 */
function bestLag(fit: readonly number[], own: readonly number[], before: Lag | null): Lag | null {
  const best = fit.reduce((index, value, i) => (value > (fit[index] ?? 0) ? i : index), 0);
  const [highest = 0, seen = 0] = [fit[best], own[best]];
  if (seen < noticeablePower ** 2 || highest < convincing * seen) return before;
  const near = candidates.filter((_, i) => (fit[i] ?? 0) >= highest - distinct * seen);
  const [from, to] = [Math.min(...near), Math.max(...near)];
  return (candidates[best] ?? 0) < -pollingLead ? null : { from: Math.max(0, from - pollingLead), to: Math.max(0, to) };
}

/** W that a charger said to draw at a time; before the first word of it that is kept, the first one. */
function powerAt(draws: readonly DrawSample[], time: number): number {
  return (draws.findLast(({ at }) => at <= time) ?? draws[0])?.power ?? 0;
}

/** Whether a charger has moved noticeably within the time in which a meter may still answer. */
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

/** From a charger's word to what the meter shows of it, ms: at least, and at most. */
export interface Lag {
  readonly from: number;
  readonly to: number;
}

export interface LagMemory {
  /** For each lag that is told apart: how well it explains what the meter showed, and the own changes it had to, W². */
  readonly fit: readonly number[];
  readonly own: readonly number[];
  /** What follows from it; `null`: not known yet. */
  readonly lag: Lag | null;
}

export const noLagMemory: LagMemory = { fit: [], own: [], lag: null };
