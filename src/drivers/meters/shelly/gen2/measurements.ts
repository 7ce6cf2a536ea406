/** What a Shelly of the second generation or later has measured: each value with its age, whole or changed field by field. */

import { phaseIndexes, type PhaseIndex } from "../../../../model/phases.js";
import { type Answer, plausible, toNumber } from "../../../decoding/fields.js";
import { type PhaseField, phaseFields, type PhaseReadings, PhaseValues } from "../phase-values.js";

/** `triphase`: one meter for three phases · `monophase`: three meters of one phase each. */
export type Profile = "triphase" | "monophase";

/** Shelly API, Gen 2: components EM, EMData, EM1, EM1Data; the key in the status of its component. */
const fields = {
  power: { of: "meter", key: "act_power", unit: "W", range: [-150_000, 150_000] },
  current: { of: "meter", key: "current", unit: "A", range: [0, 500] },
  voltage: { of: "meter", key: "voltage", unit: "V", range: [0, 500] },
  total: { of: "data", key: "total_act_energy", unit: "Wh", range: [0, 1e12] },
  returned: { of: "data", key: "total_act_ret_energy", unit: "Wh", range: [0, 1e12] },
} as const satisfies Record<PhaseField, object>;

/**
 * An error of the whole meter after which its phases are still measured rightly, each against the neutral: the order
 * of the phases at the meter's voltage inputs. Every other one makes all three phases unknown.
 */
const harmlessErrors: readonly unknown[] = ["phase_sequence"];

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

/** By component, then by key. */
export type Components = ReadonlyMap<string, Answer>;

export class Measurements {
  readonly #values = new PhaseValues();
  /** What stands under each key for errors, by component. */
  readonly #errors = new Map<string, Map<string, unknown>>();
  #profile: Profile | null = null;

  get profile(): Profile | null {
    return this.#profile;
  }

  /**
   * Takes what was reported of some components.
   * @param whole each component's status is complete, so that what it leaves out is gone; else it is what has changed
   * @returns what came with it; sums and signs also look at what is known from before. `null`: nothing that counts
   */
  take(components: Components, whole: boolean, now: number): PhaseReadings | null {
    let profile: Profile | null = null;
    for (const [component, status] of components) profile = this.#merge(component, status, whole, now) ?? profile;
    if (profile === null) return null;
    return this.#values.take(now, (field, phase) => fields[field].of === "data" || !this.#isSpoiled(phase));
  }

  forget(): void {
    this.#values.forget();
    this.#errors.clear();
  }

  /** ms since 1970 of the value that was reported longest ago; `null`: one never was. */
  oldest(): number | null {
    return this.#values.oldest();
  }

  /** Errors that the meter reports now, for people. */
  errors(): readonly string[] {
    return [...this.#errors].flatMap(([component, keys]) =>
      [...keys].flatMap(([key, value]) => listOf(value).map((error) => `${component} ${key}: ${String(error)}`)),
    );
  }

  /** @returns the profile that has this component; `null`: none, and nothing was taken */
  #merge(component: string, status: Answer, whole: boolean, now: number): Profile | null {
    const profile = profileOf(component);
    if (profile === null) return null;
    if (this.#profile !== null && profile !== this.#profile) this.forget();
    this.#profile = profile;
    for (const phase of phaseIndexes) {
      const place = placeOf(profile, phase);
      for (const field of phaseFields) {
        const { of, key } = fields[field];
        if (place[of] !== component) continue;
        const raw = status.get(place.prefix + key);
        if (raw !== undefined) this.#values.add(field, phase, valueOf(raw, field), now);
        else if (whole) this.#values.drop(field, phase);
      }
    }
    const errors = whole ? new Map<string, unknown>() : (this.#errors.get(component) ?? new Map<string, unknown>());
    for (const [key, value] of status) if (key === "errors" || key.endsWith("_errors")) errors.set(key, value);
    this.#errors.set(component, errors);
    return profile;
  }

  /** Whether an error of the phase or of the whole meter makes what it measures unknown. */
  #isSpoiled(phase: PhaseIndex): boolean {
    const { meter, prefix } = placeOf(this.#profile ?? "triphase", phase);
    const errors = this.#errors.get(meter);
    const all = [...listOf(errors?.get(`${prefix}errors`)), ...listOf(errors?.get("errors"))];
    return all.some((error) => !harmlessErrors.includes(error));
  }
}

/** `null`: no number, or none that is plausible. */
function valueOf(raw: unknown, field: PhaseField): number | null {
  const number = typeof raw === "number" ? toNumber(raw) : null;
  return number === null ? null : plausible(number, fields[field].range);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
