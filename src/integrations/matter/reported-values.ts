/** What a charger has reported at least once: its endpoint has attributes for that, known before any reading. */

import { phasesOf } from "../../model/phase-channels.js";
import { phaseIndexes } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";

export interface ReportedValues {
  /** The phases of which it reports a current, counted from 0. */
  readonly phases: readonly number[];
  readonly temperature: boolean;
  /** RFID tags */
  readonly tag: boolean;
}

export const nothingReported: ReportedValues = { phases: [], temperature: false, tag: false };

/** Never less than before. */
export function withReported(before: ReportedValues, reading: ChargerReading): ReportedValues {
  const currents = phasesOf(reading, "currents");
  return {
    phases: phaseIndexes.filter((phase) => before.phases.includes(phase) || currents[phase] !== null),
    temperature: before.temperature || reading.temperature !== null,
    tag: before.tag || reading.tag !== null,
  };
}
