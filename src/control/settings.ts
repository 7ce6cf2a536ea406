/** What the controller has to know of a house that does not change while it runs. */

import type { ChargerMode, ChargeTarget } from "../model/commands.js";
import type { PhaseCount, PhaseRotation } from "../model/phases.js";
import type { MeterRole } from "../model/readings.js";
import type { Tariff } from "./schedule/tariff.js";

export interface ControlSettings {
  /** Phases of the house's connection. */
  readonly phases: PhaseCount;
  /** V, phase to neutral, where no meter measures it. */
  readonly voltage: number;
  /** IANA time zone that times of the week are in. */
  readonly timeZone: string;
  /** W for all chargers together, whatever the grid operator allows beside it; `null`: no such limit. */
  readonly powerLimit: number | null;
  readonly tariff: Tariff;
  /** Cars that are known by their tags. */
  readonly vehicles: readonly VehicleSettings[];
  /** The main fuse and the circuits below it, parents before children. Empty: nothing guards the fuse. */
  readonly circuits: readonly CircuitSettings[];
  /** A that a running charger falls to when its inputs can't be trusted; 0 = pause. */
  readonly failsafeCurrent: number;
  /** ms that a charger may stay at its minimum while a phase is above its limit by up to 13 %. */
  readonly overloadTolerance: number;
  /** W; + = import allowed, − = export kept back. */
  readonly gridTarget: number;
  /** kWh of missed sun that one kWh from the grid is worth avoiding (λ). */
  readonly importPenalty: number;
  /** ms that a charge lasts at least, unless safety or a person ends it. */
  readonly minimumRun: number;
  /** ms that a pause lasts at least, unless a person ends it. */
  readonly minimumPause: number;
  /** %, state of charge from which on a house battery leaves what it charges with to the cars. */
  readonly batteryPriority: number;
  /** %, state of charge down to which cars that follow the sun may go on with what it gives. 100 = never. */
  readonly batteryReserve: number;
  readonly meters: readonly MeterSettings[];
  /** Residual-current monitors whose alarm stops all chargers. */
  readonly monitors: readonly string[];
  readonly chargers: readonly ChargerSettings[];
}

/** Name of the circuit that all others hang on. */
export const mainFuse = "main fuse";

/** A limit that several loads share. */
export interface CircuitSettings {
  readonly name: string;
  /** A per phase */
  readonly limit: number;
  /** `null`: nothing above it is guarded. */
  readonly parent: string | null;
  /** The meters that measure it, of which the highest current counts; empty: only our own chargers are counted. */
  readonly meters: readonly string[];
}

export interface MeterSettings {
  readonly name: string;
  /** What of it counts for the house; empty for a meter that only serves a circuit. */
  readonly measures: readonly MeterRole[];
}

export interface ChargerSettings {
  readonly name: string;
  /** A; below it charging is not possible. */
  readonly minCurrent: number;
  /** A */
  readonly maxCurrent: number;
  /** A; set-points are multiples of it. */
  readonly step: number;
  readonly phases: PhaseCount | "auto";
  readonly canSwitchPhases: boolean;
  readonly rotation: PhaseRotation;
  readonly mode: ChargerMode;
  /** Higher is served first. */
  readonly priority: number;
  /** The innermost circuit that it hangs on; `null`: the main fuse, if there is one. */
  readonly circuit: string | null;
  /** kWh per session; 0 = none. */
  readonly sessionEnergyLimit: number;
  /** What shall be charged by when, unless a person asks for something else. */
  readonly targets: readonly ChargeTarget[];
  /** Whether it charges with all current while energy is cheap. */
  readonly cheapHours: boolean;
  /** Whether a session without the tag of a known car is not charged. */
  readonly refusesUnknownTags: boolean;
  /** What a car gets right after it was plugged in, whatever the sun; `null`: nothing of its own. */
  readonly plugInHold: { readonly current: number; /** ms */ readonly duration: number } | null;
  /** A offered while no car is plugged in and the sun is followed; 0 = pause. */
  readonly unpluggedCurrent: number;
  /** Whether a charge that follows needs a start by hand once the car was unplugged. */
  readonly stopOnUnplug: boolean;
}

/** A car, and what of a charger's settings it has its own of; `null`: it has not. */
export interface VehicleSettings {
  readonly name: string;
  /** As `tagOf` writes them. */
  readonly tags: readonly string[];
  /** A */
  readonly minCurrent: number | null;
  readonly maxCurrent: number | null;
  /** Where the sun is followed: the sun only, or the minimum without it. */
  readonly sunOnly: boolean | null;
  /** kWh per session; 0 = none. */
  readonly energyLimit: number | null;
  /** W of surplus below which it is not charged from the sun only. */
  readonly minPower: number;
}

/** From each circuit the way up: itself, what it hangs on, and so on to the last one. */
export function waysUp<T extends Pick<CircuitSettings, "name" | "parent">>(
  circuits: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const ways = new Map<string, readonly T[]>();
  for (const circuit of circuits) {
    const above = circuit.parent === null ? undefined : ways.get(circuit.parent);
    ways.set(circuit.name, [circuit, ...(above ?? [])]);
  }
  return ways;
}

/** For each circuit the chargers that are fed through it, or through one below it: their places in the settings. */
export function membersOf(settings: ControlSettings): ReadonlyMap<string, readonly number[]> {
  let members = knownMembers.get(settings);
  if (members === undefined) {
    members = findMembers(settings);
    knownMembers.set(settings, members);
  }
  return members;
}

/** Settings don't change while the house runs. */
const knownMembers = new WeakMap<ControlSettings, ReadonlyMap<string, readonly number[]>>();

function findMembers({ circuits, chargers }: ControlSettings): ReadonlyMap<string, readonly number[]> {
  const ways = waysUp(circuits);
  const members = new Map<string, number[]>(circuits.map(({ name }) => [name, []]));
  chargers.forEach(({ circuit }, place) => {
    for (const { name } of ways.get(circuit ?? mainFuse) ?? []) members.get(name)?.push(place);
  });
  return members;
}
