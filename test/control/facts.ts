/** Builds the inputs of single steps by hand, so that a truth table names only the facts that matter. */

import type { Demand, DemandKind } from "../../src/control/decide/demand.js";
import { noSolarMemory, type SolarMemory } from "../../src/control/decide/solar/solar-memory.js";
import type { Headroom } from "../../src/control/estimate/headroom.js";
import type { LagMemory } from "../../src/control/estimate/meter-lag.js";
import type { ChargerFacts, Situation } from "../../src/control/estimate/situation.js";
import { newMemory } from "../../src/control/memory.js";
import {
  newChargerMemory,
  noPersistentChargerState,
  type PersistentChargerState,
  type Session,
} from "../../src/control/observe/charger-memory.js";
import { mainFuse, type ChargerSettings, type ControlSettings } from "../../src/control/settings.js";
import { perPhase, type PerPhase, type PhaseCount, type PhaseIndex } from "../../src/model/phases.js";
import type { ChargerReading } from "../../src/model/readings.js";
import type { Reason } from "../../src/model/reasons.js";
import { charger, charging, connected, siteSettings, start } from "./support.js";

export interface FactOverrides {
  readonly settings?: Partial<ChargerSettings>;
  readonly persistent?: Partial<PersistentChargerState>;
  readonly reading?: ChargerReading | null;
  readonly activeSetpoint?: { readonly current: number; readonly phases?: PhaseCount };
  readonly silent?: boolean;
  readonly idle?: boolean;
  readonly overdrawRatio?: number;
  /** A that it last reported to draw, on the site's phases. */
  readonly drawn?: PerPhase<number>;
  /** A of that beyond its offer. */
  readonly beyond?: PerPhase<number>;
  readonly regret?: number;
  readonly phaseRegret?: number;
  /** What the solar step remembers; nothing unless given. */
  readonly learned?: Partial<Omit<SolarMemory, "regret" | "phaseRegret">>;
  readonly lag?: LagMemory;
  readonly closings?: readonly number[];
  /** ms since it last reported */
  readonly age?: number;
  readonly failing?: boolean;
  /** kWh since the car was plugged in */
  readonly charged?: number;
  readonly tag?: string | null;
}

/** A charger with a car at it, paused unless it holds something. */
export function facts(overrides: FactOverrides = {}): ChargerFacts {
  const settings = charger(overrides.settings);
  const phases = overrides.activeSetpoint?.phases ?? (settings.phases === 3 ? 3 : 1);
  const activeSetpoint = { current: overrides.activeSetpoint?.current ?? 0, phases };
  const reading =
    overrides.reading === undefined
      ? activeSetpoint.current > 0
        ? charging(activeSetpoint.current, phases)
        : connected()
      : overrides.reading;
  const persistent = { ...noPersistentChargerState, ...overrides.persistent };
  const drawn = overrides.drawn ?? [0, 0, 0];
  const power = drawn.reduce((sum, current) => sum + 230 * current, 0);
  return {
    now: start,
    settings,
    persistent,
    reading,
    activeSetpoint,
    memory: {
      ...newChargerMemory(persistent),
      reading,
      at: start - (overrides.age ?? 0),
      failing: overrides.failing ?? false,
      draws: [{ at: start, currents: drawn, power }],
      beyond: overrides.beyond ?? [0, 0, 0],
      solar: {
        ...noSolarMemory,
        regret: overrides.regret ?? 0,
        phaseRegret: overrides.phaseRegret ?? 0,
        ...overrides.learned,
      },
      lag: overrides.lag ?? { fit: [], own: [], lag: { from: 0, to: 0 } },
      closings: overrides.closings ?? [],
      charged: overrides.charged ?? 0,
      tag: overrides.tag ?? null,
    },
    mode: persistent.mode ?? settings.mode,
    plugged: reading?.state === "connected" || reading?.state === "charging",
    silent: overrides.silent ?? false,
    idle: overrides.idle ?? false,
    loads: (count): readonly PhaseIndex[] => settings.rotation.slice(0, count),
    activePhases: (count) => count,
    overdrawRatio: overrides.overdrawRatio ?? 1,
  };
}

/** A stay that began so many seconds ago; `null`: before anyone looked. */
export function session(age: number | null, overrides: Partial<Session> = {}): Session {
  const since = age === null ? null : start - age * 1_000;
  return { since, countsFrom: 0, due: null, targetActiveSince: null, ...overrides };
}

/** A reason, where it does not matter which. */
export const anyReason: Reason = { code: "fast-mode" };

/** A demand of each kind, with nothing special about it. */
export const demands: { readonly [K in DemandKind]: Extract<Demand, { readonly kind: K }> } = {
  none: { kind: "none", reason: anyReason, isScheduled: false },
  fast: { kind: "fast", reason: anyReason },
  fixed: { kind: "fixed", reason: anyReason, current: 8 },
  solar: { kind: "solar", minPower: null, later: null },
  "solar-with-minimum": { kind: "solar-with-minimum", reason: { code: "minimum-mode" }, later: null },
};

/** A sample of the surplus, age in s and W: exact and confirmed unless given. */
export type Sample = readonly [age: number, low: number, high?: number, isConfirmed?: boolean];

export interface SituationOverrides {
  readonly settings?: Partial<ControlSettings>;
  readonly chargers?: readonly ChargerFacts[];
  readonly powerLimit?: number | null;
  readonly overloadedSince?: number;
  /** Oldest first. */
  readonly surplus?: readonly Sample[];
  /** Seconds since the last decision. */
  readonly step?: number;
}

export function situation(overrides: SituationOverrides = {}): Situation {
  const { chargers = [], powerLimit = null, overloadedSince, surplus = [], step = 10 } = overrides;
  return {
    now: start,
    hours: step / 3_600,
    settings: siteSettings(overrides.settings),
    memory: {
      ...newMemory(),
      time: start,
      powerLimit,
      overloadedSince: overloadedSince === undefined ? {} : { [mainFuse]: overloadedSince },
      surplus: surplus.map(([age, low, high = low, isConfirmed = true]) => ({
        at: start - age * 1_000,
        isConfirmed,
        drawn: -low,
        low,
        high,
      })),
    },
    voltage: 230,
    chargers,
  };
}

/** A trusted circuit with so much headroom on each phase, in A; all of it has lasted unless given. */
export function headroom(toStay: number | PerPhase<number>, overrides: Partial<Headroom> = {}): Headroom {
  const each = typeof toStay === "number" ? perPhase(() => toStay) : toStay;
  return {
    name: mainFuse,
    parent: null,
    limit: 25,
    toStay: each,
    toRaise: each,
    trusts: [{ kind: "good" }],
    ...overrides,
  };
}
