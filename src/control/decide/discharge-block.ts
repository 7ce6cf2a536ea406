/** Whether house batteries shall give nothing now, because what they give would go into a car that takes from the grid. */

import type { Decision } from "../../model/commands.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { someBatteryGives } from "../observe/battery.js";
import type { Demand } from "./demand.js";

/** A charger, what it is asked for, and what was decided. */
export interface ChargeDecision {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
  readonly decision: Decision;
}

/**
 * A car charges as fast as it may, or with a current of its own, or has its minimum without enough sun for it. Whether
 * the sun would do does not matter to the first two: then no battery discharges anyway. The last may have of the
 * battery what is above its reserve.
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
