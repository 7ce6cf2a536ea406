/** Readings that come in parts: laid over each other until nothing that counts is missing. */

import { perPhase, phaseIndexes } from "../../../model/phases.js";
import { noQuantities, type Quantities } from "../../../model/readings.js";

/** The newer values where there are any, else the older ones. */
export function overlay(older: Quantities | null, newer: Quantities = noQuantities): Quantities {
  const base = older ?? noQuantities;
  const phases = (key: "currents" | "voltages" | "powers") =>
    perPhase((phase) => newer[key][phase] ?? base[key][phase]);
  return {
    power: newer.power ?? base.power,
    currents: phases("currents"),
    voltages: phases("voltages"),
    powers: phases("powers"),
    importEnergy: newer.importEnergy ?? base.importEnergy,
    exportEnergy: newer.exportEnergy ?? base.exportEnergy,
    soc: newer.soc ?? base.soc,
  };
}

/** What a complete reading still lacks, for people. */
export function missingIn({ power, powers, currents }: Quantities): readonly string[] {
  const missing = phaseIndexes.flatMap((phase) => [
    ...(powers[phase] === null ? [`power of L${phase + 1}`] : []),
    ...(currents[phase] === null ? [`current of L${phase + 1}`] : []),
  ]);
  return missing.length === 0 && power === null ? ["power"] : missing;
}
