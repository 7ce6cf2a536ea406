/** What chargers demand of a write before anything is sent. */

import { DeviceError } from "../../model/errors.js";
import type { CurrentRange } from "../driver.js";

/**
 * @param amperes per phase
 * @throws DeviceError when no charger of this sort takes this current
 */
export function requireCurrent(amperes: number, { min, max }: CurrentRange, device: string): void {
  if (Number.isInteger(amperes) && amperes >= min && amperes <= max) return;
  const advice = `Choose whole amperes from ${min} to ${max}; to pause, stop it`;
  throw unsupported(device, `${amperes} A cannot be set`, advice);
}

/**
 * The session's limit in counts of the device; `null`: no limit, as 0 means it too.
 * @param energy kWh
 * @param perKWh counts
 * @param most counts
 * @throws DeviceError when it does not fit
 */
export function limitCounts(energy: number | null, perKWh: number, most: number, device: string): number | null {
  if (energy === null || energy === 0) return null;
  const counts = Math.round(energy * perKWh);
  if (counts >= 1 && counts <= most) return counts;
  const advice = `Choose ${1 / perKWh} to ${most / perKWh} kWh, or none`;
  throw unsupported(device, `an energy limit of ${energy} kWh cannot be set`, advice);
}

export function unsupported(device: string, what: string, advice: string): DeviceError {
  return new DeviceError({ code: "unsupported", device, what, advice });
}
