/** What is remembered of one meter. */

import type { PerPhase } from "../../model/phases.js";
import type { MeterRole } from "../../model/readings.js";
import type { MeterDoubt } from "../../model/reasons.js";
import { noWiringCheck, type WiringCheckState } from "../estimate/wiring-check.js";

/** A measured value and when it was measured. */
export interface Measured {
  readonly value: number;
  readonly at: number;
}

export interface QuantityMemory {
  readonly power: Measured | null;
  readonly currents: PerPhase<Measured | null>;
  readonly voltages: PerPhase<Measured | null>;
  readonly soc: Measured | null;
}

export interface MeterMemory {
  readonly roles: { readonly [R in MeterRole]?: QuantityMemory };
  /** When its last good reading came; `null`: never. */
  readonly at: number | null;
  /** ms from one good reading to the next, as a rule; `null`: not known. */
  readonly interval: number | null;
  /** When its readings last differed from the ones before; `null`: there was none. */
  readonly movedAt: number | null;
  /** Good readings in a row since the last loss, counted up to what is needed. */
  readonly goodReadings: number;
  /** Why its last reading was not used; `null`: it was. */
  readonly doubt: MeterDoubt | null;
  /** A that chargers drew together through it when it was last read; `null`: not known. */
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

/** The quantities that a meter measured of the grid, or of whatever it is mounted on for a circuit. */
export function quantitiesOf(meter: MeterMemory | undefined): QuantityMemory | undefined {
  return meter?.roles.grid ?? meter?.roles.house ?? meter?.roles.pv ?? meter?.roles.battery;
}
