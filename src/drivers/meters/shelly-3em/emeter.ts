/** What one phase of a Shelly 3EM measures, and how three of them make a reading. */

import type { MeterReading, MeterRole, Quantities } from "../../../model/readings.js";
import { noQuantities } from "../../../model/readings.js";
import type { PerPhase } from "../../../model/phases.js";

/** Shelly API, Gen 1, 3EM: the names are the same in `/status` and in MQTT topics. */
export const emeterFields = {
  /** Signed: import +. */
  power: { unit: "W", range: [-100_000, 100_000] },
  /** Without a sign. */
  current: { unit: "A", range: [0, 200] },
  voltage: { unit: "V", range: [0, 500] },
  pf: { unit: "", range: [-1, 1] },
  /** Import, of this phase alone: the three are not netted. */
  total: { unit: "Wh", range: [0, 1e12] },
  /** Export. */
  total_returned: { unit: "Wh", range: [0, 1e12] },
} as const satisfies Record<string, { readonly unit: string; readonly range: readonly [number, number] }>;

export type EmeterField = keyof typeof emeterFields;

export function isEmeterField(name: string): name is EmeterField {
  return Object.hasOwn(emeterFields, name);
}

export interface EmeterReadings {
  readonly power: number | null;
  readonly currents: PerPhase<number | null>;
  readonly voltages: PerPhase<number | null>;
  readonly powers: PerPhase<number | null>;
  /** Wh */
  readonly totals: readonly (number | null)[];
  /** Wh */
  readonly returned: readonly (number | null)[];
}

export function readingOf(readings: EmeterReadings, measures: readonly MeterRole[]): MeterReading {
  const quantities: Quantities = {
    ...noQuantities,
    power: readings.power,
    currents: readings.currents,
    voltages: readings.voltages,
    powers: readings.powers,
    importEnergy: kWh(sumOf(readings.totals)),
    exportEnergy: kWh(sumOf(readings.returned)),
  };
  return { [measures[0] ?? "grid"]: quantities };
}

/** `null` unless all are known. */
export function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** The meter tells how much flows, its power tells where to. */
export function signedLike(current: number | null, power: number | null): number | null {
  // Not -current: that would make a minus zero of a phase at rest.
  return current !== null && power !== null && power < 0 ? 0 - current : current;
}

function kWh(energy: number | null): number | null {
  return energy === null ? null : energy / 1_000;
}
