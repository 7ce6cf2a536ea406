/** What is remembered of one charger. */

import type { ChargerMode, ChargeTarget, ManualOverride } from "../../model/commands.js";
import type { PerPhase, PhaseCount } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import { noSolarMemory, type SolarMemory } from "../decide/solar/solar-memory.js";
import { noLagMemory, type LagMemory } from "../estimate/meter-lag.js";
import type { DrawSample } from "./charger-draw.js";
import type { Overdraw } from "./obedience.js";

/** A setpoint that was sent to a charger. */
export interface SetpointCommand {
  /** ms since 1970 */
  readonly at: number;
  /** A per phase; 0 = pause */
  readonly current: number;
  readonly phases: PhaseCount;
}

/** The stay of a car at the charger. */
export interface Session {
  /** ms since 1970 at which it was plugged in; `null`: before the first reading. */
  readonly since: number | null;
  /** kWh of the session from which the next target counts: 0, or what was charged when the target before was due. */
  readonly countsFrom: number;
  /** ms since 1970 at which that target is due; `null`: there is none yet. */
  readonly due: number | null;
  /** ms since 1970 from which it charges with all current for that target; `null`: it does not. */
  readonly targetActiveSince: number | null;
}

/** What the cars at a charger took at most when they were offered more. `null`: not known. */
export interface VehicleLimit {
  /** A per phase */
  readonly current: number | null;
  /** Number of phases used when offered three, 0–3. */
  readonly phases: number | null;
}

/** What must survive a restart of the program. Times in ms since 1970; `null`: never. */
export interface PersistentChargerState {
  /** Chosen by a person; `null`: the configured one. */
  readonly mode: ChargerMode | null;
  /** Likewise. */
  readonly phases: PhaseCount | "auto" | null;
  /** A per phase, a person's cap; `null`: none. */
  readonly cap: number | null;
  /** A per phase, a person's minimum; `null`: none. */
  readonly minimum: number | null;
  /** W, a person's cap; `null`: none. */
  readonly powerLimit: number | null;
  /** kWh per session; 0 = no limit, `null`: the configured one. */
  readonly energyLimit: number | null;
  /** `null`: neither started nor stopped by hand. */
  readonly manual: ManualOverride | null;
  /** Chosen by people; `null`: the configured ones. */
  readonly targets: readonly ChargeTarget[] | null;
  /** `null`: no car is plugged in. */
  readonly session: Session | null;
  readonly vehicleLimit: VehicleLimit;
  readonly lastCommand: SetpointCommand | null;
  /** The charger's readings have shown that it follows `lastCommand`. */
  readonly commandConfirmed: boolean;
  /** When we last started, paused, and switched the phases of a charge. */
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
  /** The newest reading, and when it came in ms since 1970; `null`: there was none. */
  readonly reading: ChargerReading | null;
  readonly at: number | null;
  /** The last attempt to read failed, or its reading was implausible. */
  readonly failing: boolean;
  /** Of the last 100 s, oldest first. */
  readonly draws: readonly DrawSample[];
  /** A per phase of the newest draw beyond what was offered. */
  readonly beyond: PerPhase<number>;
  readonly lag: LagMemory;
  /** Commands of the last 100 s, oldest first. */
  readonly commands: readonly SetpointCommand[];
  /** When its current last changed noticeably, in ms since 1970; `null`: never. */
  readonly movedAt: number | null;
  /** Current drawn by the car over current offered, 1–1.25. */
  readonly overdrawRatio: number;
  /** What it draws far above its limit, and since when; `null`: it does not. */
  readonly overdraw: (Overdraw & { readonly since: number }) | null;
  /** When that was last certain; `null`: not since the car was plugged in, or a person started it. */
  readonly disobeyed: (Overdraw & { readonly at: number }) | null;
  /** Since when a car takes nothing although it may charge; `null`: it takes something, or may not charge. */
  readonly idleSince: number | null;
  /** RFID tag of the session as `tagOf` writes it; `null`: none was reported. */
  readonly tag: string | null;
  /** kWh charged since the car was plugged in. */
  readonly charged: number;
  /** A per phase, the highest steady draw of this session. */
  readonly peak: number;
  /** At the last decision its demand did not depend on the surplus, whatever its mode. */
  readonly ignoresSurplus: boolean;
  readonly solar: SolarMemory;
  /** When its contactor last closed, in ms since 1970, oldest first: for a start, or after a phase switch. */
  readonly closings: readonly number[];
}

/** The memory of a charger that has not reported yet. */
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
