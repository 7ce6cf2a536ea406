/** Decides whether a value has moved far enough to be reported. */

/** What an integration shows. */
export type Value = number | boolean | string;

/** How far a measured number may drift from the last one reported, by unit. */
const deadBands: Readonly<Record<string, (reported: number) => number>> = {
  /** W: 10 W, or 1 % where that is more */
  W: (reported) => Math.max(10, Math.abs(reported) * 0.01),
  A: () => 0.1,
  V: () => 1,
  kWh: () => 0.01,
  "°C": () => 0.5,
};

/** Differences such as 230.3 − 230.2 miss 0.1 by less than this. */
const tolerance = 1e-9;

/** Measured numbers have a dead band; states and settings have none and are reported at once. */
export function isMeasured(unit: string | undefined): boolean {
  return unit !== undefined && Object.hasOwn(deadBands, unit);
}

/** Zero is a state as well as a number: coming to it is always reported. */
export function hasMoved(unit: string | undefined, reported: Value | null, value: Value): boolean {
  if (reported === value) return false;
  if (typeof reported !== "number" || typeof value !== "number" || value === 0) return true;
  const deadBand = unit === undefined ? undefined : deadBands[unit];
  return deadBand === undefined || Math.abs(value - reported) >= deadBand(reported) - tolerance;
}
