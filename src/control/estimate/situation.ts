/** What is true now, worked out from memory for the steps of one pass. */

import type { ChargerMode } from "../../model/commands.js";
import { phaseIndexes, type PerPhase, type PhaseCount, type PhaseIndex } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import { isEnabled, isPlugged, isSilent } from "../observe/chargers.js";
import {
  closingsWithin,
  freshForRaising,
  freshForStaying,
  idleAfter,
  idleCurrent,
  mostClosings,
  phaseDwell,
  readingSpan,
  readingsToTrust,
  roomMemory,
  tellingCurrent,
} from "../parameters.js";
import { answerProblem, answerTrust } from "./wiring-check.js";
import { lostAfter } from "../observe/meters.js";
import { newChargerMemory, noLastingMemory } from "../memory.js";
import type { ChargerMemory, LastingMemory, Measured, Memory, MeterMemory, QuantityMemory } from "../memory.js";
import type { ChargerSettings, ControlSettings } from "../settings.js";

/** How far a measurement can be relied on. */
export interface Trust {
  /** Good enough to raise a current. */
  readonly raise: boolean;
  /** Good enough to go on. */
  readonly stay: boolean;
  /** What is wrong, for people; empty when nothing is. */
  readonly problem: string;
  /** Since when a change of our own current has to show whether it answers as it should. */
  readonly testedSince?: number | null;
  /** It is known to be wrong, until somebody puts it right. */
  readonly isWrong?: boolean;
}

/** All of these are needed. */
export function allOf(trusts: readonly Trust[]): Trust {
  const worst = trusts.find(({ stay }) => !stay) ?? trusts.find(({ isWrong }) => isWrong);
  return {
    raise: trusts.every(({ raise }) => raise),
    stay: trusts.every(({ stay }) => stay),
    problem: (worst ?? trusts.find(({ problem }) => problem !== ""))?.problem ?? "",
    testedSince: trusts.find(({ testedSince = null }) => testedSince !== null)?.testedSince ?? null,
    isWrong: trusts.some(({ isWrong }) => isWrong),
  };
}

/** What one charger is, does, and was told. */
export interface ChargerFacts {
  readonly settings: ChargerSettings;
  readonly memory: ChargerMemory;
  readonly now: number;
  readonly lasting: LastingMemory;
  readonly reading: ChargerReading | null;
  readonly mode: ChargerMode;
  readonly plugged: boolean;
  /** It has not answered for so long that commands can't be counted on. */
  readonly silent: boolean;
  /** A car that may charge and has long taken nothing. */
  readonly idle: boolean;
  /** What it holds now: our last command, or, before the first, what it says itself. 0 A = paused. */
  readonly holding: { readonly current: number; readonly phases: PhaseCount };
  /** Phases of the house that it loads with this number of phases. */
  loads(phases: PhaseCount): readonly PhaseIndex[];
  /** Phases that the car really uses with this number of phases. */
  activePhases(phases: PhaseCount): number;
  /** How much more than offered the car takes; 1 = what is offered. */
  readonly greed: number;
}

export interface Situation {
  readonly now: number;
  /** From the reading of the grid before to the newest, if that is new, as far as it counts; in h. */
  readonly hours: number;
  readonly settings: ControlSettings;
  readonly memory: Memory;
  /** V, phase to neutral */
  readonly voltage: number;
  readonly chargers: readonly ChargerFacts[];
}

/** ms that a phase must have been without current, while others carried some, to count as not used by the car. */
const unusedPhaseAfter = roomMemory;

export function situationOf(settings: ControlSettings, memory: Memory): Situation {
  const now = memory.time;
  return {
    now,
    hours: 0,
    settings,
    memory,
    voltage: voltageOf(settings, memory),
    chargers: settings.chargers.map((charger) => {
      const kept = memory.chargers[charger.name] ?? newChargerMemory(noLastingMemory);
      return factsOf(charger, kept, settings, now);
    }),
  };
}

/** Mean of the grid's measured voltages; the configured one where none is fresh. V */
export function voltageOf(settings: ControlSettings, memory: Memory): number {
  const grid = settings.meters.filter(({ measures }) => measures.includes("grid"));
  return (
    measuredVoltage(
      grid.map(({ name }) => name),
      settings,
      memory,
    ) ?? settings.voltage
  );
}

/** Mean of what these meters measure, phase to neutral; `null`: nothing fresh, or nothing near the configured one. V */
export function measuredVoltage(names: readonly string[], { voltage }: ControlSettings, memory: Memory): number | null {
  const measured = names
    .flatMap((name) => quantitiesOf(memory.meters[name])?.voltages ?? [])
    .filter((sample) => sample !== null && memory.time - sample.at <= freshForStaying)
    .map((sample) => sample?.value ?? voltage)
    .filter((value) => Math.abs(value - voltage) <= 0.15 * voltage);
  return measured.length > 0 ? measured.reduce((sum, value) => sum + value, 0) / measured.length : null;
}

