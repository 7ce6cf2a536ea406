/** Rounding: to the steps in which a charger can be set, and of floating-point error. */

/** The highest multiple of the step that is not above the current, within floating-point tolerance. */
export function floorTo(current: number, step: number): number {
  return Math.round(Math.floor(current / step + 1e-9) * step * 1_000) / 1_000;
}

/** The lowest multiple of the step that is not below the current, within floating-point tolerance. */
export function ceilTo(current: number, step: number): number {
  return Number((Math.ceil(current / step - 1e-9) * step).toFixed(3));
}

/** The product without the floating-point error of a factor such as 0.1: twelve significant digits. */
export function scaled(value: number, scale: number): number {
  return scale === 1 ? value : Number((value * scale).toPrecision(12));
}
