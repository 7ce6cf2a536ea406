/** What a charger has told at least once: its endpoint has a place for that, known before any reading. */

import { phasesOf } from "../../model/phase-channels.js";
import { phaseIndexes } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";

export interface Told {
  /** The phases of which it tells a current, counted from 0. */
  readonly phases: readonly number[];
  readonly temperature: boolean;
  /** RFID tags */
  readonly tag: boolean;
}

export const nothingTold: Told = { phases: [], temperature: false, tag: false };

/** Never less than before. */
export function toldWith(told: Told, reading: ChargerReading): Told {
  const currents = phasesOf(reading, "currents");
  return {
    phases: phaseIndexes.filter((phase) => told.phases.includes(phase) || currents[phase] !== null),
    temperature: told.temperature || reading.temperature !== null,
    tag: told.tag || reading.tag !== null,
  };
}
