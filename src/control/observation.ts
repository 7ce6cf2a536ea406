/** What one pass of the controller is told. */

import type { ChargerCommand, SiteCommand } from "../model/commands.js";
import type { ChargerReading, MeterReading, ResidualCurrentReading } from "../model/readings.js";

export interface Observation extends SiteCommand {
  /** ms since 1970, never before that of the pass before. */
  readonly time: number;
  /** New readings by name. Left out: nothing new. `null`: the attempt to read failed. */
  readonly meters: { readonly [name: string]: MeterReading | null };
  readonly chargers: { readonly [name: string]: ChargerReading | null };
  readonly monitors?: { readonly [name: string]: ResidualCurrentReading | null };
  /** What people asked for since the pass before. */
  readonly commands: { readonly [name: string]: ChargerCommand };
}
