/** Which car is at a charger, by its tag, and what settings that gives the charger. */

import { ceilTo, floorTo } from "../../model/rounding.js";
import type { ChargerMemory } from "../observe/charger-memory.js";
import type { ChargerSettings, VehicleSettings } from "../settings.js";

/** An RFID tag as it is compared: readers differ in case and pad with blanks. `null`: there is none. */
export function tagOf(reported: string | null): string | null {
  const tag = reported?.trim().toUpperCase() ?? "";
  return tag === "" ? null : tag;
}

/** The car that a tag belongs to; `null`: no known one. */
export function vehicleOf(tag: string | null, vehicles: readonly VehicleSettings[]): VehicleSettings | null {
  return (tag === null ? undefined : vehicles.find(({ tags }) => tags.includes(tag))) ?? null;
}

/**
 * The settings of a charger with those of its car and with a person's minimum. A minimum above the car's maximum or
 * above a person's cap is lowered to it.
 */
export function settingsFor(
  charger: ChargerSettings,
  { persistent, tag }: Pick<ChargerMemory, "persistent" | "tag">,
  vehicles: readonly VehicleSettings[],
): ChargerSettings {
  const { minimum, cap } = persistent;
  const car = vehicleOf(tag, vehicles);
  if (car === null && minimum === null) return charger;
  const maxCurrent = Math.min(charger.maxCurrent, car?.maxCurrent ?? Infinity);
  const wanted = ceilTo(Math.max(car?.minCurrent ?? 0, minimum ?? 0), charger.step);
  const possible = floorTo(Math.min(maxCurrent, cap ?? Infinity), charger.step);
  return {
    ...charger,
    maxCurrent,
    minCurrent: Math.max(charger.minCurrent, Math.min(wanted, possible)),
    sessionEnergyLimit: car?.energyLimit ?? charger.sessionEnergyLimit,
  };
}
