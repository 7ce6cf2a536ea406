/** What the interfaces of a virtual Shelly 3EM know of it. */

import type { PerPhase, PhaseIndex } from "../../../model/phases.js";

/** What the current transformers see, one value for each of L1–L3. */
export interface MeteredGrid {
  /** W, import + */
  readonly powers: PerPhase<number>;
  /** A, with or without sign: the device drops it. */
  readonly currents: PerPhase<number>;
  /** V */
  readonly voltages: PerPhase<number>;
  /** Wh, counted phase by phase and not netted. */
  readonly importEnergies: PerPhase<number>;
  /** Wh, counted phase by phase and not netted. */
  readonly exportEnergies: PerPhase<number>;
}

/** What of a phase can be kept back. */
export type WithheldTopic = "current" | "power" | "voltage";

/** The device as its interfaces see it. */
export interface ShellyState {
  /** `shellyem3-<id>` */
  readonly name: string;
  readonly id: string;
  readonly silent: boolean;
  readonly withhold: ReadonlySet<WithheldTopic>;
  readonly invalidPhases: ReadonlySet<PhaseIndex>;
  values(): MeteredGrid;
}
