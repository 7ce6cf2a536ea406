/** What is true now, worked out from memory for the steps of one pass. */

import type { ChargerMode } from "../../model/commands.js";
import { phaseIndexes, type PerPhase, type PhaseCount, type PhaseIndex } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import type { Memory } from "../memory.js";
import {
  newChargerMemory,
  noPersistentChargerState,
  type ChargerMemory,
  type PersistentChargerState,
} from "../observe/charger-memory.js";
import { isEnabled, isPlugged, isSilent } from "../observe/charger-state.js";
import { quantitiesOf } from "../observe/meter-memory.js";
import { freshForStaying, headroomMemory, idleAfter, idleCurrent, significantCurrent } from "../parameters.js";
import { settingsFor } from "../schedule/vehicles.js";
import type { ChargerSettings, ControlSettings } from "../settings.js";

/** What one charger is, does, and was told. */
export interface ChargerFacts {
  readonly settings: ChargerSettings;
  readonly memory: ChargerMemory;
  readonly now: number;
  readonly persistent: PersistentChargerState;
  readonly reading: ChargerReading | null;
  readonly mode: ChargerMode;
  readonly plugged: boolean;
  /** It has not answered for so long that commands can't be counted on. */
  readonly silent: boolean;
  /** A car that may charge and has long taken nothing. */
  readonly idle: boolean;
  /** What it holds now: our last command, or, before the first, what it says itself. 0 A = paused. */
  readonly activeSetpoint: { readonly current: number; readonly phases: PhaseCount };
  /** Phases of the house that it loads with this number of phases. */
  loads(phases: PhaseCount): readonly PhaseIndex[];
  /** Phases that the car really uses with this number of phases. */
  activePhases(phases: PhaseCount): number;
  /** How much more than offered the car takes; 1 = what is offered. */
  readonly overdrawRatio: number;
}

export interface Situation {
  readonly now: number;
  /** h of the surplus's history that no decision has looked at yet. */
  readonly hours: number;
  readonly settings: ControlSettings;
  readonly memory: Memory;
  /** V, phase to neutral */
  readonly voltage: number;
  readonly chargers: readonly ChargerFacts[];
}

/** ms that a phase must have been without current, while others carried some, to count as not used by the car. */
const unusedPhaseAfter = headroomMemory;

export function situationOf(site: ControlSettings, memory: Memory): Situation {
  const now = memory.time;
  if (now === null) throw new RangeError("nothing has been observed yet");
  const settings = withVehicles(site, memory.chargers);
  return {
    now,
    hours: memory.undecidedTime / 3_600_000,
    settings,
    memory,
    voltage: voltageOf(settings, memory),
    chargers: settings.chargers.map((charger) => {
      const kept = memory.chargers[charger.name] ?? newChargerMemory(noPersistentChargerState);
      return factsOf(charger, kept, settings, now);
    }),
  };
}

/** The settings that hold while these cars are at the chargers. */
function withVehicles(site: ControlSettings, memories: Memory["chargers"]): ControlSettings {
  const chargers = site.chargers.map((charger) => {
    const memory = memories[charger.name];
    return memory ? settingsFor(charger, memory, site.vehicles) : charger;
  });
  return chargers.every((charger, i) => charger === site.chargers[i]) ? site : { ...site, chargers };
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
  const now = memory.time ?? -Infinity;
  const measured = names
    .flatMap((name) => quantitiesOf(memory.meters[name])?.voltages ?? [])
    .filter((sample) => sample !== null && now - sample.at <= freshForStaying)
    .map((sample) => sample?.value ?? voltage)
    .filter((value) => Math.abs(value - voltage) <= 0.15 * voltage);
  return measured.length > 0 ? measured.reduce((sum, value) => sum + value, 0) / measured.length : null;
}

function factsOf(settings: ChargerSettings, memory: ChargerMemory, site: ControlSettings, now: number): ChargerFacts {
  const { persistent, reading } = memory;
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
    persistent,
    reading,
    mode: persistent.mode ?? settings.mode,
    plugged,
    silent: isSilent(memory, now),
    idle: memory.idleSince !== null && now - memory.idleSince >= idleAfter,
    activeSetpoint: activeSetpointOf(settings, memory, site),
    loads: (phases) => (phases === 1 ? (onOne ??= loadsOn(settings.rotation.slice(0, 1))) : onThree),
    activePhases: (phases) => (phases === 1 ? 1 : Math.max(1, 3 - unused.length)),
    overdrawRatio: memory.overdrawRatio,
  };
}

function activeSetpointOf(
  { phases }: ChargerSettings,
  { persistent, reading }: ChargerMemory,
  site: ControlSettings,
): { current: number; phases: PhaseCount } {
  if (persistent.lastCommand !== null)
    return { current: persistent.lastCommand.current, phases: persistent.lastCommand.phases };
  const told = reading?.phases ?? (phases === "auto" ? site.phases : phases);
  const current = reading !== null && isEnabled(reading) === true ? (reading.maxAmpere ?? 0) : 0;
  return { current, phases: told === 1 ? 1 : 3 };
}

/** Phases of the house that stayed without current while the car charged well on another. */
function unusedPhases({ draws, persistent, reading }: ChargerMemory, now: number): readonly PhaseIndex[] {
  const newest = draws.at(-1);
  if (newest === undefined || reading?.state !== "charging" || Math.max(...newest.currents) < significantCurrent)
    return [];
  if (Math.min(...newest.currents) >= idleCurrent) return [];
  if ((persistent.lastCommand?.phases ?? 3) === 1 || now - (persistent.switchedAt ?? 0) < 2 * unusedPhaseAfter)
    return [];
  const since = draws.filter(({ at }) => at >= now - unusedPhaseAfter);
  if (since.length < 2 || (since[0]?.at ?? now) > now - unusedPhaseAfter / 2) return [];
  const busy = since.every(({ currents }) => Math.max(...currents) >= significantCurrent);
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
