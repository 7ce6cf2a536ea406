/** What is remembered of one charger. */

import type { PhaseCount, PerPhase } from "../../model/phases.js";
import type { ChargeTarget, ChargerMode } from "../../model/commands.js";
import type { ChargerReading } from "../../model/readings.js";
import type { Overdraw } from "./obedience.js";
import type { DrawSample } from "./charger-draw.js";
import type { LagMemory } from "../estimate/meter-lag.js";
import { noSolarMemory, type SolarMemory } from "../decide/solar/solar-memory.js";
import { noLagMemory } from "../estimate/meter-lag.js";

/** Our last command to a charger. */
export interface SetpointCommand {
  readonly at: number;
  /** A per phase, 0 = pause */
  readonly current: number;
  readonly phases: PhaseCount;
}

/** The stay of a car at the charger. */
export interface Session {
  /** When it was plugged in; `null`: it was there when we first looked. */
  readonly since: number | null;
  /** kWh in the session when the target that it is charged for began to count: at plugging in, or at the one before. */
  readonly countsFrom: number;
  /** When that target is due; `null`: there is none yet. */
  readonly due: number | null;
  /** Since when it charges with all current for it; `null`: it does not. */
  readonly targetActiveSince: number | null;
}

/** What the cars at a charger have shown to take when they were offered more. `null`: not known. */
export interface VehicleLimit {
  /** A per phase */
  readonly current: number | null;
  /** Phases used of three. */
  readonly phases: number | null;
}

/** What must survive a restart of the program. */
export interface PersistentChargerState {
  /** Chosen by a person; `null`: the configured one. */
  readonly mode: ChargerMode | null;
  readonly phases: PhaseCount | "auto" | null;
  /** A, a person's cap */
  readonly cap: number | null;
  /** A, a person's minimum */
  readonly minimum: number | null;
  /** W, a person's cap */
  readonly powerLimit: number | null;
  /** kWh per session, 0 = none; `null`: the configured one. */
  readonly energyLimit: number | null;
  /** Started or stopped by a person, here or at the charger. Holds until the car is unplugged. */
  readonly manual: "start" | "stop" | null;
  /** When a start by hand ends; `null`: when the car is unplugged. */
  readonly until: number | null;
  /** Chosen by people; `null`: the configured ones. */
  readonly targets: readonly ChargeTarget[] | null;
  /** `null`: no car is plugged in. */
  readonly session: Session | null;
  readonly vehicleLimit: VehicleLimit;
  readonly lastCommand: SetpointCommand | null;
  /** The charger was seen to do what `lastCommand` says. */
  readonly commandConfirmed: boolean;
  /** When our automation last started, paused, and switched the phases of, a charge. */
  readonly startedAt: number | null;
  readonly pausedAt: number | null;
  readonly switchedAt: number | null;
}

export const noPersistentChargerState: PersistentChargerState = {
  mode: null,
  phases: null,
  cap: null,
  minimum: null,
  powerLimit: null,
  energyLimit: null,
  manual: null,
  until: null,
  targets: null,
  session: null,
  vehicleLimit: { current: null, phases: null },
  lastCommand: null,
  commandConfirmed: false,
  startedAt: null,
  pausedAt: null,
  switchedAt: null,
};

export interface ChargerMemory {
  readonly persistent: PersistentChargerState;
  /** The newest reading and when it came; `null`: there was none. */
  readonly reading: ChargerReading | null;
  readonly at: number | null;
  /** The last attempt to read failed. */
  readonly failing: boolean;
  readonly draws: readonly DrawSample[];
  /** A per phase of its newest draw beyond what it was offered. */
  readonly beyond: PerPhase<number>;
  readonly lag: LagMemory;
  /** Commands of the last minutes, oldest first. */
  readonly commands: readonly SetpointCommand[];
  /** When its current last moved noticeably; `null`: never. */
  readonly movedAt: number | null;
  /** How much more than offered its car was last seen to take; 1 = what is offered. */
  readonly overdrawRatio: number;
  /** What it draws far above its limit, and since when; `null`: it does not. */
  readonly overdraw: (Overdraw & { readonly since: number }) | null;
  /** When that was last certain; `null`: not since the car was plugged in, or a person started it. */
  readonly disobeyed: (Overdraw & { readonly at: number }) | null;
  /** Since when an allowed car takes nothing; `null`: it takes something, or may not. */
  readonly idleSince: number | null;
  /** RFID tag of the session as `tagOf` writes it; `null`: none was told. */
  readonly tag: string | null;
  /** kWh charged since the car was plugged in. */
  readonly charged: number;
  /** A per phase that the car of this session has taken for a while at most. */
  readonly peak: number;
  /** At the last pass it was to charge whatever the sun gives, though its mode may follow the sun. */
  readonly ignoresSurplus: boolean;
  readonly solar: SolarMemory;
  /** When its contactor last closed, at the latest: for a start, or for another number of phases while it charged. */
  readonly closings: readonly number[];
}

/** A charger that was never heard of, but for what lasted over a restart. */
export function newChargerMemory(persistent: PersistentChargerState): ChargerMemory {
  return {
    persistent,
    reading: null,
    at: null,
    failing: false,
    draws: [],
    beyond: [0, 0, 0],
    commands: [],
    movedAt: null,
    overdrawRatio: 1,
    overdraw: null,
    disobeyed: null,
    idleSince: null,
    lag: noLagMemory,
    tag: null,
    charged: 0,
    peak: 0,
    ignoresSurplus: false,
    solar: noSolarMemory,
    closings: [persistent.startedAt, persistent.switchedAt].filter((at) => at !== null).sort((a, b) => a - b),
  };
}
