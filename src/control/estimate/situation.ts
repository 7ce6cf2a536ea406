/** What is true now, derived from memory once for all steps of a decision. */

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

/** One charger: its settings, its memory, and what follows from both. */
export interface ChargerFacts {
  readonly settings: ChargerSettings;
  readonly memory: ChargerMemory;
  readonly now: number;
  readonly persistent: PersistentChargerState;
  readonly reading: ChargerReading | null;
  readonly mode: ChargerMode;
  readonly plugged: boolean;
  /** It has not reported for so long that it can't be counted on to follow commands. */
  readonly silent: boolean;
  /** Its car may charge and has taken nothing for a minute. */
  readonly idle: boolean;
  /** Our last command or, before the first, what the charger reports. A per phase; 0 = pause. */
  readonly activeSetpoint: { readonly current: number; readonly phases: PhaseCount };
  /** Phases of the site that it loads with this number of phases. */
  loads(phases: PhaseCount): readonly PhaseIndex[];
  /** How many of them the car really uses, 1–3. */
  activePhases(phases: PhaseCount): number;
  /** Current drawn by the car over current offered, 1–1.25. */
  readonly overdrawRatio: number;
}

export interface Situation {
  /** ms since 1970 */
  readonly now: number;
  /** h of the surplus's history since the last decision. */
  readonly hours: number;
  readonly settings: ControlSettings;
  readonly memory: Memory;
  /** V, phase to neutral */
  readonly voltage: number;
  readonly chargers: readonly ChargerFacts[];
}

/** ms without current on a phase, while others carry some, after which the car counts as not using it. */
const unusedPhaseAfter = headroomMemory;

/** @throws RangeError before the first observation */
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

/** The settings with those of the cars that are at the chargers. */
function withVehicles(site: ControlSettings, memories: Memory["chargers"]): ControlSettings {
  const chargers = site.chargers.map((charger) => {
    const memory = memories[charger.name];
    return memory ? settingsFor(charger, memory, site.vehicles) : charger;
  });
  return chargers.every((charger, i) => charger === site.chargers[i]) ? site : { ...site, chargers };
}

/** V, phase to neutral: mean of the grid's measured voltages, or the configured one where none is fresh. */
export function voltageOf(settings: ControlSettings, memory: Memory): number {
  const grid = settings.meters.filter(({ measures }) => measures.includes("grid"));
  const names = grid.map(({ name }) => name);
  return measuredVoltage(names, settings, memory) ?? settings.voltage;
}

/** V, phase to neutral: mean of what these meters measure; `null`: nothing fresh within 15 % of the configured one. */
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
): ChargerFacts["activeSetpoint"] {
  const { lastCommand } = persistent;
  if (lastCommand !== null) return { current: lastCommand.current, phases: lastCommand.phases };
  const reported = reading?.phases ?? (phases === "auto" ? site.phases : phases);
  const current = reading !== null && isEnabled(reading) === true ? (reading.maxAmpere ?? 0) : 0;
  return { current, phases: reported === 1 ? 1 : 3 };
}

/** Phases of the site that stayed without current while the car charged on another. */
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

/** The newest draw, in A on the site's phases. */
export function newestDraw({ memory }: ChargerFacts): PerPhase<number> {
  return memory.draws.at(-1)?.currents ?? [0, 0, 0];
}
