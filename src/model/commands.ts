/** What people ask for, and what the house answers. */

import type { PhaseCount } from "./phases.js";

/**
 * `off`: never · `fast`: as much as the fuse gives · `solar`: the sun's surplus only ·
 * `solar-min`: always the minimum, and the surplus above it.
 */
export const chargerModes = ["off", "fast", "solar", "solar-min"] as const;

export type ChargerMode = (typeof chargerModes)[number];

/** What a person asks of a charger. What is left out stays as it is. */
export interface ChargerCommand {
  readonly mode?: ChargerMode;
  /** Start (true) or stop (false) by hand. A stop holds until a start or until the car is unplugged. */
  readonly allowCharging?: boolean;
  /** A cap of their own, in A per phase. `null` lifts it. */
  readonly maxAmpere?: number | null;
  /** A cap of their own, in W. `null` lifts it. */
  readonly powerLimit?: number | null;
  /** For this and later sessions, in kWh. 0 or `null`: no limit. */
  readonly sessionChargeConsumptionLimit?: number | null;
  /** Number of phases to use; `"auto"`: what suits best. */
  readonly phases?: PhaseCount | "auto";
}

/** What a charger shall do now. */
export interface Decision {
  readonly allowCharging: boolean;
  /** A per phase; 0 exactly when charging is not allowed. */
  readonly current: number;
  readonly phases: PhaseCount;
  /** One sentence for people. */
  readonly reason: string;
}
