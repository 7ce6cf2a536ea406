/** What a Shelly of the second generation or later has measured: each value with its age, whole or changed field by field. */

import { perPhase, phaseIndexes, type PhaseIndex } from "../../../../model/phases.js";
import { type Answer, plausible, toNumber } from "../../../decoding/fields.js";
import { type PhaseReadings, signedLike, sumOf } from "../reading.js";

/** `triphase`: one meter for three phases · `monophase`: three meters of one phase each. */
export type Profile = "triphase" | "monophase";

/** Shelly API, Gen 2: components EM, EMData, EM1, EM1Data; the key in the status of its component. */
const fields = {
  /** Signed: import +. */
  power: { of: "meter", key: "act_power", unit: "W", range: [-150_000, 150_000] },
  /** Without a sign. */
  current: { of: "meter", key: "current", unit: "A", range: [0, 500] },
  voltage: { of: "meter", key: "voltage", unit: "V", range: [0, 500] },
  /** Import, of this phase alone. */
  total: { of: "data", key: "total_act_energy", unit: "Wh", range: [0, 1e12] },
  /** Export. */
  returned: { of: "data", key: "total_act_ret_energy", unit: "Wh", range: [0, 1e12] },
} as const;

export type ProField = keyof typeof fields;

/** What a watched meter has to tell again and again. */
const watched = ["power", "current", "voltage"] as const satisfies readonly ProField[];

/**
 * An error of the whole meter after which its phases are still measured rightly, each against the neutral: the order
 * of the phases at the meter's voltage inputs. Every other one makes all three phases unknown.
 */
const harmlessErrors: readonly unknown[] = ["phase_sequence"];

/** ms that a power stays good for sums and signs; the meter is asked again long before. */
const powerLifetime = 15_000;

const letters = ["a_", "b_", "c_"] as const;

/** Where the values of one phase stand. */
function placeOf(profile: Profile, phase: PhaseIndex) {
  return profile === "triphase"
    ? { meter: "em:0", data: "emdata:0", prefix: letters[phase] }
    : { meter: `em1:${phase}`, data: `em1data:${phase}`, prefix: "" };
}

/** The components that a profile has, with what asks for them. */
export function componentsOf(profile: Profile, sort: "meter" | "data") {
  const [three, one] = sort === "meter" ? (["EM", "EM1"] as const) : (["EMData", "EM1Data"] as const);
  return profile === "triphase"
    ? [{ component: placeOf(profile, 0)[sort], method: `${three}.GetStatus`, id: 0 }]
    : phaseIndexes.map((id) => ({ component: placeOf(profile, id)[sort], method: `${one}.GetStatus`, id }));
}

/** The profile that has this component; `null`: it is none of a meter. */
export function profileOf(component: string): Profile | null {
  if (/^em(data)?:0$/.test(component)) return "triphase";
  return /^em1(data)?:[0-2]$/.test(component) ? "monophase" : null;
}

interface Told {
  readonly value: unknown;
  /** ms since 1970 */
  readonly at: number;
}

/** By component, then by key. */
export type Components = ReadonlyMap<string, Answer>;

export class Measurements {
  readonly #told = new Map<string, Map<string, Told>>();
  #profile: Profile | null = null;

  get profile(): Profile | null {
    return this.#profile;
  }

  /**
   * Takes what was told of some components.
   * @param whole each component's status is complete, so that what it leaves out is gone; else it is what has changed
   * @returns what came with it; sums and signs also look at what is known from before. `null`: nothing that counts
   */
  take(components: Components, whole: boolean, now: number): PhaseReadings | null {
    const ours = [...components].filter(([component]) => profileOf(component) !== null);
    for (const [component, status] of ours) this.#merge(component, status, whole, now);
    const profile = this.#profile;
    if (ours.length === 0 || profile === null) return null;
    return this.#readings(profile, (field, phase) => this.#came(profile, components, field, phase), now);
  }

  forget(): void {
    this.#told.clear();
  }

  /** ms since 1970 of the value that was told longest ago; `null`: one was never told. */
  oldest(): number | null {
    const profile = this.#profile;
    if (profile === null) return null;
    const times = phaseIndexes.flatMap((phase) =>
      watched.map((field) => this.#entry(profile, field, phase)?.at ?? null),
    );
    return times.reduce((oldest, time) => (oldest === null || time === null ? null : Math.min(oldest, time)), Infinity);
  }

  /** Errors that the meter reports now, for people. */
  errors(): readonly string[] {
    return [...this.#told].flatMap(([component, keys]) =>
      [...keys]
        .filter(([key]) => key === "errors" || key.endsWith("_errors"))
        .flatMap(([key, { value }]) => listOf(value).map((error) => `${component} ${key}: ${String(error)}`)),
    );
  }

  #merge(component: string, status: Answer, whole: boolean, now: number): void {
    const profile = profileOf(component);
    if (this.#profile !== null && profile !== this.#profile) this.forget();
    this.#profile = profile;
    const known = whole ? new Map<string, Told>() : (this.#told.get(component) ?? new Map<string, Told>());
    for (const [key, value] of status) known.set(key, { value, at: now });
    this.#told.set(component, known);
  }

  #came(profile: Profile, components: Components, field: ProField, phase: PhaseIndex): boolean {
    const place = placeOf(profile, phase);
    const { of, key } = fields[field];
    return components.get(place[of])?.has(place.prefix + key) === true;
  }

  #readings(profile: Profile, came: (field: ProField, phase: PhaseIndex) => boolean, now: number): PhaseReadings {
    const value = (field: ProField, phase: PhaseIndex, lifetime: number) =>
      this.#value(profile, field, phase, now - lifetime);
    const fresh = (field: ProField) => perPhase((phase) => (came(field, phase) ? value(field, phase, Infinity) : null));
    const sums = (field: ProField, lifetime: number) => {
      const any = phaseIndexes.some((phase) => came(field, phase));
      return perPhase((phase) => (any ? value(field, phase, lifetime) : null));
    };
    const currents = fresh("current");
    return {
      power: sumOf(sums("power", powerLifetime)),
      powers: fresh("power"),
      currents: perPhase((phase) => signedLike(currents[phase], value("power", phase, powerLifetime))),
      voltages: fresh("voltage"),
      totals: sums("total", Infinity),
      returned: sums("returned", Infinity),
    };
  }

  /** `null`: never told, told before `since`, no number, not plausible, or spoiled by an error of its phase. */
  #value(profile: Profile, field: ProField, phase: PhaseIndex, since: number): number | null {
    const entry = this.#entry(profile, field, phase);
    if (!entry || entry.at <= since) return null;
    if (fields[field].of === "meter" && this.#spoiled(profile, phase)) return null;
    const number = typeof entry.value === "number" ? toNumber(entry.value) : null;
    return number === null ? null : plausible(number, fields[field].range);
  }

  #spoiled(profile: Profile, phase: PhaseIndex): boolean {
    const { meter, prefix } = placeOf(profile, phase);
    const status = this.#told.get(meter);
    const own = listOf(status?.get(`${prefix}errors`)?.value);
    const common = listOf(status?.get("errors")?.value).filter((error) => !harmlessErrors.includes(error));
    return own.some((error) => !harmlessErrors.includes(error)) || common.length > 0;
  }

  #entry(profile: Profile, field: ProField, phase: PhaseIndex): Told | undefined {
    const place = placeOf(profile, phase);
    const { of, key } = fields[field];
    return this.#told.get(place[of])?.get(place.prefix + key);
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
