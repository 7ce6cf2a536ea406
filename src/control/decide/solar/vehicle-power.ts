/** A car with a minimum power of its own is not charged from less surplus. */

import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import type { SurplusDemand } from "../demand.js";
import { chooseBySurplus, type Pool, type SolarChoice } from "./start-stop.js";

/**
 * As `chooseBySurplus`, but for starting and stopping a surplus below the car's minimum power counts as none. Until the
 * charge stops, its current follows the surplus as always.
 */
export function chooseForVehicle(
  charger: ChargerFacts,
  demand: SurplusDemand,
  pool: Pool,
  situation: Situation,
): SolarChoice {
  const minPower = demand.kind === "solar" ? demand.minPower : null;
  const there = charger.activeSetpoint.current > 0 ? pool.high : pool.low;
  if (minPower === null || there >= minPower) return chooseBySurplus(charger, demand, pool, situation);
  const choice = chooseBySurplus(charger, demand, { low: 0, high: 0 }, situation);
  return { ...choice, reasons: [{ code: "vehicle-needs-more", surplus: Math.max(0, there), needed: minPower }] };
}
