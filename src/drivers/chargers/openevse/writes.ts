/** What both languages of an OpenEVSE demand of a write before anything is sent. */

import { DeviceError } from "../../../model/errors.js";

/** A per phase; what boxes are sold for. What one of them is built for, it says itself. */
export const currentRange = { min: 6, max: 80, step: 1 } as const;

/** Wh; more than any car takes. */
const mostLimit = 1e6;

/** @throws DeviceError when no OpenEVSE takes this current. A */
export function requireCurrent(amperes: number, device: string): void {
  const { min, max } = currentRange;
  if (Number.isInteger(amperes) && amperes >= min && amperes <= max) return;
  throw unsupported(
    device,
    `${amperes} A cannot be set`,
    `Choose whole amperes from ${min} to ${max}; to pause, stop it`,
  );
}

/**
 * Wh; `null`: no limit, as 0 means it too.
 * @param energy kWh
 * @throws DeviceError when it does not fit
 */
export function limitWattHours(energy: number | null, device: string): number | null {
  if (energy === null || energy === 0) return null;
  const wattHours = Math.round(energy * 1_000);
  if (wattHours >= 1 && wattHours <= mostLimit) return wattHours;
  throw unsupported(device, `an energy limit of ${energy} kWh cannot be set`, "Choose 0.001 to 1000 kWh, or none");
}

/** @throws DeviceError when this is no voltage of a phase. V */
export function requireVoltage(volts: number, device: string): void {
  if (volts > 0 && volts <= 500) return;
  throw unsupported(device, `${volts} V is no voltage to tell it`, "Check the meter that voltage names");
}

export function unsupported(device: string, what: string, advice: string): DeviceError {
  return new DeviceError({ code: "unsupported", device, what, advice });
}
