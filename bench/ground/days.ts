/** Days to charge on: generated from a seed, or recorded. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Household } from "../../src/simulator/household.js";
import { parseDay } from "../../src/simulator/recorded-day.js";
import { Roof } from "../../src/simulator/roof.js";
import { Weather, type WeatherKind } from "../../src/simulator/weather.js";

export interface Day {
  readonly name: string;
  /** W that the sun gives beyond what the house needs, each second; negative while the house needs more. */
  readonly surplus: Float64Array;
}

const hour = 3_600;
/** Hours of the day in which a generated day is lived through: every sun rises and sets between them. */
const daylight = { from: 5 * hour, to: 21.5 * hour };

export interface GeneratedDay {
  readonly weather: WeatherKind;
  readonly seed: number;
  /** kW of the roof */
  readonly peak: number;
}

export function generateDay({ weather, seed, peak }: GeneratedDay): Day {
  const roof = new Roof({ peak, weather: new Weather(weather, seed) });
  const household = new Household({ seed });
  const surplus = new Float64Array(daylight.to - daylight.from);
  for (let second = 0; second < surplus.length; second++) {
    const [l1, l2, l3] = household.powers(daylight.from + second);
    surplus[second] = roof.power(daylight.from + second) - l1 - l2 - l3;
  }
  return { name: `${weather} ${seed}, ${peak} kWp`, surplus };
}

/** The CSV files of a folder, as `simulate --day` reads them; each row holds until the next. */
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
