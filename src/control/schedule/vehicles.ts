import { ceilTo, floorTo } from "../../model/rounding.js";
import type { ChargerMemory } from "../observe/charger-memory.js";
import type { ChargerSettings, VehicleSettings } from "../settings.js";

/** A tag as it is compared: readers differ in case and pad with blanks. `null`: there is none. */
export function tagOf(told: string | null): string | null {
  const tag = told?.trim().toUpperCase() ?? "";
  return tag === "" ? null : tag;
}

/** The car that this tag belongs to; `null`: none that is known. */
export function vehicleOf(tag: string | null, vehicles: readonly VehicleSettings[]): VehicleSettings | null {
  return (tag === null ? undefined : vehicles.find(({ tags }) => tags.includes(tag))) ?? null;
}

/**
 * The settings of a charger as they hold now: with what its car has of its own, and with a person's minimum. A minimum
 * never passes what the car may take at most, nor a person's cap: then that is charged with.
 */
export function settingsFor(
  charger: ChargerSettings,
  { persistent: { minimum, cap }, tag }: Pick<ChargerMemory, "persistent" | "tag">,
  vehicles: readonly VehicleSettings[],
): ChargerSettings {
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
