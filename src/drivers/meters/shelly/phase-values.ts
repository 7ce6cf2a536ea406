/** What a Shelly of either generation has reported of its three phases, and the reading that a burst of it makes. */

import { perPhase, type PerPhase, type PhaseIndex, phaseIndexes } from "../../../model/phases.js";
import { type MeterReading, type MeterRole, noQuantities } from "../../../model/readings.js";
import { kWh, signedLike, sumOf } from "../../decoding/signs.js";
import { KnownValues, powerLifetime } from "../../push/known-values.js";

/**
 * `power`: W, import + · `current`: A, without a sign · `voltage`: V ·
 * `total`, `returned`: Wh that this phase alone has imported and exported; the three are not netted.
 */
export const phaseFields = ["power", "current", "voltage", "total", "returned"] as const;

export type PhaseField = (typeof phaseFields)[number];

/** What has to be reported again and again. */
const watched = ["power", "current", "voltage"] as const satisfies readonly PhaseField[];

/** What one burst says, or one answer. */
export interface PhaseReadings {
  readonly power: number | null;
  readonly currents: PerPhase<number | null>;
  readonly voltages: PerPhase<number | null>;
  readonly powers: PerPhase<number | null>;
  /** Wh */
  readonly totals: PerPhase<number | null>;
  /** Wh */
  readonly returned: PerPhase<number | null>;
}

export class PhaseValues {
  readonly #known = new KnownValues<`${PhaseField}${PhaseIndex}`>();

  add(field: PhaseField, phase: PhaseIndex, value: number | null, now: number): void {
    this.#known.add(`${field}${phase}`, value, now);
  }

  drop(field: PhaseField, phase: PhaseIndex): void {
    this.#known.drop(`${field}${phase}`);
  }

  forget(): void {
    this.#known.forget();
  }

  /**
   * Ends the burst: what came with it, and what did not is `null`. Sums and signs also look at what came before.
   * @param isValid `false` for values that do not count now, whatever was reported
   */
  take(now: number, isValid: (field: PhaseField, phase: PhaseIndex) => boolean = () => true): PhaseReadings {
    const known = (field: PhaseField, lifetime: number) =>
      perPhase((phase) => (isValid(field, phase) ? this.#known.value(`${field}${phase}`, now, lifetime) : null));
    const fresh = (field: PhaseField) =>
      perPhase((phase) => (isValid(field, phase) ? this.#known.newValue(`${field}${phase}`) : null));
    const isNew = (field: PhaseField) => phaseIndexes.some((phase) => this.#known.isNew(`${field}${phase}`));
    const counters = (field: PhaseField) => (isNew(field) ? known(field, Infinity) : unknown);
    const powers = known("power", powerLifetime);
    const readings = {
      power: isNew("power") ? sumOf(powers) : null,
      powers: fresh("power"),
      currents: signedLike(fresh("current"), powers),
      voltages: fresh("voltage"),
      totals: counters("total"),
      returned: counters("returned"),
    };
    this.#known.endBurst();
    return readings;
  }

  /** ms since 1970 of the watched value that was reported longest ago; `null`: one never was. */
  oldest(): number | null {
    const times = phaseIndexes.flatMap((phase) => watched.map((field) => this.#known.reportedAt(`${field}${phase}`)));
    return times.reduce((oldest, time) => (oldest === null || time === null ? null : Math.min(oldest, time)), Infinity);
  }
}

const unknown: PerPhase<null> = [null, null, null];

/** The reading of a meter that measures one place, the first of `measures`. */
export function readingOf({ totals, returned, ...flows }: PhaseReadings, measures: readonly MeterRole[]): MeterReading {
  const energies = { importEnergy: kWh(sumOf(totals)), exportEnergy: kWh(sumOf(returned)) };
  return { [measures[0] ?? "grid"]: { ...noQuantities, ...flows, ...energies } };
}
