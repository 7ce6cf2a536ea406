/** What both languages of an OpenEVSE demand of a write before anything is sent. */

import { unsupported } from "../../options/requirements.js";

/** A per phase; what boxes are sold for. What one of them is built for, it says itself. */
export const currentRange = { min: 6, max: 80, step: 1 } as const;

/** @throws DeviceError when this is no voltage of a phase. V */
export function requireVoltage(volts: number, device: string): void {
  if (volts > 0 && volts <= 500) return;
  throw unsupported(device, `${volts} V is no voltage to tell it`, "Check the meter that voltage names");
}
