/** What a charger's newest reading and its mode say of its state. */

import type { ChargerMode } from "../../model/commands.js";
import type { ChargerReading } from "../../model/readings.js";
import { chargerSilence } from "../parameters.js";
import type { ChargerMemory } from "./charger-memory.js";

/** Whether the charger's own start-stop switch is on; `null`: not known. */
export function isEnabled(reading: ChargerReading): boolean | null {
  return reading.enabled ?? reading.allowCharging;
}

export function isPlugged({ state }: ChargerReading): boolean {
  return state === "connected" || state === "charging";
}

/** Whether it has not reported for so long that it can't be counted on to follow commands. */
export function isSilent({ at }: ChargerMemory, now: number): boolean {
  return at === null || now - at > chargerSilence;
}

/** Whether the charger's current follows the surplus in this mode. */
export function isSolarMode(mode: ChargerMode): boolean {
  return mode === "solar" || mode === "solar-min";
}
