/** What is new since the last observation: readings and commands of people. */

import type { ChargerCommand, SiteCommand } from "../model/commands.js";
import type { ChargerReading, MeterReading, ResidualCurrentReading } from "../model/readings.js";

export interface Observation extends SiteCommand {
  /** ms since 1970, never before that of the observation before. */
  readonly time: number;
  /** New readings by the device's name. Left out: nothing new. `null`: the attempt to read failed. */
  readonly meters: { readonly [name: string]: MeterReading | null };
  readonly chargers: { readonly [name: string]: ChargerReading | null };
  readonly monitors?: { readonly [name: string]: ResidualCurrentReading | null };
  /** Commands of people, by the charger's name. */
  readonly commands: { readonly [name: string]: ChargerCommand };
}
