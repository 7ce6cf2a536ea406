/** What is remembered of the surplus and of the base load. Times in ms since 1970. */

import type { PerPhase } from "../../model/phases.js";

/** The surplus at one meter reading. */
export interface SurplusSample {
  readonly at: number;
  /** Every charger has reported since. Until then a car that stopped by itself looks like surplus. */
  readonly isConfirmed: boolean;
  /** W, import and battery discharge together, for learning the lag; `null`: the two do not fit each other. */
  readonly drawn: number | null;
  /** W: if changes of the chargers in flight do not show in the reading yet, and if they do. */
  readonly low: number;
  readonly high: number;
}

/** The highest base load that a reading may mean, A per phase. */
export interface BaseLoadSample {
  readonly at: number;
  readonly high: PerPhase<number>;
}

/** A per phase that all but our chargers draw on a circuit: at least, and at most. */
export interface BaseLoad {
  readonly low: PerPhase<number>;
  readonly high: PerPhase<number>;
}

/** What is remembered of the base load of one circuit. */
export interface BaseLoadMemory {
  /** `null`: its meters have not reported anything. */
  readonly newest: BaseLoad | null;
  /** Of the last 100 s, oldest first. */
  readonly samples: readonly BaseLoadSample[];
}
