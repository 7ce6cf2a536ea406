/** What one phase of a Shelly 3EM reports. */

import { plausible, toNumber } from "../../../decoding/fields.js";
import { type PhaseField, phaseFields } from "../phase-values.js";

/** Shelly API, Gen 1, 3EM: the keys are the same in `/status` and in MQTT topics. */
export const emeterFields = {
  power: { key: "power", unit: "W", range: [-100_000, 100_000] },
  current: { key: "current", unit: "A", range: [0, 200] },
  voltage: { key: "voltage", unit: "V", range: [0, 500] },
  total: { key: "total", unit: "Wh", range: [0, 1e12] },
  returned: { key: "total_returned", unit: "Wh", range: [0, 1e12] },
} as const satisfies Record<
  PhaseField,
  { readonly key: string; readonly unit: string; readonly range: readonly [number, number] }
>;

/** Belongs to a burst, and is not read. */
export const powerFactorKey = "pf";

/** `null`: no value that is read. */
export function fieldOf(key: string): PhaseField | null {
  return phaseFields.find((field) => emeterFields[field].key === key) ?? null;
}

/** A number, as such or as text; `null`: none, or none that is plausible. */
export function valueIn(raw: unknown, field: PhaseField): number | null {
  const number = toNumber(raw);
  return number === null ? null : plausible(number, emeterFields[field].range);
}
