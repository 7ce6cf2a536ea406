/** What a charger draws, by its own report and within what is plausible. */

import { phasesOf } from "../../model/phase-channels.js";
import { perPhase, type PerPhase, type PhaseCount } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import type { ChargerSettings } from "../settings.js";

export interface Draw {
  /** A on each of the site's phases */
  readonly currents: PerPhase<number>;
  /** W */
  readonly power: number;
  /** A of `currents` beyond what was offered in the last seconds, with its tolerance. */
  readonly beyond: PerPhase<number>;
}

/** What a charger drew at a time. */
export interface DrawSample extends Pick<Draw, "currents" | "power"> {
  /** ms since 1970 */
  readonly at: number;
  /** The charger did not answer before: what it drew meanwhile is not known. */
  readonly isAfterFailure?: boolean;
}

/** By how much a car may exceed its offer (EVerest's tolerance: 10 % and 0.5 A). */
const tolerance = { share: 0.1, current: 0.5 } as const;

/** By how much a reported power may exceed the power of the reported currents: losses and rounding. */
const powerTolerance = { share: 0.15, power: 100 } as const;

/**
 * The draw by a charger's reading. What it does not measure is estimated from its offer; no current above the highest
 * possible one is used.
 * @param voltage V, phase to neutral
 * @param commanded A of our last command, and of the highest one of the last seconds
 */
export function drawOf(
  reading: ChargerReading,
  { rotation, phases, maxCurrent }: ChargerSettings,
  voltage: number,
  commanded: { readonly last: number; readonly highest: number },
): Draw {
  const measured = phasesOf(reading, "currents");
  const used: PhaseCount = (reading.phases ?? (phases === 1 ? 1 : 3)) === 1 ? 1 : 3;
  const own = measured.some((current) => current !== null)
    ? perPhase((i) => Math.max(0, measured[i] ?? 0))
    : spread(Math.max(0, estimatedCurrent(reading, used, voltage, commanded.last)), used);
  const most = highestDraw(maxCurrent);
  const currents = perPhase((i) => Math.min(own[rotation.indexOf(i)] ?? 0, most));
  const offered = highestDraw(commanded.highest);
  const beyond = perPhase((i) => Math.max(0, currents[i] - offered));
  return { currents, power: powerOf(reading, sum(currents) * voltage), beyond };
}

/** A that a car may draw of an offer in A. */
function highestDraw(offered: number): number {
  return offered === 0 ? 0 : offered * (1 + tolerance.share) + tolerance.current;
}

/** W as reported, unless the currents amount to less. */
function powerOf({ power }: ChargerReading, byCurrents: number): number {
  if (power === null) return byCurrents;
  return Math.min(Math.max(0, power), byCurrents * (1 + powerTolerance.share) + powerTolerance.power);
}

/** A per phase where no current is measured. */
function estimatedCurrent(reading: ChargerReading, used: PhaseCount, voltage: number, lastCommand: number): number {
  if (reading.power !== null) return reading.power / (used * voltage);
  return reading.state === "charging" ? (reading.maxAmpere ?? lastCommand) : 0;
}

/** The same current on the first phase or on all three. */
export function spread(current: number, phases: PhaseCount): PerPhase<number> {
  return phases === 3 ? [current, current, current] : [current, 0, 0];
}

function sum(currents: PerPhase<number>): number {
  return currents[0] + currents[1] + currents[2];
}
