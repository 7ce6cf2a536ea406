/** The house as the faces see it: what is true now, and where people's wishes go in. */

import type { CurrentRange, WritableChannel } from "../drivers/driver.js";
import type { ChargerCommand, ChargerMode, Decision, Plan, SiteCommand, Wishes } from "../model/commands.js";
import type { ChargerReading, MeterReading } from "../model/readings.js";

export interface ChargerView {
  readonly name: string;
  /** Maker and model as far as known before any contact. */
  readonly brand: string;
  readonly model: string;
  /** What can be changed at it. Known before any contact. */
  readonly writable: readonly WritableChannel[];
  /** The set-points that it takes and its owner allows. */
  readonly current: CurrentRange;
  /** False once it has failed to answer for a while; the last reading is then no longer true. */
  readonly reachable: boolean;
  /** The newest one; `null`: none yet. */
  readonly reading: ChargerReading | null;
  readonly mode: ChargerMode;
  readonly wishes: Wishes;
  /** What the next target asks for; `null`: there is none, no car is plugged in, or it is not to charge. */
  readonly plan: Plan | null;
  /** What it was last told, and why; `null`: nothing yet. */
  readonly decision: Decision | null;
}

export interface MeterView {
  readonly name: string;
  readonly reachable: boolean;
  /** The newest value of each quantity; `null`: none yet. */
  readonly reading: MeterReading | null;
}

/** Everything is answered from memory. */
export interface House {
  readonly chargers: readonly ChargerView[];
  readonly meters: readonly MeterView[];
  /** The grid operator's limit for all chargers together, in W; `null`: none. */
  readonly powerLimit: number | null;
  /** Calls back after every change; returns what ends it. */
  onChange(listener: () => void): () => void;
  /** Takes a person's wish to the controller, which decides at once. @throws RangeError for an unknown charger */
  command(charger: string, command: ChargerCommand): void;
  /** Likewise what is asked of the whole house. */
  commandSite(command: SiteCommand): void;
  /** Changes a setting that the controller has no part in. Rejects with DeviceError. */
  write(charger: string, channel: "accessState", value: string): Promise<void>;
  write(charger: string, channel: "transaction", value: number | null): Promise<void>;
}
