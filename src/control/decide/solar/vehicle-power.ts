/** A car that needs more than its minimum current is not charged from a weaker sun. */

import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import type { SurplusDemand } from "../demand.js";
import { chooseBySurplus, type Pool, type SolarChoice } from "./start-stop.js";

/**
 * Below the power that the car needs, the sun is as good as none for starting and stopping, by the same law as
 * otherwise. Until it stops, its current follows what is there.
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
