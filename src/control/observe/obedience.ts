/** Whether a charger keeps its car to the current that it signals: some boxes draw 32 A at a pilot of 6 A. */

import { phasesOf } from "../../model/phase-channels.js";
import type { ChargerReading } from "../../model/readings.js";

/** The greediest car takes a quarter more than it is offered; the rest is for meters that are not exact. */
const tolerance = { share: 0.25, current: 1.5 } as const;

/** ms that a car may take to follow, until the current is written once more. */
export const overdrawPatience = 10_000;
/** ms after which it is taken for certain, and the charger pauses. */
export const overdrawCertain = 30_000;
/** ms of that pause. */
export const overdrawRest = 900_000;

export interface Overdraw {
  /** A on the phase that has most */
  readonly current: number;
  /** A that the charger signals, and was commanded. */
  readonly limit: number;
}

/** How far a charging car is above its limit; `null`: it is not, or it is not measured. @param commanded A; 0: a pause */
export function overdrawOf(reading: ChargerReading, commanded: number): Overdraw | null {
  if (reading.state !== "charging" || commanded === 0) return null;
  const limit = Math.max(commanded, reading.maxAmpere ?? 0);
  const current = Math.max(...phasesOf(reading, "currents").map((each) => each ?? 0));
  return current > limit * (1 + tolerance.share) + tolerance.current ? { current, limit } : null;
}
