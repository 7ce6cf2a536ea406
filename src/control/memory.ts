/** What the controller remembers from one observation or decision to the next. Plain data: it survives JSON. */

import type { Price } from "../model/commands.js";
import type { BaseLoadMemory, SurplusSample } from "./estimate/samples.js";
import type { BatteryMemory } from "./observe/battery-memory.js";
import { newChargerMemory, type ChargerMemory, type PersistentChargerState } from "./observe/charger-memory.js";
import type { MeterMemory } from "./observe/meter-memory.js";
import type { MonitorMemory } from "./observe/residual-current.js";

export interface Memory {
  /** ms since 1970 of the newest observation; `null`: there was none. */
  readonly time: number | null;
  readonly meters: { readonly [name: string]: MeterMemory };
  readonly chargers: { readonly [name: string]: ChargerMemory };
  readonly monitors: { readonly [name: string]: MonitorMemory };
  /** By the name of the battery's meter. */
  readonly batteries: { readonly [meter: string]: BatteryMemory };
  /** Of the last 5 min, oldest first. */
  readonly surplus: readonly SurplusSample[];
  /** ms of that history since the last decision. */
  readonly undecidedTime: number;
  readonly baseLoad: { readonly [circuit: string]: BaseLoadMemory };
  /** ms since 1970 since when each circuit is above its limit without a break; absent: it is not. */
  readonly overloadedSince: { readonly [circuit: string]: number };
  /** When a car last charged from more than the surplus, in ms since 1970; `null`: not yet. */
  readonly gridChargeAt: number | null;
  /** The grid operator's limit in W; `null`: none. Survives a restart. */
  readonly powerLimit: number | null;
  /** What energy costs when, in the order of time; `null`: none came since the start, the configured ones hold. */
  readonly prices: readonly Price[] | null;
}

/** What must survive a restart of the program. */
export interface PersistentState {
  readonly chargers: { readonly [name: string]: PersistentChargerState };
  /** Alarms of residual-current monitors that nobody has acknowledged, as their frequency bands. */
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

/** The memory at the start of the program. */
export function newMemory({ chargers, alarms, powerLimit }: PersistentState = noPersistentState): Memory {
  return {
    time: null,
    meters: {},
    chargers: Object.fromEntries(Object.entries(chargers).map(([name, kept]) => [name, newChargerMemory(kept)])),
    monitors: Object.fromEntries(
      Object.entries(alarms).map(([name, latched]) => [name, { at: null, alarm: true, latched }]),
    ),
    batteries: {},
    surplus: [],
    undecidedTime: 0,
    baseLoad: {},
    overloadedSince: {},
    gridChargeAt: null,
    powerLimit,
    prices: null,
  };
}
