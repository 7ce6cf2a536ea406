import type { Measured } from "./meter-memory.js";

/**
 * Where a house battery stands beside cars that follow the sun. `first`: what it charges with is its own · `yields`:
 * that is for the cars · `gives`: and so is what it discharges.
 */
export type BatteryRank = "first" | "yields" | "gives";

export interface BatteryMemory {
  readonly rank: BatteryRank;
  /** W, discharge +, of the last seconds, oldest first. */
  readonly powers: readonly Measured[];
}

export const noBatteryMemory: BatteryMemory = { rank: "first", powers: [] };
