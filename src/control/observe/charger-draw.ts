/** What a charger draws by its own word, as far as it can be believed. */

import { phasesOf } from "../../model/phase-channels.js";
import { perPhase, type PerPhase, type PhaseCount } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import type { ChargerSettings } from "../settings.js";

/** On the phases of the house. */
export interface Draw {
  /** A */
  readonly currents: PerPhase<number>;
  /** W */
  readonly power: number;
  /** A of it beyond what it was offered. */
  readonly beyond: PerPhase<number>;
}

/** A car may take so much more than it is offered (EVerest's tolerance: 10 % and 0.5 A). */
const tolerance = { share: 0.1, current: 0.5 } as const;

/** W that the losses of a charger and the rounding of its currents add to what its currents say. */
const powerTolerance = { share: 0.15, power: 100 } as const;

/**
 * Where it does not measure, what it offers counts; more than it could draw is not believed.
 * @param told what it is told now, and was told at most in the last seconds, in A
 */
export function drawOf(
  reading: ChargerReading,
  { rotation, phases, maxCurrent }: ChargerSettings,
  voltage: number,
  told: { readonly given: number; readonly offered: number },
): Draw {
  const measured = phasesOf(reading, "currents");
  const used: PhaseCount = (reading.phases ?? (phases === 1 ? 1 : 3)) === 1 ? 1 : 3;
  const own = measured.some((current) => current !== null)
    ? perPhase((i) => Math.max(0, measured[i] ?? 0))
    : spread(Math.max(0, estimate(reading, used, voltage, told.given)), used);
  const most = takenOf(maxCurrent);
  const currents = perPhase((house) => Math.min(own[rotation.indexOf(house)] ?? 0, most));
  const offered = takenOf(told.offered);
  const beyond = perPhase((i) => Math.max(0, currents[i] - offered));
  return { currents, power: powerOf(reading, sum(currents) * voltage), beyond };
}

/** A that a car may take of an offer. */
function takenOf(offered: number): number {
  return offered === 0 ? 0 : offered * (1 + tolerance.share) + tolerance.current;
}

/** As it tells, unless its currents say less. */
function powerOf({ power }: ChargerReading, byCurrents: number): number {
  if (power === null) return byCurrents;
  return Math.min(Math.max(0, power), byCurrents * (1 + powerTolerance.share) + powerTolerance.power);
}

function estimate(reading: ChargerReading, used: PhaseCount, voltage: number, given: number): number {
  if (reading.power !== null) return reading.power / (used * voltage);
  return reading.state === "charging" ? (reading.maxAmpere ?? given) : 0;
}

/** One current on the first one or all three phases. */
export function spread(current: number, phases: PhaseCount): PerPhase<number> {
  return phases === 3 ? [current, current, current] : [current, 0, 0];
}

function sum(currents: PerPhase<number>): number {
  return currents[0] + currents[1] + currents[2];
}

/** What a charger drew on the phases of the house. */
export interface DrawSample {
  readonly at: number;
  /** It did not answer before, and what it drew meanwhile is not known. */
  readonly isAfterFailure?: boolean;
  /** A */
  readonly currents: PerPhase<number>;
  /** W */
  readonly power: number;
}
