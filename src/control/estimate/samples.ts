/** What is remembered of the surplus and of the base load. */

import type { PerPhase } from "../../model/phases.js";

/**
 * W that chargers in a sun mode could take without import, as far as the meter can tell: `low` if the newest changes
 * of their currents do not show in it yet, `high` if they do.
 */
export interface SurplusSample {
  readonly at: number;
  /** Every charger has spoken since. Until then a car that stopped by itself looks like sun. */
  readonly isConfirmed: boolean;
  /** W that come from the grid and out of batteries, for learning the lag; `null`: the two do not fit each other. */
  readonly drawn: number | null;
  readonly low: number;
  readonly high: number;
}

/** A per phase that all but our chargers draw on a circuit, at most. */
export interface BaseLoadSample {
  readonly at: number;
  readonly high: PerPhase<number>;
}

/** A per phase that all but our chargers draw: at least, and at most. */
export interface BaseLoad {
  readonly low: PerPhase<number>;
  readonly high: PerPhase<number>;
}

/** The base load of one circuit. */
export interface BaseLoadMemory {
  /** `null`: its meters have not reported anything. */
  readonly newest: BaseLoad | null;
  /** Of the last minute, oldest first. */
  readonly samples: readonly BaseLoadSample[];
}
