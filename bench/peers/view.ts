/** The input of a rule: the newest readings, without their age. */

import type { Observation } from "../../src/control/observation.js";
import type { ControlSettings } from "../../src/control/settings.js";
import type { Decision } from "../../src/model/commands.js";
import type { PerPhase } from "../../src/model/phases.js";
import type { ChargerReading } from "../../src/model/readings.js";

export interface View {
  /** ms since 1970 of the newest reading of the grid meter; 0: none yet. */
  readonly gridAt: number;
  /** W, import + */
  readonly gridPower: number;
  /** A, import + */
  readonly gridCurrents: PerPhase<number>;
  readonly chargers: { readonly [name: string]: ChargerReading };
}

export const nothingSeen: View = { gridAt: 0, gridPower: 0, gridCurrents: [0, 0, 0], chargers: {} };

export function updatedView(
  before: View,
  { time, meters, chargers }: Observation,
  { meters: known }: ControlSettings,
): View {
  const name = known.find(({ measures }) => measures.includes("grid"))?.name ?? "";
  const grid = meters[name]?.grid;
  const fresh = Object.entries(chargers).flatMap(([charger, reading]) =>
    reading === null ? [] : [[charger, reading]],
  );
  const view: View = { ...before, chargers: { ...before.chargers, ...Object.fromEntries(fresh) } };
  if (grid === undefined || grid.power === null) return view;
  const [l1, l2, l3] = grid.currents;
  return { ...view, gridAt: time, gridPower: grid.power, gridCurrents: [l1 ?? 0, l2 ?? 0, l3 ?? 0] };
}

/** W that a charger draws, by its own reading. */
export function drawnBy(reading: ChargerReading | undefined): number {
  return reading?.power ?? 0;
}

export function isPlugged(reading: ChargerReading | undefined): boolean {
  return reading?.state === "connected" || reading?.state === "charging";
}

/** A decision for one charger. */
export function decision(current: number, phases: 1 | 3): Decision {
  return { allowCharging: current > 0, current, phases, reasons: [] };
}

/** The number of phases of a charger that can't, or must not, switch them. */
export function fixedPhases(phases: 1 | 3 | "auto"): 1 | 3 {
  return phases === 3 ? 3 : 1;
}
