/** What a charger's newest reading says of its state. */

import type { ChargerMode } from "../../model/commands.js";
import type { ChargerReading } from "../../model/readings.js";
import { chargerSilence } from "../parameters.js";
import type { ChargerMemory } from "./charger-memory.js";

/** What the charger's start and stop switch says; `null`: not known. */
export function isEnabled(reading: ChargerReading): boolean | null {
  return reading.enabled ?? reading.allowCharging;
}

export function isPlugged({ state }: ChargerReading): boolean {
  return state === "connected" || state === "charging";
}

export function isSilent({ at }: ChargerMemory, now: number): boolean {
  return at === null || now - at > chargerSilence;
}

/** The modes in which a charger follows the sun. */
export function isSolarMode(mode: ChargerMode): boolean {
  return mode === "solar" || mode === "solar-min";
}
