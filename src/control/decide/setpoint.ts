/** What the steps hand on to each other: a current for one charger, and why it is not higher. */

import type { PhaseCount } from "../../model/phases.js";
import type { Reason } from "../../model/reasons.js";

export interface Setpoint {
  /** A per phase; 0 = pause */
  readonly current: number;
  readonly phases: PhaseCount;
  /** First what decided, then what follows from it. */
  readonly reasons: readonly Reason[];
}

/** The wish, or no more than this much of it, and then for this reason. */
export function atMost(setpoint: Setpoint, current: number, reason: Reason): Setpoint {
  return setpoint.current > current ? { ...setpoint, current, reasons: [reason] } : setpoint;
}
