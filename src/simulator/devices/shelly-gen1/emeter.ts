/** One phase of the Shelly 3EM in the device's own terms, the same over MQTT and HTTP. */

import type { PhaseIndex } from "../../../model/phases.js";
import type { ShellyState } from "./state.js";

export interface Emeter {
  /** W, import + */
  readonly power: number;
  /** −1 … 1 */
  readonly pf: number;
  /** A, never negative: the sign is in `power` alone. */
  readonly current: number;
  /** V */
  readonly voltage: number;
  /** Wh, import */
  readonly total: number;
  /** Wh, export */
  readonly total_returned: number;
}

export function emeter(device: ShellyState, phase: PhaseIndex): Emeter {
  const { powers, currents, voltages, importEnergies, exportEnergies } = device.values();
  const apparent = voltages[phase] * Math.abs(currents[phase]);
  return {
    power: powers[phase],
    pf: apparent > 0 ? Math.max(-1, Math.min(1, powers[phase] / apparent)) : 0,
    current: Math.abs(currents[phase]),
    voltage: voltages[phase],
    total: importEnergies[phase],
    total_returned: exportEnergies[phase],
  };
}
