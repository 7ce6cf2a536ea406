/** All virtual devices, one entry for each way in which a driver reaches one. Demo, bench and tests take them from here. */

import { meterDrivers } from "../../drivers/registry.js";
import {
  shelly3emOverHttp,
  shellyProOverHttp,
  virtualDctr,
  virtualE3dc,
  virtualHttpMeter,
  virtualModbusMeter,
  virtualPac2200,
  virtualSunSpec,
} from "./asked-meters.js";
import { virtualChargers } from "./chargers.js";
import type { RosterEntry } from "./entry.js";
import {
  shelly3emOverMqtt,
  shellyProOverMqtt,
  shellyProOverWebSocket,
  virtualMqttMeter,
  virtualP1,
  virtualSma,
} from "./pushing-meters.js";
import { registerMeter } from "./register-meter.js";

/** The first of a driver is the usual way to it. */
const ownMeters: readonly RosterEntry[] = [
  shelly3emOverMqtt,
  shelly3emOverHttp,
  shellyProOverWebSocket,
  shellyProOverHttp,
  shellyProOverMqtt,
  virtualE3dc,
  virtualPac2200,
  virtualSunSpec,
  virtualSma,
  virtualP1,
  virtualMqttMeter,
  virtualHttpMeter,
  virtualModbusMeter,
];

/** Meters that no virtual device was written for, made from their tables. */
const tabledMeters = meterDrivers.flatMap(({ driver, registers }) =>
  registers === undefined || ownMeters.some((entry) => entry.driver === driver) ? [] : registerMeter(driver, registers),
);

export const roster: readonly RosterEntry[] = [...virtualChargers, ...ownMeters, ...tabledMeters, virtualDctr];

/** The usual way to a device of this driver; `undefined`: there is no virtual one. */
export function usualEntry(driver: string): RosterEntry | undefined {
  return roster.find((entry) => entry.driver === driver);
}

/** Names of the drivers that have a virtual device of this kind. */
export function driversWith(kind: RosterEntry["kind"]): readonly string[] {
  return [...new Set(roster.filter((entry) => entry.kind === kind).map(({ driver }) => driver))];
}
