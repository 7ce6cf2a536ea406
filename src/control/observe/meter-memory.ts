/** What is remembered of one meter. */

import type { PerPhase } from "../../model/phases.js";
import type { MeterRole } from "../../model/readings.js";
import type { MeterDoubt } from "../../model/reasons.js";
import { noWiringCheck, type WiringCheckState } from "../estimate/wiring-check.js";

/** A measured value and when it was measured. */
export interface Measured {
  readonly value: number;
  /** ms since 1970 */
  readonly at: number;
}

/** The newest value of each quantity; `null`: it was never measured. */
export interface QuantityMemory {
  /** W, import + */
  readonly power: Measured | null;
  /** A, import + where they have a sign */
  readonly currents: PerPhase<Measured | null>;
  /** V, phase to neutral */
  readonly voltages: PerPhase<Measured | null>;
  /** %, state of charge */
  readonly soc: Measured | null;
}

export interface MeterMemory {
  readonly roles: { readonly [R in MeterRole]?: QuantityMemory };
  /** When its last good reading came, in ms since 1970; `null`: never. */
  readonly at: number | null;
  /** ms from one good reading to the next, a moving average; `null`: not known. */
  readonly interval: number | null;
  /** When a reading last differed from the one before, in ms since 1970; `null`: there was no reading. */
  readonly movedAt: number | null;
  /** Good readings in a row since the last loss, up to the number that is needed. */
  readonly goodReadings: number;
  /** Why its last reading was not used; `null`: it was. */
  readonly doubt: MeterDoubt | null;
  /** A that the chargers behind it drew together at its last good reading; `null`: not known. */
  readonly drawn: number | null;
  readonly wiringCheck: WiringCheckState;
}

export const noMeterMemory: MeterMemory = {
  roles: {},
  at: null,
  interval: null,
  movedAt: null,
  goodReadings: 0,
  doubt: null,
  drawn: null,
  wiringCheck: noWiringCheck,
};

/** What a meter measured of the grid, or, for a circuit, of whatever it is mounted on. */
export function quantitiesOf(meter: MeterMemory | undefined): QuantityMemory | undefined {
  return meter?.roles.grid ?? meter?.roles.house ?? meter?.roles.pv ?? meter?.roles.battery;
}
