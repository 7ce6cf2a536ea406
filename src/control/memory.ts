/** What the controller remembers from pass to pass. Plain data: it survives JSON. */

import type { ChargeTarget, ChargerMode, Price } from "../model/commands.js";
import type { PerPhase, PhaseCount } from "../model/phases.js";
import type { MeterDoubt } from "../model/reasons.js";
import type { ChargerReading, MeterRole } from "../model/readings.js";

export interface Memory {
  /** Time of the last pass; 0 before the first. */
  readonly time: number;
  readonly meters: { readonly [name: string]: MeterMemory };
  readonly chargers: { readonly [name: string]: ChargerMemory };
  readonly monitors: { readonly [name: string]: MonitorMemory };
  /** By the name of the meter that measures it. */
  readonly batteries: { readonly [meter: string]: BatteryMemory };
  /** Surplus of the last minutes, oldest first. */
  readonly surplus: readonly SurplusSample[];
  /** What others drew on each circuit in the last minute, oldest first. */
  readonly baseLoad: { readonly [circuit: string]: readonly BaseLoadSample[] };
  /** Since when each circuit is above its limit without a break; absent: it is not. */
  readonly overloadedSince: { readonly [circuit: string]: number };
  /** When a car last charged from the grid, and not only from the sun; `null`: not yet. */
  readonly gridChargeAt: number | null;
  /** The grid operator's limit in W. Survives a restart. */
  readonly powerLimit: number | null;
  /** What energy costs when, in the order of time; `null`: nobody told since the start, the configured ones hold. */
  readonly prices: readonly Price[] | null;
}

/** A measured value and when it was measured. */
export interface Measured {
  readonly value: number;
  readonly at: number;
}

export interface QuantityMemory {
  readonly power: Measured | null;
  readonly currents: PerPhase<Measured | null>;
  readonly voltages: PerPhase<Measured | null>;
  readonly soc: Measured | null;
}

