/**
 * The wiring check: whether a meter shows our own changes with the right size, on the right phase and in the right
 * direction. One with reversed or swapped clamps would raise a current into headroom that is not there.
 */

import { perPhase, phaseIndexes, type PerPhase, type PhaseIndex } from "../../model/phases.js";
import type { Problem } from "../../model/reasons.js";
import { noticeableCurrent } from "../parameters.js";

/** What a meter showed at a time, and what the chargers behind it reported to draw. */
export interface WiringSample {
  /** ms since 1970 */
  readonly at: number;
  /** A, import + */
  readonly currents: PerPhase<number>;
  /** A, of our chargers */
  readonly own: PerPhase<number>;
  /** A of one phase that a house battery discharges with; 0 without one. */
  readonly battery: number;
}

/** What is remembered of a meter's wiring check. */
export interface WiringCheckState {
  /** The last readings, oldest first. */
  readonly samples: readonly WiringSample[];
  /** The reading before a change of ours whose response is awaited; `null`: none is. */
  readonly beforeChange: WiringSample | null;
  /** ms since 1970 since when what the chargers draw has not changed. */
  readonly steadySince: number;
  /** Contradictions less agreements, 0–4: by the direction on each phase … */
  readonly reversed: PerPhase<number>;
  /** … and, by the phase that is not concerned, by showing on each of the other two what belongs to the other one. */
  readonly swapped: PerPhase<number>;
  /** ms since 1970 of a contradiction that another change of ours has to confirm or refute; `null`: there is none. */
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

/** `suspected`: it contradicted, which may have been chance · `wrong`: too often for chance. */
export type WiringVerdict = "good" | "suspected" | "wrong";

/** What comes with one reading. */
export interface WiringObservation extends WiringSample {
  /** When the draw of a charger last began to change noticeably, in ms since 1970; `null`: never. */
  readonly movedAt: number | null;
  /** ms after which the meter usually shows a change. */
  readonly lag: number;
}

type Verdict = "agrees" | "reversed" | "swapped with 0" | "swapped with 1" | "swapped with 2" | null;

const swaps = ["swapped with 0", "swapped with 1", "swapped with 2"] as const;

/** Contradictions in a row that are not chance; one to a change of `largeChange` A or more counts twice. */
const conclusiveCount = 4;
const largeChange = 6;

/** By how much a response may differ from the one expected: a share of the change, and at least so many A. */
const matchTolerance = { share: 0.25, current: 0.8 } as const;

/** Readings in a row that are needed for a verdict. */
const readingsToAgree = 2;
const readingsToContradict = 4;

/** A by which a steady draw varies. */
const flicker = 1;

/** How far apart readings are kept, in ms, and how many. */
const sampleSpacing = 2_000;
const samplesKept = 12;

/** The state after one more reading. */
export function updateWiringCheck(old: WiringCheckState, observation: WiringObservation): WiringCheckState {
  const { at, currents, own, battery, lag } = observation;
  const shown: WiringSample = { at, currents, own, battery };
  const last = old.samples.at(-1);
  const isSteady = last !== undefined && differences(own, last.own).every((moved) => Math.abs(moved) < flicker);
  const steadySince = isSteady ? old.steadySince : at;
  const memory = { ...old, steadySince, samples: [...spaced(old.samples, at), shown] };
  if (memory.beforeChange === null) return startCheck(memory, observation);

  const change = differences(own, memory.beforeChange.own);
  const moved = phaseIndexes.filter((i) => Math.abs(change[i]) >= noticeableCurrent);
  if (moved.length === 0) return { ...memory, beforeChange: null };
  if (last === undefined || !isSteady) return memory;
  const verdicts = perPhase((i) => verdictOn(i, change, memory.beforeChange, memory.samples));
  const isLate = at - steadySince >= lag;
  if (!isLate && !moved.every((i) => verdicts[i] === "agrees")) return memory;
  const concluded = { ...memory, beforeChange: null, samples: calmEndOf(memory.samples) };
  return batteryMoved(memory.beforeChange, shown, change) ? concluded : countVerdicts(concluded, change, verdicts, at);
}

/** Notes the reading before a change, if the meter was calm then. */
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

/** The newest readings in which nothing changes: the next change starts from them. */
function calmEndOf(samples: readonly WiringSample[]): readonly WiringSample[] {
  const newest = samples.at(-1);
  const isCalm = ({ currents, own }: WiringSample) =>
    newest !== undefined &&
    phaseIndexes.every(
      (i) => Math.abs(currents[i] - newest.currents[i]) < flicker && Math.abs(own[i] - newest.own[i]) < flicker,
    );
  return samples.slice(samples.findLastIndex((reading) => !isCalm(reading)) + 1);
}

/** A battery that responds to our change distorts the meter's response. */
function batteryMoved(before: WiringSample, after: WiringSample, change: PerPhase<number>): boolean {
  const own = change.reduce((sum, moved) => sum + Math.abs(moved), 0);
  return Math.abs(after.battery - before.battery) > matchTolerance.share * own;
}

/** Fewer readings are needed to agree than to contradict: clouds can look like a contradiction for a moment. */
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

/** After a person has looked after the meter: few contradictions more, and it is wrong again. */
export function halveDoubt(memory: WiringCheckState): WiringCheckState {
  const halved = (count: number) => Math.min(count, conclusiveCount / 2);
  return {
    ...memory,
    reversed: perPhase((i) => halved(memory.reversed[i])),
    swapped: perPhase((i) => halved(memory.swapped[i])),
  };
}

export function wiringVerdict({ reversed, swapped }: WiringCheckState): WiringVerdict {
  const most = Math.max(...reversed, ...swapped);
  return most === 0 ? "good" : most < conclusiveCount ? "suspected" : "wrong";
}

/** What is wrong with a meter whose verdict is `wrong`. */
export function wiringProblem(meter: string, { reversed, swapped }: WiringCheckState): Problem {
  const turned = phaseIndexes.filter((i) => reversed[i] >= conclusiveCount);
  if (turned.length > 0) return { code: "clamps-reversed", meter, phases: turned };
  const spared = phaseIndexes.find((i) => swapped[i] >= conclusiveCount);
  return { code: "clamps-swapped", meter, phases: phaseIndexes.filter((i) => i !== spared) };
}

/** The highest current in A that a reading may mean for this phase, as far as the wiring is in doubt. */
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
