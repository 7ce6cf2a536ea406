/** What both APIs of an OpenEVSE require of a write before anything is sent. */

import { unsupported } from "../../options/requirements.js";

/** A per phase; what boxes are sold for. The limit of the single box is checked by the box. */
export const currentRange = { min: 6, max: 80, step: 1 } as const;

/**
 * The voltage of a phase in whole volts, as the gateway takes it.
 * @throws DeviceError when this is no voltage of a phase
 */
export function wholeVolts(volts: number, device: string): number {
  if (volts > 0 && volts <= 500) return Math.max(1, Math.round(volts));
  throw unsupported(device, `${volts} V cannot be set as its voltage`, "Check the meter that voltage names");
}
