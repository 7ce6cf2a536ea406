/** What a Shelly 3EM has said over MQTT: the values of one burst, and what is known from bursts before. */

import { perPhase, type PhaseIndex } from "../../../../model/phases.js";
import { parseNumber, plausible } from "../../../decoding/fields.js";
import { type PhaseReadings, signedLike, sumOf } from "../reading.js";
import { type EmeterField, emeterFields } from "./emeter.js";

/** ms that a power stays good for sums and signs; the meter is asked again long before. */
const powerLifetime = 15_000;

interface Value {
  readonly value: number;
  /** ms since 1970 */
  readonly at: number;
}

export class Bursts {
  readonly #known = new Map<string, Value>();
  #burst = new Map<string, number | null>();

  /** Takes one value; text that is no plausible number makes it unknown. */
  add(phase: PhaseIndex, field: EmeterField, payload: string, now: number): void {
    const number = parseNumber(payload);
    const value = number === null ? null : plausible(number, emeterFields[field].range);
    const key = keyOf(phase, field);
    this.#burst.set(key, value);
    if (value === null) this.#known.delete(key);
    else this.#known.set(key, { value, at: now });
  }

  /** Ends the burst. Tells what came with it; sums and signs also look at what is known from before. */
  take(now: number): PhaseReadings {
    const burst = this.#burst;
    this.#burst = new Map();
    const came = (field: EmeterField) => perPhase((phase) => burst.get(keyOf(phase, field)) ?? null);
    const sums = (field: EmeterField, lifetime: number) => {
      const anyCame = came(field).some((value) => value !== null);
      return perPhase((phase) => (anyCame ? this.#knownAt(phase, field, now, lifetime) : null));
    };
    const currents = came("current");
    return {
      power: sumOf(sums("power", powerLifetime)),
      powers: came("power"),
      currents: perPhase((phase) => signedLike(currents[phase], this.#knownAt(phase, "power", now, powerLifetime))),
      voltages: came("voltage"),
      totals: sums("total", Infinity),
      returned: sums("total_returned", Infinity),
    };
  }

  forget(): void {
    this.#known.clear();
    this.#burst.clear();
  }

  /** ms since 1970; `null`: never, or no longer known. */
  lastSeen(phase: PhaseIndex, field: EmeterField): number | null {
    return this.#known.get(keyOf(phase, field))?.at ?? null;
  }

  #knownAt(phase: PhaseIndex, field: EmeterField, now: number, lifetime: number): number | null {
    const known = this.#known.get(keyOf(phase, field));
    return known && now - known.at < lifetime ? known.value : null;
  }
}

function keyOf(phase: PhaseIndex, field: EmeterField): string {
  return `${phase}/${field}`;
}
