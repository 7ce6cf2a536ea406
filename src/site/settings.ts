/** From the configuration to what the controller has to know. */

import type { ChargerConfig, MeterConfig } from "../config/devices.js";
import type { Config } from "../config/parse.js";
import { systemTimeZone, type CarConfig } from "../config/schema.js";
import { tagOf } from "../control/schedule/vehicles.js";
import {
  mainFuse,
  type VehicleSettings,
  type ChargerSettings,
  type CircuitSettings,
  type ControlSettings,
  type MeterSettings,
} from "../control/settings.js";
import type { CurrentRange } from "../drivers/driver.js";
import { ceilTo } from "../model/rounding.js";

export function controlSettings(config: Config): ControlSettings {
  const { site, surplus, tariff, cars, chargers, meters, residualCurrentMonitors } = config;
  return {
    phases: site.phases,
    voltage: site.voltage,
    timeZone: site.timeZone ?? systemTimeZone(),
    powerLimit: site.powerLimit ?? null,
    tariff: {
      cheapHours: tariff.cheapHours,
      prices: [...tariff.prices].sort((a, b) => a.start - b.start),
      priceLimit: tariff.priceLimit ?? null,
    },
    vehicles: cars.map(carSettings),
    circuits: circuits(site, meters),
    failsafeCurrent: site.failsafeCurrent,
    overloadTolerance: site.overloadTolerance * 1_000,
    gridTarget: surplus.gridTarget,
    importPenalty: surplus.importPenalty,
    minimumRun: surplus.minimumRun * 1_000,
    minimumPause: surplus.minimumPause * 1_000,
    batteryPriority: surplus.batteryPriority,
    batteryReserve: surplus.batteryReserve,
    meters: meters.map((meter) => meterSettings(meter, site)),
    monitors: residualCurrentMonitors.filter(({ onAlarm }) => onAlarm === "stop").map(({ name }) => name),
    chargers: chargers.map(chargerSettings),
  };
}

/** The main fuse, and then parents before children. */
function circuits(site: Config["site"], meters: readonly MeterConfig[]): readonly CircuitSettings[] {
  const grid = meters.map((meter) => meterSettings(meter, site)).filter(({ measures }) => measures.includes("grid"));
  const fused = site.mainFuse !== undefined;
  const ordered: CircuitSettings[] =
    site.mainFuse === undefined
      ? []
      : [{ name: mainFuse, limit: site.mainFuse, parent: null, meters: grid.map(({ name }) => name) }];
  let waiting = site.circuits;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ parent }) => parent === null || ordered.some(({ name }) => name === parent));
    if (ready.length === 0) throw new Error("circuits that hang on each other in a circle are refused on reading");
    for (const { name, limit, parent, meter } of ready)
      ordered.push({
        name,
        limit,
        parent: parent ?? (fused ? mainFuse : null),
        meters: meter === undefined ? [] : [meter],
      });
    waiting = waiting.filter((circuit) => !ready.includes(circuit));
  }
  return ordered;
}

/** A meter that serves a circuit says nothing of the site as a whole. */
function meterSettings({ name, measures }: MeterConfig, { circuits }: Config["site"]): MeterSettings {
  return { name, measures: circuits.some(({ meter }) => meter === name) ? [] : measures };
}

/** The set-points that the charger takes and its owner allows. */
export function rangeOf({ minCurrent, maxCurrent, range }: ChargerConfig): CurrentRange {
  return { min: Math.max(minCurrent, range.min), max: Math.min(maxCurrent, range.max), step: range.step };
}

/** The same, with what chargers turned out to be able to do. */
export function withPhaseSwitching(
  settings: ControlSettings,
  found: readonly { readonly config: { readonly name: string }; readonly canSwitchPhases: boolean }[],
): ControlSettings {
  const canSwitch = new Map(found.map(({ config, canSwitchPhases }) => [config.name, canSwitchPhases]));
  if (settings.chargers.every(({ name, canSwitchPhases }) => canSwitch.get(name) === canSwitchPhases)) return settings;
  const chargers = settings.chargers.map((charger) => ({
    ...charger,
    canSwitchPhases: canSwitch.get(charger.name) ?? charger.canSwitchPhases,
  }));
  return { ...settings, chargers };
}

function chargerSettings(charger: ChargerConfig): ChargerSettings {
  const range = rangeOf(charger);
  return {
    name: charger.name,
    minCurrent: ceilTo(range.min, range.step),
    maxCurrent: range.max,
    step: range.step,
    phases: charger.phases,
    canSwitchPhases: charger.writable.includes("phases"),
    rotation: charger.phaseRotation,
    mode: charger.mode,
    priority: charger.priority,
    circuit: charger.circuit ?? null,
    sessionEnergyLimit: charger.sessionEnergyLimit,
    targets: charger.targets,
    cheapHours: charger.cheapHours,
    refusesUnknownTags: charger.unknownTags === "refuse",
    plugInHold: charger.plugInHold
      ? { current: charger.plugInHold.current, duration: charger.plugInHold.duration * 1_000 }
      : null,
    unpluggedCurrent: charger.unpluggedCurrent,
    stopOnUnplug: charger.stopOnUnplug,
  };
}

function carSettings({
  name,
  tags,
  minCurrent,
  maxCurrent,
  sunOnly,
  energyLimit,
  minPower,
}: CarConfig): VehicleSettings {
  return {
    name,
    tags: tags.flatMap((tag) => tagOf(tag) ?? []),
    minCurrent: minCurrent ?? null,
    maxCurrent: maxCurrent ?? null,
    sunOnly: sunOnly ?? null,
    energyLimit: energyLimit ?? null,
    minPower,
  };
}
