/** Signs and sums of what meters measure phase by phase. */

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
    return current !== null && power !== null && power < 0 ? turned(Math.abs(current)) : current;
  });
}

/** `null` unless all are known. */
export function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

export function kWh(wattHours: number | null): number | null {
  return wattHours === null ? null : wattHours / 1_000;
}

/** What a meter says that is mounted the other way round. */
export function reversed(quantities: Quantities): Quantities {
  const { power, powers, currents, importEnergy, exportEnergy } = quantities;
  return {
    ...quantities,
    power: power === null ? null : turned(power),
    powers: eachTurned(powers),
    currents: eachTurned(currents),
    importEnergy: exportEnergy,
    exportEnergy: importEnergy,
  };
}

function eachTurned(values: PerPhase<number | null>): PerPhase<number | null> {
  return perPhase((phase) => {
    const value = values[phase];
    return value === null ? null : turned(value);
  });
}

/** Not -value: that would make a minus zero of a meter at rest. */
function turned(value: number): number {
  return 0 - value;
}
