/** Commands of people, and the decision for a charger. */

import type { PhaseCount } from "./phases.js";
import type { Reason } from "./reasons.js";
import type { Weekday } from "./weekdays.js";

/**
 * `off`: never · `fast`: as much as the fuse gives · `solar`: the sun's surplus only ·
 * `solar-min`: always the minimum, and the surplus above it · `scheduled`: only for targets and in cheap hours.
 */
export const chargerModes = ["off", "fast", "solar", "solar-min", "scheduled"] as const;

export type ChargerMode = (typeof chargerModes)[number];

/** A person's command to a charger. What is left out stays as it is. */
export interface ChargerCommand {
  readonly mode?: ChargerMode;
  /**
   * Start (true) or stop (false) by hand. A stop lasts until a start or until the car is unplugged. `null` cancels
   * either: the mode alone decides.
   */
  readonly allowCharging?: boolean | null;
  /** The person's current limit, in A per phase. `null` lifts it. */
  readonly maxAmpere?: number | null;
  /** The person's power limit, in W. `null` lifts it. */
  readonly powerLimit?: number | null;
  /** For this and later sessions, in kWh. 0 or `null`: no limit. */
  readonly sessionChargeConsumptionLimit?: number | null;
  /** Number of phases to use; `"auto"`: what suits best. */
  readonly phases?: PhaseCount | "auto";
  /** Minimum charging current, in A per phase; never below the charger's own minimum. `null` lifts it. */
  readonly minAmpere?: number | null;
  /** When a start by hand ends with a stop, in ms since 1970. `null`: it lasts until the car is unplugged. */
  readonly until?: number | null;
  /** What shall be charged by when, every week. Replaces all earlier targets. */
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

/** The price of energy from the grid from a moment on, until the next price. */
export interface Price {
  /** ms since 1970 */
  readonly start: number;
  /** Per kWh, in any currency; below 0 where the consumer is paid for taking it. */
  readonly price: number;
}

/** A command to the site as a whole. What is left out stays as it is. */
export interface SiteCommand {
  /** The grid operator's limit for all chargers together, in W. `null` lifts it. */
  readonly powerLimit?: number | null;
  /** Energy prices over time. Replaces all earlier prices, and those configured. */
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
  /** The targets in effect: chosen by people, or else configured. */
  readonly targets: readonly ChargeTarget[];
}

/** When and how much is charged for the next target. */
export interface Plan {
  /** ms since 1970 by when it shall be reached. */
  readonly by: number;
  /** kWh still missing, 0: it is reached; `null`: until the car is full. */
  readonly energy: number | null;
  /** ms since 1970 from when on it charges with all current for it: since when, once it does. Never after `by`. */
  readonly from: number;
}

/** The setpoint of a charger, with its reasons. */
export interface Decision {
  readonly allowCharging: boolean;
  /** A per phase; 0 exactly when charging is not allowed. */
  readonly current: number;
  readonly phases: PhaseCount;
  /** The deciding reason first, then what follows from it. */
  readonly reasons: readonly Reason[];
}
