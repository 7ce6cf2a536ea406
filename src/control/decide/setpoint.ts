/** What the steps pass on: the current and number of phases asked of a charger, with the reasons. */

import type { PhaseCount } from "../../model/phases.js";
import type { Reason } from "../../model/reasons.js";

export interface Setpoint {
  /** A per phase; 0 = pause */
  readonly current: number;
  readonly phases: PhaseCount;
  /** First what decided, then what follows from it. */
  readonly reasons: readonly Reason[];
}

/** The setpoint, lowered to `current` A for `reason` if it is above. */
export function atMost(setpoint: Setpoint, current: number, reason: Reason): Setpoint {
  return setpoint.current > current ? { ...setpoint, current, reasons: [reason] } : setpoint;
}
