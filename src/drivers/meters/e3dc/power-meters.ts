/** The eight power meters that an E3/DC knows of, and which of them stands at the grid. */

import { perPhase, type PerPhase } from "../../../model/phases.js";

/** For each of eight: its kind, then W on L1 to L3 as i16. HagerEnergy V1.90: 40105 and on, on the wire one less. */
export const powerMeterBlock = { address: 40_104, count: 32 } as const;

const width = 4;

/** Kinds of a meter at the grid; a farm's outweighs the root meter, which rests at 0 there (openWB). */
const gridKinds = { farm: 5, root: 1 } as const;

/** How far the three may be from the grid's power, as both are not of the very same moment. */
const tolerance = { watts: 100, share: 0.1 } as const;

const unknown: PerPhase<null> = [null, null, null];

/**
 * W on L1 to L3 of the grid, import +. The document does not say which sign they have; so they count only where their
 * sum shows it.
 * @param words of the block; `null`: the device has none
 * @param grid W, import +
 */
export function gridPowers(words: readonly number[] | null, grid: number | null): PerPhase<number | null> {
  const found = words === null ? null : (meterOf(gridKinds.farm, words) ?? meterOf(gridKinds.root, words));
  if (found === null || grid === null) return unknown;
  const sum = found.reduce((total, power) => total + power, 0);
  return Math.abs(sum - grid) <= Math.max(tolerance.watts, tolerance.share * Math.abs(grid)) ? found : unknown;
}

function meterOf(kind: number, words: readonly number[]): PerPhase<number> | null {
  for (let first = 0; first + width <= words.length; first += width)
    if (words[first] === kind) return perPhase((phase) => signed(words[first + 1 + phase] ?? 0));
  return null;
}

function signed(word: number): number {
  return word >= 0x8000 ? word - 0x1_0000 : word;
}
