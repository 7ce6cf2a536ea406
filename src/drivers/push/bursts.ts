/** What a generic meter has said over MQTT: the values of one burst, and what is known from bursts before. */

import { perPhase } from "../../model/phases.js";
import { type MeterReading, type MeterRole, meterRoles, type Quantities } from "../../model/readings.js";
import { readingOf, roleOf } from "../decoding/values.js";

/** ms that a power stays good for sums and signs. */
const powerLifetime = 15_000;

interface Value {
  readonly value: number;
  /** ms since 1970 */
  readonly at: number;
}

const phases = ["L1", "L2", "L3"] as const;

export class Bursts {
  readonly #names: readonly string[];
  readonly #measures: readonly MeterRole[];
  readonly #known = new Map<string, Value>();
  #burst = new Map<string, number | null>();

  /** @param names all that the meter is configured to tell */
  constructor(names: readonly string[], measures: readonly MeterRole[]) {
    this.#names = names;
    this.#measures = measures;
  }

  /** Takes one value; `null` makes it unknown. */
  add(name: string, value: number | null, now: number): void {
    this.#burst.set(name, value);
    if (value === null) this.#known.delete(name);
    else this.#known.set(name, { value, at: now });
  }

  /** Ends the burst. Tells what came with it; sums and signs also look at powers from before. */
  take(now: number): { readonly came: ReadonlyMap<string, number | null>; readonly reading: MeterReading } {
    const came = this.#burst;
    this.#burst = new Map();
    const all = new Map(this.#names.map((name) => [name, came.get(name) ?? this.#knownAt(name, now)]));
    const reading = readingOf(all, this.#measures);
    return { came, reading: this.#masked(reading, new Set(came.keys())) };
  }

  /** Without what did not come; places of which nothing came are left out. */
  #masked(reading: MeterReading, came: ReadonlySet<string>): MeterReading {
    const told = meterRoles.flatMap((role) => {
      const quantities = reading[role];
      const has = (name: string): boolean =>
        came.has(`${role}.${name}`) || (role === (this.#measures[0] ?? "grid") && came.has(name));
      const summed = !this.#configured(role, "power") && phases.some((phase) => has(`power${phase}`));
      const any = [...came].some((name) => roleOf(name, this.#measures) === role);
      return quantities && any ? [[role, mask(quantities, has, summed)] as const] : [];
    });
    return Object.fromEntries(told);
  }

  #configured(role: MeterRole, name: string): boolean {
    return this.#names.some(
      (each) => each === `${role}.${name}` || (each === name && roleOf(each, this.#measures) === role),
    );
  }

  #knownAt(name: string, now: number): number | null {
    const known = this.#known.get(name);
    return known && now - known.at < powerLifetime ? known.value : null;
  }
}

function mask(quantities: Quantities, has: (name: string) => boolean, summed: boolean): Quantities {
  const kept = <T>(value: T, name: string): T | null => (has(name) ? value : null);
  const { power, powers, currents, voltages, importEnergy, exportEnergy, soc } = quantities;
  return {
    power: summed ? power : kept(power, "power"),
    powers: perPhase((phase) => kept(powers[phase], `power${phases[phase]}`)),
    currents: perPhase((phase) => kept(currents[phase], `current${phases[phase]}`)),
    voltages: perPhase((phase) => kept(voltages[phase], `voltage${phases[phase]}`)),
    importEnergy: kept(importEnergy, "importEnergy"),
    exportEnergy: kept(exportEnergy, "exportEnergy"),
    soc: kept(soc, "soc"),
  };
}
