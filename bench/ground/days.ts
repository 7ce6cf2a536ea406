/** Days, generated from a seed or recorded. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PerPhase } from "../../src/model/phases.js";
import { Household } from "../../src/simulator/house/household.js";
import { parseDay } from "../../src/simulator/house/recorded-day.js";
import { Roof } from "../../src/simulator/house/roof.js";
import { Weather, type WeatherKind } from "../../src/simulator/house/weather.js";

/** PV and household for each second of a day. */
export interface Surroundings {
  /** W of the PV system */
  readonly pv: Float64Array;
  /** W on L1, L2, L3 */
  readonly household: readonly PerPhase<number>[];
}

export interface Day {
  readonly name: string;
  /** W of PV less household, for each second. */
  readonly surplus: Float64Array;
}

const hour = 3_600;
/** Seconds of the day between which a generated day is simulated: from before sunrise to after sunset. */
export const daylight = { from: 5 * hour, to: 21.5 * hour };

export interface GeneratedDay {
  readonly weather: WeatherKind;
  readonly seed: number;
  /** kWp of the PV system */
  readonly peak: number;
}

export function makeSurroundings({ weather, seed, peak }: GeneratedDay): Surroundings {
  const roof = new Roof({ peak, weather: new Weather(weather, seed) });
  const household = new Household({ seed });
  const length = daylight.to - daylight.from;
  return {
    pv: Float64Array.from({ length }, (_, second) => roof.power(daylight.from + second)),
    household: Array.from({ length }, (_, second) => household.powers(daylight.from + second)),
  };
}

export function surplusOf({ pv, household }: Surroundings): Float64Array {
  return pv.map((power, second) => {
    const [l1, l2, l3] = household[second] ?? [0, 0, 0];
    return power - l1 - l2 - l3;
  });
}

export function generateDay(day: GeneratedDay): Day {
  return { name: `${day.weather} ${day.seed}, ${day.peak} kWp`, surplus: surplusOf(makeSurroundings(day)) };
}

/** The CSV files of a folder, as `simulate --day` reads them; each row lasts until the next. */
export function recordedDays(folder: string): readonly Day[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".csv"))
    .sort()
    .map((file) => {
      const { rows, length } = parseDay(readFileSync(join(folder, file), "utf8"));
      const surplus = new Float64Array(Math.round(length));
      rows.forEach(({ at, pv, house }, index) => surplus.fill(pv - house, at, rows[index + 1]?.at ?? length));
      return { name: file.replace(/\.csv$/, ""), surplus };
    });
}
