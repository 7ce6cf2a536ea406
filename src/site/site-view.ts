/** The site as integrations see it: what is true at one moment, and where commands of people and other programs go in. */

import type { CurrentRange, WritableChannel } from "../drivers/driver.js";
import type { ChargerCommand, ChargerMode, Decision, Plan, SiteCommand, UserSettings } from "../model/commands.js";
import type { ChargerReading, MeterReading } from "../model/readings.js";

export interface ChargerView {
  readonly name: string;
  /** Maker and model as far as known before any contact. */
  readonly brand: string;
  readonly model: string;
  /** What can be changed at it. Known before any contact. */
  readonly writable: readonly WritableChannel[];
  /** The setpoints that it takes and its owner allows. */
  readonly current: CurrentRange;
  /** False once it has failed to answer for a while; the last reading is then no longer true. */
  readonly reachable: boolean;
  /** The newest one; `null`: none yet. */
  readonly reading: ChargerReading | null;
  /** kWh charged since the car was plugged in; `null`: no car is known to be. */
  readonly sessionEnergy: number | null;
  readonly mode: ChargerMode;
  readonly userSettings: UserSettings;
  /** What the next target asks for; `null`: there is none, no car is plugged in, or it is not to charge. */
  readonly plan: Plan | null;
  /** The newest one, and why; `null`: nothing has been decided yet. */
  readonly decision: Decision | null;
}

export interface MeterView {
  readonly name: string;
  readonly reachable: boolean;
  /** The newest value of each quantity; `null`: none yet. */
  readonly reading: MeterReading | null;
}

/** What is true of the site at one moment. It is never changed: the next change makes a new one. */
export interface SiteView {
  /** In the order of the configuration; always the same ones. */
  readonly chargers: readonly ChargerView[];
  readonly meters: readonly MeterView[];
  /** The grid operator's limit for all chargers together, in W; `null`: none. */
  readonly powerLimit: number | null;
}

/** What integrations can do with the site. */
export interface SiteApi {
  /** The newest one. Known before any contact, and answered from memory. */
  readonly view: SiteView;
  /** Hands out a new view after every change; returns what ends it. */
  onChange(listener: (view: SiteView) => void): () => void;
  /** Takes a command to the controller, which decides at once. @throws RangeError for an unknown charger */
  command(charger: string, command: ChargerCommand): void;
  /** Likewise for the site as a whole. */
  commandSite(command: SiteCommand): void;
  /** Changes a setting that the controller has no part in. Rejects with DeviceError. */
  write(charger: string, channel: "accessState", value: string): Promise<void>;
  write(charger: string, channel: "transaction", value: number | null): Promise<void>;
}

/** `null`: the site has none of this name. */
export function chargerIn({ chargers }: SiteView, name: string): ChargerView | null {
  return chargers.find((charger) => charger.name === name) ?? null;
}
