/** What one phase of a Shelly 3EM measures. */

/** Shelly API, Gen 1, 3EM: the names are the same in `/status` and in MQTT topics. */
export const emeterFields = {
  /** Signed: import +. */
  power: { unit: "W", range: [-100_000, 100_000] },
  /** Without a sign. */
  current: { unit: "A", range: [0, 200] },
  voltage: { unit: "V", range: [0, 500] },
  pf: { unit: "", range: [-1, 1] },
  /** Import, of this phase alone: the three are not netted. */
  total: { unit: "Wh", range: [0, 1e12] },
  /** Export. */
  total_returned: { unit: "Wh", range: [0, 1e12] },
} as const satisfies Record<string, { readonly unit: string; readonly range: readonly [number, number] }>;

export type EmeterField = keyof typeof emeterFields;

export function isEmeterField(name: string): name is EmeterField {
  return Object.hasOwn(emeterFields, name);
}
