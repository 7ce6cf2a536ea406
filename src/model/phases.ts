/** The three phases of the site, as EN 50160 names them: L1, L2, L3. */

export type PhaseCount = 1 | 3;

/** One value for each of L1, L2, L3, in this order. */
export type PerPhase<T> = readonly [T, T, T];

export const phaseIndexes = [0, 1, 2] as const;

export type PhaseIndex = (typeof phaseIndexes)[number];

/** Which phase of the site feeds the charger's L1, L2 and L3. */
export type PhaseRotation = PerPhase<PhaseIndex>;

/** Makes one value for each phase. */
export function perPhase<T>(value: (phase: PhaseIndex) => T): PerPhase<T> {
  return [value(0), value(1), value(2)];
}
