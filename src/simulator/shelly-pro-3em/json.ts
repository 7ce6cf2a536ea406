/** JSON as it comes from outside. */

import type { Status } from "./status.js";

/** `undefined`: no JSON. */
export function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** `null`: no object. */
export function objectOf(value: unknown): Status | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}
