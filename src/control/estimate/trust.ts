/** How far a measurement can be relied on: by its age, by its meter's last losses, and by the wiring check. */

import { freshForRaising, readingSpan, readingsToTrust } from "../parameters.js";
import { lostAfter } from "../observe/meters.js";
import type { Measured, MeterMemory } from "../memory.js";
import { wiringProblem, wiringVerdict } from "./wiring-check.js";

/** How far a measurement can be relied on, and else why not further. */
export type Trust = GoodTrust | TestedTrust | DoubtedTrust | WrongTrust | LostTrust;

/** Good enough for everything. */
export interface GoodTrust {
  readonly kind: "good";
}

/** Good enough for everything, but a change of our own current has to show whether its meter answers as it should. */
export interface TestedTrust {
  readonly kind: "tested";
  readonly problem: string;
  /** ms since 1970 */
  readonly since: number;
}

/** Not good enough to raise a current. */
export interface DoubtedTrust {
  readonly kind: "doubted";
  readonly problem: string;
}

/** Known to be wrong until somebody puts it right: good for the minimum current at most. */
export interface WrongTrust {
  readonly kind: "wrong";
  readonly problem: string;
}

/** Not good enough to go on. */
export interface LostTrust {
  readonly kind: "lost";
  readonly problem: string;
}

/** Judges measurements by their age and by what their meter went through lately. */
export function trustIn(
  name: string,
  meter: MeterMemory | undefined,
  needed: readonly { readonly what: string; readonly sample: Measured | null | undefined }[],
  now: number,
): Trust {
  if (meter === undefined || meter.at === 0) return { kind: "lost", problem: `${name} has not told anything yet` };
  const oldest = needed.reduce(
    (worst, { what, sample }) => {
      const age = sample ? now - sample.at : Infinity;
      return age > worst.age ? { what, age } : worst;
    },
    { what: "", age: -1 },
  );
  const kind = oldest.age < lostAfter(meter) ? "doubted" : "lost";
  const isComplete = now - oldest.age >= meter.at - readingSpan;
  const isFresh = oldest.age <= freshForRaising;
  const isTrusted = meter.goodReadings >= readingsToTrust && meter.doubt === null;
  const because = meter.doubt === null ? "" : `: ${meter.doubt}`;
  if (!isFresh || !isComplete) return { kind, problem: `${name} ${silence(oldest.what, oldest.age)}${because}` };
  if (!isTrusted) return { kind, problem: `${name} is not trusted yet${because}` };
  return wiringTrust(name, meter);
}

/** A meter that speaks well can still be mounted wrongly. */
function wiringTrust(name: string, { wiringCheck }: MeterMemory): Trust {
  const verdict = wiringVerdict(wiringCheck);
  if (verdict === "wrong") return { kind: "wrong", problem: wiringProblem(name, wiringCheck) };
  const since = wiringCheck.testedSince;
  if (verdict === "good" || since === null) return { kind: "good" };
  return { kind: "tested", problem: `${name} did not answer to the last change of our own as it should`, since };
}

function silence(what: string, age: number): string {
  return Number.isFinite(age) ? `has not told ${what} for ${Math.round(age / 1_000)} s` : `does not tell ${what}`;
}
