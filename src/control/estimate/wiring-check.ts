/**
 * Whether a meter answers to our own changes as it should: with as much, on the same phase, in the same direction. One
 * that is mounted the wrong way round, or whose clamps are swapped, would raise a current into room that is not there.
 */

import { perPhase, phaseIndexes, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import type { Problem } from "../../model/reasons.js";
import { noticeableCurrent } from "../parameters.js";

/** What came with one reading. */
export interface WiringObservation extends WiringSample {
  /** When a charger last began to move noticeably; `null`: never. */
  readonly movedAt: number | null;
  /** ms within which the meter has answered. */
  readonly lag: number;
}

/** Contradictions in a row that are no chance any more; those of a large change count twice. */
const conclusiveCount = 4;
const largeChange = 6;

/** A within which an answer is the one expected: this share of the change, and at least so many A. */
const matchTolerance = { share: 0.25, current: 0.8 } as const;

/** Readings in a row that make an answer. */
const readingsToAgree = 2;
const readingsToContradict = 4;

/** A by which what cars draw flickers while they don't move. */
const flicker = 1;

/** How far apart readings are kept, and how many, in ms. */
const sampleSpacing = 2_000;
const samplesKept = 12;

/** Takes a reading into what is known of the meter's answers. */
export function updateWiringCheck(old: WiringCheckState, answer: WiringObservation): WiringCheckState {
  const { at, currents, own, battery } = answer;
  const shown: WiringSample = { at, currents, own, battery };
  const last = old.samples.at(-1);
  const isSteady = last !== undefined && differences(own, last.own).every((moved) => Math.abs(moved) < flicker);
  const steadySince = isSteady ? old.steadySince : at;
  const memory = { ...old, steadySince, samples: [...spaced(old.samples, at), shown] };
  if (memory.beforeChange === null) return startCheck(memory, answer);

  const change = differences(own, memory.beforeChange.own);
  const moved = phaseIndexes.filter((i) => Math.abs(change[i]) >= noticeableCurrent);
  if (moved.length === 0) return { ...memory, beforeChange: null };
  if (last === undefined || !isSteady) return memory;
  const verdicts = perPhase((i) => verdictOn(i, change, memory.beforeChange, memory.samples));
  const isLate = at - steadySince >= answer.lag;
  if (!isLate && !moved.every((i) => verdicts[i] === "agrees")) return memory;
  const concluded = { ...memory, beforeChange: null, samples: calmEndOf(memory.samples) };
  return batteryMoved(memory.beforeChange, shown, change) ? concluded : countVerdicts(concluded, change, verdicts, at);
}

/** What the meter shows before a change, if that was calm. */
function startCheck(memory: WiringCheckState, { own, movedAt }: WiringObservation): WiringCheckState {
  const { samples } = memory;
  const index = movedAt === null ? -1 : samples.findLastIndex(({ at }) => at <= movedAt);
  const before = samples[index];
  const earlier = samples[index - 1];
  if (before === undefined) return memory;
  const change = differences(own, before.own);
  if (change.every((moved) => Math.abs(moved) < noticeableCurrent)) return memory;
  const { currents } = earlier ?? before;
  const calm = phaseIndexes.every((i) => Math.abs(before.currents[i] - currents[i]) <= toleranceOf(change[i]));
  return calm ? { ...memory, beforeChange: before } : { ...memory, samples: samples.slice(-1) };
}

/** The newest readings of those in which nothing moves: what the next change starts from. */
function calmEndOf(samples: readonly WiringSample[]): readonly WiringSample[] {
  const newest = samples.at(-1);
  const isCalm = ({ currents, own }: WiringSample) =>
    newest !== undefined &&
    phaseIndexes.every(
      (i) => Math.abs(currents[i] - newest.currents[i]) < flicker && Math.abs(own[i] - newest.own[i]) < flicker,
    );
  return samples.slice(samples.findLastIndex((reading) => !isCalm(reading)) + 1);
}

/** A battery that works against our changes makes any answer look wrong. */
function batteryMoved(before: WiringSample, after: WiringSample, change: PerPhase<number>): boolean {
  const own = change.reduce((sum, moved) => sum + Math.abs(moved), 0);
  return Math.abs(after.battery - before.battery) > matchTolerance.share * own;
}

type Verdict = "agrees" | "reversed" | "swapped with 0" | "swapped with 1" | "swapped with 2" | null;

const swaps = ["swapped with 0", "swapped with 1", "swapped with 2"] as const;

/** Two readings in a row have to agree, and more to contradict: clouds make many things look so for a moment. */
function verdictOn(
  phase: PhaseIndex,
  change: PerPhase<number>,
  before: WiringSample | null,
  samples: readonly WiringSample[],
): Verdict {
  if (before === null || Math.abs(change[phase]) < noticeableCurrent) return null;
  const tolerance = toleranceOf(change[phase]);
  const shows = (i: PhaseIndex, expected: number, count = readingsToContradict) =>
    samples.slice(-count).every(({ currents }) => Math.abs(currents[i] - before.currents[i] - expected) <= tolerance);
  if (shows(phase, change[phase], readingsToAgree)) return "agrees";
  if (shows(phase, -change[phase])) return "reversed";
  const other = phaseIndexes.find(
    (i) => Math.abs(change[i] - change[phase]) >= 2 * tolerance && shows(i, change[phase]) && shows(phase, change[i]),
  );
  return other === undefined ? null : swaps[other];
}

/** Contradictions are counted up, agreement counts them down again. */
function countVerdicts(
  memory: WiringCheckState,
  change: PerPhase<number>,
  verdicts: PerPhase<Verdict>,
  at: number,
): WiringCheckState {
  const weight = (i: PhaseIndex) => (Math.abs(change[i]) >= largeChange ? 2 : 1);
  const count = (old: number, contradicts: boolean, agrees: boolean, by: number) =>
    Math.min(conclusiveCount, Math.max(0, old + (contradicts ? by : agrees ? -by : 0)));
  const reversed = perPhase((i) =>
    count(memory.reversed[i], verdicts[i] === "reversed", verdicts[i] === "agrees", weight(i)),
  );
  const swapped = perPhase((spared) => {
    const [a, b] = phaseIndexes.filter((i) => i !== spared);
    if (a === undefined || b === undefined) return 0;
    const contradicts = verdicts[a] === swaps[b] || verdicts[b] === swaps[a];
    const agrees = verdicts[a] === "agrees" || verdicts[b] === "agrees";
    const differ = Math.abs(change[a] - change[b]) >= noticeableCurrent;
    return count(memory.swapped[spared], contradicts, agrees && differ, Math.max(weight(a), weight(b)));
  });
  const contradicts = phaseIndexes.some((i) => reversed[i] > memory.reversed[i] || swapped[i] > memory.swapped[i]);
  const isGood = Math.max(...reversed, ...swapped) === 0;
  return { ...memory, reversed, swapped, testedSince: contradicts ? at : isGood ? null : memory.testedSince };
}

/** A person has looked after it: one more contradiction, and it is distrusted again. */
export function halveDoubt(memory: WiringCheckState): WiringCheckState {
  const halved = (count: number) => Math.min(count, conclusiveCount / 2);
  return {
    ...memory,
    reversed: perPhase((i) => halved(memory.reversed[i])),
    swapped: perPhase((i) => halved(memory.swapped[i])),
  };
}

/** `suspected`: it contradicted, which may have been chance · `wrong`: too often for chance. */
export type WiringVerdict = "good" | "suspected" | "wrong";

export function wiringVerdict({ reversed, swapped }: WiringCheckState): WiringVerdict {
  const most = Math.max(...reversed, ...swapped);
  return most === 0 ? "good" : most < conclusiveCount ? "suspected" : "wrong";
}

/** What is wrong with the meter of this name. */
export function wiringProblem(meter: string, { reversed, swapped }: WiringCheckState): Problem {
  const turned = phaseIndexes.filter((i) => reversed[i] >= conclusiveCount);
  if (turned.length > 0) return { code: "clamps-reversed", meter, phases: turned };
  const spared = phaseIndexes.find((i) => swapped[i] >= conclusiveCount);
  return { code: "clamps-swapped", meter, phases: phaseIndexes.filter((i) => i !== spared) };
}

/** The current with which a fuse is safe while the meter is doubted: the highest that may be meant for this phase. */
export function worstCurrent(
  { reversed, swapped }: WiringCheckState,
  currents: PerPhase<number>,
  phase: PhaseIndex,
): number {
  const meant = perPhase((i) => (reversed[i] > 0 ? Math.abs(currents[i]) : currents[i]));
  const others = phaseIndexes.filter((i) => i !== phase);
  return others.reduce((worst, other) => {
    const isSwapped = phaseIndexes.some((spared) => spared !== phase && spared !== other && swapped[spared] > 0);
    return isSwapped ? Math.max(worst, meant[other]) : worst;
  }, meant[phase]);
}

function differences(after: PerPhase<number>, before: PerPhase<number>): PerPhase<number> {
  return perPhase((i) => after[i] - before[i]);
}

function toleranceOf(change: number): number {
  return Math.max(matchTolerance.current, matchTolerance.share * Math.abs(change));
}

function spaced(samples: readonly WiringSample[], at: number): readonly WiringSample[] {
  const before = samples.at(-2);
  const isCrowded = before !== undefined && at - before.at < sampleSpacing;
  return (isCrowded ? samples.slice(0, -1) : samples).slice(1 - samplesKept);
}

/** What a meter showed at a time, and what the chargers behind it said to draw, in A. */
export interface WiringSample {
  readonly at: number;
  readonly currents: PerPhase<number>;
  readonly own: PerPhase<number>;
  /** Of a house battery, discharge +, as A of one phase; 0 without one. */
  readonly battery: number;
}

/** What is known of a meter's answers. */
export interface WiringCheckState {
  /** The last readings, oldest first. */
  readonly samples: readonly WiringSample[];
  /** The reading before a change of ours whose answer is awaited; `null`: none is. */
  readonly beforeChange: WiringSample | null;
  /** Since when what the chargers draw has not moved. */
  readonly steadySince: number;
  /** How often the answer contradicted without agreeing again: by its direction on each phase … */
  readonly reversed: PerPhase<number>;
  /** … and by showing on L2 and L3, L1 and L3, L1 and L2 what belongs to the other one. */
  readonly swapped: PerPhase<number>;
  /** Since when another change of ours has to show whether a contradiction was chance; `null`: there was none. */
  readonly testedSince: number | null;
}

export const noWiringCheck: WiringCheckState = {
  samples: [],
  beforeChange: null,
  steadySince: 0,
  reversed: [0, 0, 0],
  swapped: [0, 0, 0],
  testedSince: null,
};
