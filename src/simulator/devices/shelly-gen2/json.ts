/** The JSON objects that a Shelly Pro 3EM exchanges. */

export type Status = Readonly<Record<string, unknown>>;

/** `null`: no object. */
export function objectOf(value: unknown): Status | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}
