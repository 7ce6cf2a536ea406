/** What the meters of a house measure. */

import { perPhase, type PerPhase } from "../../model/phases.js";
import type { GridFlow, VirtualHouse } from "../house/house.js";

export interface Flows {
  readonly grid: GridFlow;
  /** W, production + */
  readonly pv: number;
  /** W, discharge + */
  readonly battery: number;
  /** W, cars and all */
  readonly house: number;
  /** % */
  readonly soc: number;
}

/** A house without a battery. */
export function flowsOf({ grid, pv, house, car }: VirtualHouse): Flows {
  return { grid, pv: pv.power, battery: 0, house: house.power + car.power, soc: 100 };
}

const voltages: PerPhase<number> = [230, 231, 229];
const usualPowers: PerPhase<number> = [1_200, -2_300, 460];

/** The same at every moment but for L1 of the grid. @param more W that L1 takes beside the usual */
export function steadyFlows(more: () => number): () => Flows {
  return () => {
    const powers = [usualPowers[0] + more(), usualPowers[1], usualPowers[2]] as const;
    const power = powers[0] + powers[1] + powers[2];
    const [pv, battery] = [1_500, 2_260];
    const grid = {
      power,
      powers,
      currents: perPhase((phase) => powers[phase] / voltages[phase]),
      voltages,
      importEnergy: 1_500_000,
      exportEnergy: 10_500,
      importEnergies: [1_000_000, 2_000_000, 3_000_000] as const,
      exportEnergies: [4_000, 5_000, 6_000] as const,
    };
    return { grid, pv, battery, house: power + pv + battery, soc: 87 };
  };
}
