/** The registers of an E3/DC in its simple mode, and the reading that they make. */

import { noQuantities, type MeterReading, type MeterRole, type Quantities } from "../../../model/readings.js";
import type { PerPhase } from "../../../model/phases.js";
import { defineRegisters, type Values } from "../../decoding/registers.js";

/** Wire addresses are one below those of the document. */
const simpleMode = {
  table: "holding",
  wordOrder: "low-first",
  maxRead: 125,
  gap: 8,
  source: "HagerEnergy “Modbus/TCP-Schnittstelle” V1.90",
} as const;

/** Says that it is an E3/DC, and that its simple mode is on. */
export const magicWord = 0xe3dc;

export const identity = defineRegisters(
  { magic: { at: 40_000, type: "u16", unit: "", range: [0, 0xffff] } },
  simpleMode,
);

const watts = { type: "i32", unit: "W", range: [-200_000, 200_000] } as const;

export const measurements = defineRegisters(
  {
    pv: { ...watts, at: 40_067 },
    /** Discharge is negative. */
    battery: { ...watts, at: 40_069 },
    /** Without what the battery takes. */
    house: { ...watts, at: 40_071 },
    /** Export is negative. */
    grid: { ...watts, at: 40_073 },
    /** Generators that E3/DC's own inverter has no part in: negative when they produce. */
    generators: { ...watts, at: 40_075, source: "evcc, openWB" },
    soc: { at: 40_082, type: "u16", unit: "%", range: [0, 100] },
  },
  simpleMode,
);

/**
 * What the device says in our signs.
 * @param phases W on L1 to L3 of the grid
 */
export function readingOf(
  values: Values<(typeof measurements)["rows"]>,
  phases: PerPhase<number | null>,
  measures: readonly MeterRole[],
): MeterReading {
  const { pv, battery, house, grid, generators, soc } = values;
  const all: Record<MeterRole, Quantities> = {
    grid: { ...noQuantities, power: grid, powers: phases },
    pv: { ...noQuantities, power: pv === null || generators === null ? null : pv - generators },
    battery: { ...noQuantities, power: battery === null ? null : 0 - battery, soc },
    house: { ...noQuantities, power: house },
  };
  return Object.fromEntries(measures.map((role) => [role, all[role]]));
}
