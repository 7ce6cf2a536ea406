/** Settings of the cases: the defaults of the product, except for what a case varies. */

import { parseConfig } from "../../src/config/parse.js";
import {
  mainFuse,
  type ChargerSettings,
  type CircuitSettings,
  type ControlSettings,
} from "../../src/control/settings.js";
import { controlSettings } from "../../src/site/settings.js";

export const meterName = "Grid";
export const batteryName = "Battery";
export const chargerName = "Charger";
export const voltage = 230;

const { config } = parseConfig({
  meters: [{ name: meterName, driver: "shelly-3em", transport: "http", host: "127.0.0.1" }],
  chargers: [{ name: chargerName, driver: "go-e", host: "127.0.0.1", apiVersion: 2, mode: "solar" }],
});
if (config === null) throw new Error("nothing of this configuration can start");
const defaults = controlSettings(config);

/** Phases and currents that cases are run with. */
export interface Charging {
  readonly name: string;
  readonly phases: 1 | 3 | "auto";
  /** A */
  readonly maxCurrent: number;
  /** A */
  readonly step: number;
}

export const onePhase32: Charging = { name: "1p 6–32 A", phases: 1, maxCurrent: 32, step: 1 };
export const threePhases16: Charging = { name: "3p 6–16 A", phases: 3, maxCurrent: 16, step: 1 };
export const auto16: Charging = { name: "1p/3p 6–16 A", phases: "auto", maxCurrent: 16, step: 1 };

/** One charger in solar mode, without a fuse. */
export function sunSettings({ phases, maxCurrent, step }: Charging, importPenalty: number): ControlSettings {
  const [charger] = defaults.chargers;
  if (charger === undefined) throw new Error("the configuration has no charger");
  const own: ChargerSettings = {
    ...charger,
    mode: "solar",
    phases,
    canSwitchPhases: phases === "auto",
    maxCurrent,
    step,
  };
  return { ...defaults, voltage, circuits: [], importPenalty, chargers: [own] };
}

/** Chargers that charge as fast as a main fuse allows, on three phases by default. */
export function fuseSettings(
  limit: number,
  chargers: readonly Partial<ChargerSettings>[],
  circuits: readonly CircuitSettings[] = [],
): ControlSettings {
  const [charger] = defaults.chargers;
  if (charger === undefined) throw new Error("the configuration has no charger");
  return {
    ...defaults,
    voltage,
    circuits: [{ name: mainFuse, limit, parent: null, meters: [meterName] }, ...circuits],
    chargers: chargers.map((own) => ({
      ...charger,
      mode: "fast",
      phases: 3,
      canSwitchPhases: false,
      maxCurrent: 16,
      ...own,
    })),
  };
}

/** W that the charger can be set to, for each number of phases that it may use. */
export function levelsOf({ phases, maxCurrent, step }: Charging, minCurrent = 6): readonly (readonly number[])[] {
  const counts = phases === "auto" ? [1, 3] : [phases];
  const steps = Math.round((maxCurrent - minCurrent) / step);
  return counts.map((count) => Array.from({ length: steps + 1 }, (_, i) => (minCurrent + i * step) * count * voltage));
}