function factsOf(settings: ChargerSettings, memory: ChargerMemory, site: ControlSettings, now: number): ChargerFacts {
  const { lasting, reading } = memory;
  const plugged = reading !== null && isPlugged(reading);
  const unused = unusedPhases(memory, now);
  const drawn = memory.draws.at(-1)?.currents;
  const loadsOn = (wired: readonly PhaseIndex[]) =>
    phaseIndexes.filter((i) => (wired.includes(i) && !unused.includes(i)) || (drawn && drawn[i] >= idleCurrent));
  let onOne: readonly PhaseIndex[] | null = null;
  const usesAll = site.phases === 3 && unused.length === 0;
  const onThree = usesAll ? phaseIndexes : loadsOn(settings.rotation.slice(0, site.phases));
  return {
    settings,
    memory,
    now,
    lasting,
    reading,
    mode: lasting.mode ?? settings.mode,
    plugged,
    silent: isSilent(memory, now),
    idle: memory.idleSince !== null && now - memory.idleSince >= idleAfter,
    holding: holdingOf(settings, memory, site),
    loads: (phases) => (phases === 1 ? (onOne ??= loadsOn(settings.rotation.slice(0, 1))) : onThree),
    activePhases: (phases) => (phases === 1 ? 1 : Math.max(1, 3 - unused.length)),
    greed: memory.greed,
  };
}

function holdingOf(
  { phases }: ChargerSettings,
  { lasting, reading }: ChargerMemory,
  site: ControlSettings,
): { current: number; phases: PhaseCount } {
  if (lasting.given !== null) return { current: lasting.given.current, phases: lasting.given.phases };
  const told = reading?.phases ?? (phases === "auto" ? site.phases : phases);
  const current = reading !== null && isEnabled(reading) === true ? (reading.maxAmpere ?? 0) : 0;
  return { current, phases: told === 1 ? 1 : 3 };
}

/** Phases of the house that stayed without current while the car charged well on another. */
function unusedPhases({ draws, lasting, reading }: ChargerMemory, now: number): readonly PhaseIndex[] {
  const newest = draws.at(-1);
  if (newest === undefined || reading?.state !== "charging" || Math.max(...newest.currents) < tellingCurrent) return [];
  if (Math.min(...newest.currents) >= idleCurrent) return [];
  if ((lasting.given?.phases ?? 3) === 1 || now - (lasting.switchedAt ?? 0) < 2 * unusedPhaseAfter) return [];
  const since = draws.filter(({ at }) => at >= now - unusedPhaseAfter);
  if (since.length < 2 || (since[0]?.at ?? now) > now - unusedPhaseAfter / 2) return [];
  const busy = since.every(({ currents }) => Math.max(...currents) >= tellingCurrent);
  return busy ? phaseIndexes.filter((i) => since.every(({ currents }) => currents[i] < idleCurrent)) : [];
}

/** The newest draw, in W. */
export function powerNow({ memory }: ChargerFacts): number {
  return memory.draws.at(-1)?.power ?? 0;
}

/** The newest draw, in A on the phases of the house. */
export function newestDraw({ memory }: ChargerFacts): PerPhase<number> {
  return memory.draws.at(-1)?.currents ?? [0, 0, 0];
}

/** The quantities that a meter measured of the grid, or of whatever it is mounted on for a circuit. */
export function quantitiesOf(meter: MeterMemory | undefined): QuantityMemory | undefined {
  return meter?.roles.grid ?? meter?.roles.house ?? meter?.roles.pv ?? meter?.roles.battery;
}

/** Judges measurements by their age and by what their meter went through lately. */
export function trustIn(
  name: string,
  meter: MeterMemory | undefined,
  needed: readonly { readonly what: string; readonly sample: Measured | null | undefined }[],
  now: number,
): Trust {
  if (meter === undefined || meter.at === 0)
    return { raise: false, stay: false, problem: `${name} has not told anything yet` };
  const oldest = needed.reduce(
    (worst, { what, sample }) => {
      const age = sample ? now - sample.at : Infinity;
      return age > worst.age ? { what, age } : worst;
    },
    { what: "", age: -1 },
  );
  const stay = oldest.age < lostAfter(meter);
  const isComplete = now - oldest.age >= meter.at - readingSpan;
  const isFresh = oldest.age <= freshForRaising;
  const raise = isFresh && isComplete && meter.good >= readingsToTrust && meter.doubt === null;
  const because = meter.doubt === null ? "" : `: ${meter.doubt}`;
  if (!isFresh || !isComplete) return { raise, stay, problem: `${name} ${silence(oldest.what, oldest.age)}${because}` };
  if (!raise) return { raise, stay, problem: `${name} is not trusted yet${because}` };
  return answeringTrust(name, meter);
}

/** A meter that speaks well can still be mounted wrongly. */
function answeringTrust(name: string, { answers }: MeterMemory): Trust {
  const trust = answerTrust(answers);
  if (trust === "good") return { raise: true, stay: true, problem: "" };
  if (trust === "wrong") return { raise: false, stay: true, problem: answerProblem(name, answers), isWrong: true };
  const problem = `${name} did not answer to the last change of our own as it should`;
  return { raise: true, stay: true, problem, testedSince: answers.testedSince };
}

function silence(what: string, age: number): string {
  return Number.isFinite(age) ? `has not told ${what} for ${Math.round(age / 1_000)} s` : `does not tell ${what}`;
}

/** Its number of phases may be changed: not too soon after the last change, and not too often in an hour. */
export function maySwitchPhases(charger: ChargerFacts): boolean {
  return charger.now - (charger.lasting.switchedAt ?? 0) >= phaseDwell && contactorRest(charger) === 0;
}

/** ms for which its contactor must not close for the sun again, having closed too often in an hour. */
export function contactorRest({ memory, now }: ChargerFacts): number {
  const first = memory.closings.at(-mostClosings);
  return first === undefined ? 0 : Math.max(0, first + closingsWithin - now);
}
