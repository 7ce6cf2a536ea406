/** How far a measurement can be used, by its age, its meter's last losses, and the wiring check. */

import type { MeterDoubt, Problem, Quantity } from "../../model/reasons.js";
import type { Measured, MeterMemory } from "../observe/meter-memory.js";
import { lostAfter } from "../observe/meters.js";
import { freshForRaising, readingSpan, readingsToTrust } from "../parameters.js";
import { wiringProblem, wiringVerdict } from "./wiring-check.js";

/** How far a measurement can be used, and why not further. */
export type Trust = GoodTrust | TestedTrust | DoubtedTrust | WrongTrust | LostTrust;

/** Good enough for everything. */
export interface GoodTrust {
  readonly kind: "good";
}

/** Good enough for everything, but a change of our own current has to show whether its meter responds as expected. */
export interface TestedTrust {
  readonly kind: "tested";
  readonly problem: Problem;
  /** ms since 1970 */
  readonly since: number;
}

/** Not good enough to raise a current. */
export interface DoubtedTrust {
  readonly kind: "doubted";
  readonly problem: Problem;
}

/** Known to be wrong until a person puts it right: good for the minimum current at most. */
export interface WrongTrust {
  readonly kind: "wrong";
  readonly problem: Problem;
}

/** Not good enough to go on. */
export interface LostTrust {
  readonly kind: "lost";
  readonly problem: Problem;
}

/** A measurement that something depends on. */
export interface NeededMeasurement {
  readonly quantity: Quantity;
  readonly sample: Measured | null | undefined;
}

/**
 * Judges measurements by their age and by what their meter went through lately.
 * @param needed one or more
 */
export function trustIn(
  name: string,
  meter: MeterMemory | undefined,
  needed: readonly NeededMeasurement[],
  now: number,
): Trust {
  if (meter === undefined || meter.at === null)
    return { kind: "lost", problem: { code: "meter-not-heard", meter: name } };
  const ages = needed.map(({ quantity, sample }) => ({ quantity, age: sample ? now - sample.at : Infinity }));
  const oldest = ages.reduce((worst, each) => (each.age > worst.age ? each : worst));
  const kind = oldest.age < lostAfter(meter) ? "doubted" : "lost";
  const isComplete = now - oldest.age >= meter.at - readingSpan;
  const isFresh = oldest.age <= freshForRaising;
  const isTrusted = meter.goodReadings >= readingsToTrust && meter.doubt === null;
  if (!isFresh || !isComplete) return { kind, problem: outdated(name, oldest, meter.doubt) };
  if (!isTrusted) return { kind, problem: { code: "meter-not-trusted-yet", meter: name, doubt: meter.doubt } };
  return wiringTrust(name, meter);
}

function outdated(
  meter: string,
  { quantity, age }: { readonly quantity: Quantity; readonly age: number },
  doubt: MeterDoubt | null,
): Problem {
  return Number.isFinite(age)
    ? { code: "measurement-old", meter, quantity, age, doubt }
    : { code: "measurement-missing", meter, quantity, doubt };
}

/** A meter whose readings are fresh may still be mounted wrongly. */
function wiringTrust(name: string, { wiringCheck }: MeterMemory): Trust {
  const verdict = wiringVerdict(wiringCheck);
  if (verdict === "wrong") return { kind: "wrong", problem: wiringProblem(name, wiringCheck) };
  const since = wiringCheck.testedSince;
  if (verdict === "good" || since === null) return { kind: "good" };
  return { kind: "tested", problem: { code: "wiring-doubted", meter: name }, since };
}