export interface MeterMemory {
  readonly roles: { readonly [R in MeterRole]?: QuantityMemory };
  /** When its last good reading came; 0: never. */
  readonly at: number;
  /** ms from one good reading to the next, as a rule; 0: not known. */
  readonly interval: number;
  /** When its readings last differed from the ones before. */
  readonly movedAt: number;
  /** Good readings in a row since the last loss, counted up to what is needed. */
  readonly goodReadings: number;
  /** Why its last reading was not used; `null`: it was. */
  readonly doubt: MeterDoubt | null;
  /** A that chargers drew together through it when it was last read; `null`: not known. */
  readonly drawn: number | null;
  readonly wiringCheck: WiringCheckState;
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

/**
 * W that chargers in a sun mode could take without import, as far as the meter can tell: `low` if the newest changes
 * of their currents do not show in it yet, `high` if they do.
 */
export interface SurplusSample {
  readonly at: number;
  /** Every charger has spoken since. Until then a car that stopped by itself looks like sun. */
  readonly isConfirmed: boolean;
  /** W that come from the grid and out of batteries, for learning the lag; `null`: the two do not fit each other. */
  readonly drawn: number | null;
  readonly low: number;
  readonly high: number;
}

/** A per phase that all but our chargers draw on a circuit, at most. */
export interface BaseLoadSample {
  readonly at: number;
  readonly high: PerPhase<number>;
}

/**
 * Where a house battery stands beside cars that follow the sun. `first`: what it charges with is its own · `yields`:
 * that is for the cars · `gives`: and so is what it discharges.
 */
export type BatteryRank = "first" | "yields" | "gives";

export interface BatteryMemory {
  readonly rank: BatteryRank;
  /** W, discharge +, of the last seconds, oldest first. */
  readonly powers: readonly Measured[];
}

export interface MonitorMemory {
  /** When it was last heard of. */
  readonly at: number;
  /** It raises an alarm now. */
  readonly alarm: boolean;
  /** What it last raised an alarm for; `null`: nothing, or a person has started a charge since. Survives a restart. */
  readonly latched: string | null;
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

/** How long two kinds of weather last, as a charger sees them, and what they are worth. Recent ones count more. */
export interface SpellStatistics {
  /** h that it lasted, and how often it ended. */
  readonly time: number;
  readonly ends: number;
  /** Wh */
  readonly value: number;
}

export interface Intermittency {
  /** While it is worth something, and while it is not. */
  readonly good: SpellStatistics;
  readonly bad: SpellStatistics;
  readonly isGood: boolean;
}

/** What the number of phases brought since it was last changed. */
export interface PhaseStay {
  /** Wh that it was worth more than the other number. */
  readonly gain: number;
  /** How many changes in a row did not pay, forgotten with time: each doubles the price of the next. */
  readonly doubt: number;
}

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
  /** The charger was seen to do what `given` says. */
  readonly commandConfirmed: boolean;
  /** When our automation last started, paused, and switched the phases of, a charge. */
  readonly startedAt: number | null;
  readonly pausedAt: number | null;
  readonly switchedAt: number | null;
}

export interface ChargerMemory {
  readonly persistent: PersistentChargerState;
  /** The newest reading and when it came. */
  readonly reading: ChargerReading | null;
  readonly at: number;
  /** The last attempt to read failed. */
  readonly failing: boolean;
  readonly draws: readonly DrawSample[];
  /** A per phase of its newest draw beyond what it was offered. */
  readonly beyond: PerPhase<number>;
  readonly lag: LagMemory;
  /** Commands of the last minutes, oldest first. */
  readonly commands: readonly SetpointCommand[];
  /** When its current last moved noticeably; 0: never. */
  readonly movedAt: number;
  /** How much more than offered its car was last seen to take; 1 = what is offered. */
  readonly overdrawRatio: number;
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
  /** Wh of value missed by waiting, or lost by staying. */
  readonly regret: number;
  /** Wh of value missed by not using the other number of phases. */
  readonly phaseRegret: number;
  /** What charging was lately worth. */
  readonly sunIntermittency: Intermittency;
  /** What three phases were lately worth more than one. */
  readonly threePhaseIntermittency: Intermittency;
  readonly phaseStay: PhaseStay;
  /** When its contactor last closed, at the latest: for a start, or for another number of phases while it charged. */
  readonly closings: readonly number[];
}

/** What a charger drew on the phases of the house. */
export interface DrawSample {
  readonly at: number;
  /** It did not answer before, and what it drew meanwhile is not known. */
  readonly isAfterFailure?: boolean;
  /** A */
  readonly currents: PerPhase<number>;
  /** W */
  readonly power: number;
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

export const noBatteryMemory: BatteryMemory = { rank: "first", powers: [] };

const noWiringCheck: WiringCheckState = {
  samples: [],
  beforeChange: null,
  steadySince: 0,
  reversed: [0, 0, 0],
  swapped: [0, 0, 0],
  testedSince: null,
};

export const noMeterMemory: MeterMemory = {
  roles: {},
  at: 0,
  interval: 0,
  movedAt: 0,
  goodReadings: 0,
  doubt: null,
  drawn: null,
  wiringCheck: noWiringCheck,
};

const noLagMemory: LagMemory = { fit: [], own: [], lag: null };

const noSpells: SpellStatistics = { time: 0, ends: 0, value: 0 };

export const noIntermittency: Intermittency = { good: noSpells, bad: noSpells, isGood: false };

/** A charger that was never heard of, but for what lasted over a restart. */
export function newChargerMemory(persistent: PersistentChargerState): ChargerMemory {
  return {
    persistent,
    reading: null,
    at: 0,
    failing: false,
    draws: [],
    beyond: [0, 0, 0],
    commands: [],
    movedAt: 0,
    overdrawRatio: 1,
    idleSince: null,
    lag: noLagMemory,
    tag: null,
    charged: 0,
    peak: 0,
    ignoresSurplus: false,
    regret: 0,
    phaseRegret: 0,
    sunIntermittency: noIntermittency,
    threePhaseIntermittency: noIntermittency,
    phaseStay: { gain: 0, doubt: 0 },
    closings: [persistent.startedAt, persistent.switchedAt].filter((at) => at !== null).sort((a, b) => a - b),
  };
}

/** What must survive a restart of the program, of the whole house. */
export interface PersistentState {
  readonly chargers: { readonly [name: string]: PersistentChargerState };
  /** Alarms of residual-current monitors that no person has answered yet. */
  readonly alarms: { readonly [monitor: string]: string };
  /** The grid operator's limit in W; `null`: none. */
  readonly powerLimit: number | null;
}

export const noPersistentState: PersistentState = { chargers: {}, alarms: {}, powerLimit: null };

export function persistentStateOf({ chargers, monitors, powerLimit }: Memory): PersistentState {
  const alarms = Object.entries(monitors).flatMap(([name, { latched }]) => (latched === null ? [] : [[name, latched]]));
  return {
    chargers: Object.fromEntries(Object.entries(chargers).map(([name, { persistent }]) => [name, persistent])),
    alarms: Object.fromEntries(alarms),
    powerLimit,
  };
}

/** Where every house starts. */
export function newMemory({ chargers, alarms, powerLimit }: PersistentState = noPersistentState): Memory {
  return {
    time: 0,
    meters: {},
    chargers: Object.fromEntries(Object.entries(chargers).map(([name, kept]) => [name, newChargerMemory(kept)])),
    monitors: Object.fromEntries(
      Object.entries(alarms).map(([name, latched]) => [name, { at: 0, alarm: true, latched }]),
    ),
    batteries: {},
    surplus: [],
    baseLoad: {},
    overloadedSince: {},
    gridChargeAt: null,
    powerLimit,
    prices: null,
  };
}

/** With the news; the same object, if there are none: most of what is known of a thousand chargers stays as it is. */
export function changed<T extends object>(old: T, news: Partial<T>): T {
  for (const key in news) if (news[key] !== old[key]) return { ...old, ...news };
  return old;
}
