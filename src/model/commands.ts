/** What people ask for, and what is decided. */

import type { PhaseCount } from "./phases.js";
import type { Reason } from "./reasons.js";
import type { Weekday } from "./weekdays.js";

/**
 * `off`: never · `fast`: as much as the fuse gives · `solar`: the sun's surplus only ·
 * `solar-min`: always the minimum, and the surplus above it · `scheduled`: only for targets and in cheap hours.
 */
export const chargerModes = ["off", "fast", "solar", "solar-min", "scheduled"] as const;

export type ChargerMode = (typeof chargerModes)[number];

/** What a person asks of a charger. What is left out stays as it is. */
export interface ChargerCommand {
  readonly mode?: ChargerMode;
  /**
   * Start (true) or stop (false) by hand. A stop holds until a start or until the car is unplugged. `null` takes
   * either back: the mode alone decides.
   */
  readonly allowCharging?: boolean | null;
  /** A cap of their own, in A per phase. `null` lifts it. */
  readonly maxAmpere?: number | null;
  /** A cap of their own, in W. `null` lifts it. */
  readonly powerLimit?: number | null;
  /** For this and later sessions, in kWh. 0 or `null`: no limit. */
  readonly sessionChargeConsumptionLimit?: number | null;
  /** Number of phases to use; `"auto"`: what suits best. */
  readonly phases?: PhaseCount | "auto";
  /** Least to charge with, in A per phase; never below the charger's own minimum. `null` lifts it. */
  readonly minAmpere?: number | null;
  /** When a start by hand ends by a stop, in ms since 1970. `null`: it holds until the car is unplugged. */
  readonly until?: number | null;
  /** What shall be charged by when, week after week. Replaces all that were there. */
  readonly targets?: readonly ChargeTarget[];
}

/** An amount that shall be in the car at a time of some days of the week. */
export interface ChargeTarget {
  readonly days: readonly Weekday[];
  /** min since midnight, local time of the site, 0–1439 */
  readonly time: number;
  /** kWh to charge since the car was plugged in, or since the target before; `null`: until it is full. */
  readonly energy: number | null;
}

/** What energy from the grid costs from a moment on, until the next price. */
export interface Price {
  /** ms since 1970 */
  readonly start: number;
  /** Per kWh, in whatever currency; below 0 where one is paid for taking it. */
  readonly price: number;
}

/** A command to the site as a whole. What is left out stays as it is. */
export interface SiteCommand {
  /** The grid operator's limit for all chargers together, in W. `null` lifts it. */
  readonly powerLimit?: number | null;
  /** What energy costs when. Replaces all prices that came before, and those configured. */
  readonly prices?: readonly Price[];
}

/** A start or a stop by hand, in an app or at the charger. Ends at the latest when the car is unplugged. */
export type ManualOverride = ManualStart | ManualStop;

export interface ManualStart {
  readonly kind: "start";
  /** ms since 1970 at which a stop takes its place; `null`: at no time. */
  readonly until: number | null;
}

export interface ManualStop {
  readonly kind: "stop";
  /** ms since 1970 at which a start made for a time ended and became this stop; `null`: it was no such start. */
  readonly endedStart: number | null;
}

/** What people asked of a charger and what still holds. */
export interface UserSettings {
  /** `null`: neither started nor stopped by hand. */
  readonly manual: ManualOverride | null;
  /** A, their caps and minimum; `null`: none. */
  readonly maxAmpere: number | null;
  readonly minAmpere: number | null;
  /** The ones that hold: chosen by people, or else configured. */
  readonly targets: readonly ChargeTarget[];
}

/** What the next target asks for. */
export interface Plan {
  /** ms since 1970 by when it shall be reached. */
  readonly by: number;
  /** kWh still missing, 0: it is reached; `null`: until the car is full. */
  readonly energy: number | null;
  /** ms since 1970 from when on it charges with all current for it: since when, once it does. Never after `by`. */
  readonly from: number;
}

/** What a charger shall do now. */
export interface Decision {
  readonly allowCharging: boolean;
  /** A per phase; 0 exactly when charging is not allowed. */
  readonly current: number;
  readonly phases: PhaseCount;
  /** Why: first what decided, then what follows from it. */
  readonly reasons: readonly Reason[];
}
