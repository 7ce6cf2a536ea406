/** What is remembered of one house battery. */

import type { Measured } from "./meter-memory.js";

/**
 * How a house battery ranks against cars in a solar mode. `first`: it keeps the power that it charges with · `yields`:
 * that power is for the cars · `gives`: so is the power that it discharges.
 */
export type BatteryRank = "first" | "yields" | "gives";

export interface BatteryMemory {
  readonly rank: BatteryRank;
  /** W, discharge +, of the last 15 s, oldest first. */
  readonly powers: readonly Measured[];
}

export const noBatteryMemory: BatteryMemory = { rank: "first", powers: [] };
