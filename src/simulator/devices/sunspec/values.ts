/** What a virtual SunSpec device measures. */

import type { PerPhase } from "../../../model/phases.js";

/** A value that is `null` or absent is one that the device does not implement. */
export interface SunSpecValues {
  /** W */
  readonly power?: number | null;
  /** W */
  readonly powers?: PerPhase<number | null>;
  /** A */
  readonly currents?: PerPhase<number | null>;
  /** V */
  readonly voltages?: PerPhase<number | null>;
  /** Wh; an inverter's counter is `exportEnergy`. */
  readonly importEnergy?: number | null;
  /** Wh */
  readonly exportEnergy?: number | null;
  /** % */
  readonly soc?: number | null;
  /** `St` of an inverter, `ChaSt` of a battery */
  readonly state?: number | null;
}
