/** How what a Shelly measures on three phases makes a reading. */

import type { PerPhase } from "../../../model/phases.js";
import type { MeterReading, MeterRole, Quantities } from "../../../model/readings.js";
import { noQuantities } from "../../../model/readings.js";

export interface PhaseReadings {
  readonly power: number | null;
  readonly currents: PerPhase<number | null>;
  readonly voltages: PerPhase<number | null>;
  readonly powers: PerPhase<number | null>;
  /** Wh */
  readonly totals: readonly (number | null)[];
  /** Wh */
  readonly returned: readonly (number | null)[];
}

/** The reading of a meter that measures one place, the first of `measures`. */
export function readingOf(readings: PhaseReadings, measures: readonly MeterRole[]): MeterReading {
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
