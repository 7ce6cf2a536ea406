/** Rounding to the steps in which a charger can be set. */

/** The highest multiple of the step that is not above the current, within floating-point tolerance. */
export function floorTo(current: number, step: number): number {
  return Math.round(Math.floor(current / step + 1e-9) * step * 1_000) / 1_000;
}

/** The lowest multiple of the step that is not below the current, within floating-point tolerance. */
export function ceilTo(current: number, step: number): number {
  return Number((Math.ceil(current / step - 1e-9) * step).toFixed(3));
}
