/** What the controller knows of a site and does not change while it runs. */

import type { ChargerMode, ChargeTarget } from "../model/commands.js";
import type { PhaseCount, PhaseRotation } from "../model/phases.js";
import type { MeterRole } from "../model/readings.js";
import type { Tariff } from "./schedule/tariff.js";

export interface ControlSettings {
  /** Phases of the site's grid connection. */
  readonly phases: PhaseCount;
  /** V, phase to neutral; used where no meter measures it. */
  readonly voltage: number;
  /** IANA time zone of all times of the week. */
  readonly timeZone: string;
  /** W for all chargers together, beside the grid operator's limit; `null`: no such limit. */
  readonly powerLimit: number | null;
  readonly tariff: Tariff;
  /** Known cars. */
  readonly vehicles: readonly VehicleSettings[];
  /** The main fuse and the circuits below it, parents before children. Empty: the fuse is not guarded. */
  readonly circuits: readonly CircuitSettings[];
  /** A per phase that a running charger falls to when an input is lost; 0 = pause. */
  readonly failsafeCurrent: number;
  /** ms for which a charger may stay at its minimum while a phase is above its limit by up to 13 %. */
  readonly overloadTolerance: number;
  /** W, setpoint of the grid's power; + = import allowed, − = export kept. */
  readonly gridTarget: number;
  /** λ: kWh of solar energy that may be missed to avoid one kWh of import; 0 or more. */
  readonly importPenalty: number;
  /** ms that a charge lasts at least, unless failsafe, load management or a person ends it; 0 = no minimum. */
  readonly minimumRun: number;
  /** ms that a pause lasts at least, unless a person ends it; 0 = no minimum. */
  readonly minimumPause: number;
  /** %, state of charge from which on a house battery leaves its charging power to the cars. */
  readonly batteryPriority: number;
  /** %, state of charge down to which it may discharge for cars in a solar mode; 100 = never. */
  readonly batteryReserve: number;
  readonly meters: readonly MeterSettings[];
  /** Names of the residual-current monitors whose alarm stops all chargers. */
  readonly monitors: readonly string[];
  readonly chargers: readonly ChargerSettings[];
}

/** Name of the circuit that feeds all others. */
export const mainFuse = "main fuse";

/** A fuse or cable that several loads share. */
export interface CircuitSettings {
  readonly name: string;
  /** A per phase */
  readonly limit: number;
  /** The circuit that feeds it; `null`: none that is guarded. */
  readonly parent: string | null;
  /** Names of its meters, of which the highest current counts; empty: only our own chargers are counted. */
  readonly meters: readonly string[];
}

export interface MeterSettings {
  readonly name: string;
  /** What it measures of the site; empty for a meter that only serves a circuit. */
  readonly measures: readonly MeterRole[];
}

export interface ChargerSettings {
  readonly name: string;
  /** A per phase; below it charging is not possible. */
  readonly minCurrent: number;
  /** A per phase */
  readonly maxCurrent: number;
  /** A; setpoints are multiples of it. */
  readonly step: number;
  /** Number of phases to charge with; `auto`: whichever suits best. */
  readonly phases: PhaseCount | "auto";
  readonly canSwitchPhases: boolean;
  /** Which phases of the site its own are connected to. */
  readonly rotation: PhaseRotation;
  /** Unless a person chooses another one. */
  readonly mode: ChargerMode;
  /** Higher is served first. */
  readonly priority: number;
  /** Name of the innermost circuit that feeds it; `null`: the main fuse, if there is one. */
  readonly circuit: string | null;
  /** kWh per session; 0 = no limit. */
  readonly sessionEnergyLimit: number;
  /** Unless a person chooses others. */
  readonly targets: readonly ChargeTarget[];
  /** Whether it charges with all current while energy is cheap. */
  readonly cheapHours: boolean;
  /** Whether a session without the tag of a known car is not charged. */
  readonly refusesUnknownTags: boolean;
  /** A current for some time after a car was plugged in, whatever the surplus; `null`: none. */
  readonly plugInHold: PlugInHold | null;
  /** A per phase, offered in a solar mode while no car is plugged in; 0 = pause. */
  readonly unpluggedCurrent: number;
  /** Whether unplugging stops the charger until a person starts it. */
  readonly stopOnUnplug: boolean;
}

export interface PlugInHold {
  /** A per phase */
  readonly current: number;
  /** ms from plugging in */
  readonly duration: number;
}

/** A known car and its own settings, which replace the charger's; `null`: the charger's hold. */
export interface VehicleSettings {
  readonly name: string;
  /** RFID tags as `tagOf` writes them. */
  readonly tags: readonly string[];
  /** A per phase */
  readonly minCurrent: number | null;
  readonly maxCurrent: number | null;
  /** In a solar mode: the surplus only (true), or the minimum without it (false). */
  readonly sunOnly: boolean | null;
  /** kWh per session; 0 = no limit. */
  readonly energyLimit: number | null;
  /** W of surplus below which it is not charged from the surplus alone; 0 = any. */
  readonly minPower: number;
}

/**
 * The path from each circuit upwards: itself, its parent, and so on.
 * @param circuits parents before children
 */
export function pathsUp<T extends Pick<CircuitSettings, "name" | "parent">>(
  circuits: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const paths = new Map<string, readonly T[]>();
  for (const circuit of circuits) {
    const above = circuit.parent === null ? undefined : paths.get(circuit.parent);
    paths.set(circuit.name, [circuit, ...(above ?? [])]);
  }
  return paths;
}

/** For each circuit the chargers that it feeds, directly or through others, as indexes of `settings.chargers`. */
export function membersOf(settings: ControlSettings): ReadonlyMap<string, readonly number[]> {
  let members = knownMembers.get(settings);
  if (members === undefined) {
    members = findMembers(settings);
    knownMembers.set(settings, members);
  }
  return members;
}

/** A cache: settings don't change while the site runs. */
const knownMembers = new WeakMap<ControlSettings, ReadonlyMap<string, readonly number[]>>();

function findMembers({ circuits, chargers }: ControlSettings): ReadonlyMap<string, readonly number[]> {
  const paths = pathsUp(circuits);
  const members = new Map<string, number[]>(circuits.map(({ name }) => [name, []]));
  chargers.forEach(({ circuit }, place) => {
    for (const { name } of paths.get(circuit ?? mainFuse) ?? []) members.get(name)?.push(place);
  });
  return members;
}
