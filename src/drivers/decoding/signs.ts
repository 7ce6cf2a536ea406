/** Signs and sums of per-phase measurements. */

import { perPhase, type PerPhase } from "../../model/phases.js";
import type { Quantities } from "../../model/readings.js";

/** Gives currents the sign of their power: many meters report currents without one. */
export function signedLike(
  currents: PerPhase<number | null>,
  powers: PerPhase<number | null>,
): PerPhase<number | null> {
  return perPhase((phase) => {
    const current = currents[phase];
    const power = powers[phase];
    return current !== null && power !== null && power < 0 ? negated(Math.abs(current)) : current;
  });
}

/** `null` unless all are known. */
export function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

export function kWh(wattHours: number | null): number | null {
  return wattHours === null ? null : wattHours / 1_000;
}

/** The quantities of a meter that is mounted in reverse. */
export function reversed(quantities: Quantities): Quantities {
  const { power, powers, currents, importEnergy, exportEnergy } = quantities;
  return {
    ...quantities,
    power: power === null ? null : negated(power),
    powers: eachNegated(powers),
    currents: eachNegated(currents),
    importEnergy: exportEnergy,
    exportEnergy: importEnergy,
  };
}

function eachNegated(values: PerPhase<number | null>): PerPhase<number | null> {
  return perPhase((phase) => {
    const value = values[phase];
    return value === null ? null : negated(value);
  });
}

/** Not `-value`, which would turn 0 into -0. */
function negated(value: number): number {
  return 0 - value;
}
