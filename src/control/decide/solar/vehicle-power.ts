/** A car that needs more than its minimum current is not charged from a weaker sun. */

import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import { watts } from "../../format.js";
import type { Demand } from "../demand.js";
import { chooseBySun, type Pool, type SunChoice } from "./start-stop.js";

/**
 * Below the power that the car needs, the sun is as good as none for starting and stopping, by the same law as
 * otherwise. Until it stops, its current follows what is there.
 */
export function chooseForCar(charger: ChargerFacts, demand: Demand, pool: Pool, situation: Situation): SunChoice {
  const { minPower } = demand;
  const there = charger.holding.current > 0 ? pool.high : pool.low;
  if (minPower === undefined || there >= minPower) return chooseBySun(charger, demand, pool, situation);
  const choice = chooseBySun(charger, demand, { low: 0, high: 0 }, situation);
  return { ...choice, reason: `${watts(Math.max(0, there))} of surplus, this car needs ${watts(minPower)}` };
}
