/** The channels that a charger has once for each of its phases. */

import type { ChannelName, ChargerChannels } from "./channels.js";
import { perPhase, type PerPhase } from "./phases.js";

/** In A, W, and V from phase to neutral; by L1, L2, L3. */
export const phaseChannels = {
  currents: ["currentL1", "currentL2", "currentL3"],
  powers: ["powerL1", "powerL2", "powerL3"],
  voltages: ["voltageL1", "voltageL2", "voltageL3"],
} as const satisfies Record<string, PerPhase<ChannelName>>;

/** One of these quantities on each phase of the charger; `null`: not measured. */
export function phasesOf(reading: ChargerChannels, quantity: keyof typeof phaseChannels): PerPhase<number | null> {
  return perPhase((phase) => reading[phaseChannels[quantity][phase]]);
}
