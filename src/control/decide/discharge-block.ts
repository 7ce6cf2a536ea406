/** Whether a car charges from the grid, so that house batteries shall not discharge into it. */

import type { Decision } from "../../model/commands.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { someBatteryGives } from "../observe/battery.js";
import type { Demand } from "./demand.js";

/** A charger, the demand on it, and what was decided. */
export interface ChargeDecision {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
  readonly decision: Decision;
}

/**
 * Whether a car charges fast, with a fixed current, or with its minimum above the surplus. For the first two the
 * surplus does not matter: if it suffices, no battery discharges anyway. For the minimum a battery may discharge down
 * to its reserve.
 */
export function chargesFromGrid(charges: readonly ChargeDecision[], { memory, voltage }: Situation): boolean {
  const active = charges.filter(({ charger, decision }) => charger.plugged && !charger.idle && decision.current > 0);
  if (active.some(({ demand }) => demand.kind === "fast" || demand.kind === "fixed")) return true;
  if (someBatteryGives(memory) || active.every(({ demand }) => demand.kind !== "solar-with-minimum")) return false;
  const power = active.reduce((sum, { charger, decision: { current, phases } }) => {
    return sum + current * charger.overdrawRatio * voltage * charger.activePhases(phases);
  }, 0);
  return power > (memory.surplus.at(-1)?.high ?? 0);
}
