/** The errors that a Shelly of the second generation reports of itself. */

import type { VirtualShellyPro3em } from "../devices/shelly-gen2/device.js";

export const proMisbehaviours = ["failed-phase", "failed-meter", "phase-sequence"] as const;

/** `null`: no error. */
export function reportErrors(device: VirtualShellyPro3em): (misbehaviour: string | null) => void {
  return (misbehaviour) => {
    device.phaseErrors.clear();
    device.errors = [];
    if (misbehaviour === "failed-phase") device.phaseErrors.set(1, ["power_meter_failure"]);
    if (misbehaviour === "failed-meter") device.errors = ["power_meter_failure"];
    if (misbehaviour === "phase-sequence") device.errors = ["phase_sequence"];
  };
}
