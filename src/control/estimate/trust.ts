/** How far a measurement can be relied on: by its age, by its meter's last losses, and by the wiring check. */

import { freshForRaising, readingSpan, readingsToTrust } from "../parameters.js";
import { lostAfter } from "../observe/meters.js";
import { wiringProblem, wiringVerdict } from "./wiring-check.js";
import type { Measured, MeterMemory } from "../observe/meter-memory.js";

/** How far a measurement can be relied on. */
export interface Trust {
  /** Good enough to raise a current. */
  readonly raise: boolean;
  /** Good enough to go on. */
  readonly stay: boolean;
  /** What is wrong, for people; empty when nothing is. */
  readonly problem: string;
  /** Since when a change of our own current has to show whether it answers as it should. */
  readonly testedSince?: number | null;
  /** It is known to be wrong, until somebody puts it right. */
  readonly isWrong?: boolean;
}

/** All of these are needed. */
export function allOf(trusts: readonly Trust[]): Trust {
  const worst = trusts.find(({ stay }) => !stay) ?? trusts.find(({ isWrong }) => isWrong);
  return {
    raise: trusts.every(({ raise }) => raise),
    stay: trusts.every(({ stay }) => stay),
    problem: (worst ?? trusts.find(({ problem }) => problem !== ""))?.problem ?? "",
    testedSince: trusts.find(({ testedSince = null }) => testedSince !== null)?.testedSince ?? null,
    isWrong: trusts.some(({ isWrong }) => isWrong),
  };
}

/** Judges measurements by their age and by what their meter went through lately. */
export function trustIn(
  name: string,
  meter: MeterMemory | undefined,
  needed: readonly { readonly what: string; readonly sample: Measured | null | undefined }[],
  now: number,
): Trust {
  if (meter === undefined || meter.at === null)
    return { raise: false, stay: false, problem: `${name} has not told anything yet` };
  const oldest = needed.reduce(
    (worst, { what, sample }) => {
      const age = sample ? now - sample.at : Infinity;
      return age > worst.age ? { what, age } : worst;
    },
    { what: "", age: -1 },
  );
  const stay = oldest.age < lostAfter(meter);
  const isComplete = now - oldest.age >= meter.at - readingSpan;
  const isFresh = oldest.age <= freshForRaising;
  const raise = isFresh && isComplete && meter.goodReadings >= readingsToTrust && meter.doubt === null;
  const because = meter.doubt === null ? "" : `: ${meter.doubt}`;
  if (!isFresh || !isComplete) return { raise, stay, problem: `${name} ${silence(oldest.what, oldest.age)}${because}` };
  if (!raise) return { raise, stay, problem: `${name} is not trusted yet${because}` };
  return wiringTrust(name, meter);
}

/** A meter that speaks well can still be mounted wrongly. */
function wiringTrust(name: string, { wiringCheck }: MeterMemory): Trust {
  const trust = wiringVerdict(wiringCheck);
  if (trust === "good") return { raise: true, stay: true, problem: "" };
  if (trust === "wrong") return { raise: false, stay: true, problem: wiringProblem(name, wiringCheck), isWrong: true };
  const problem = `${name} did not answer to the last change of our own as it should`;
  return { raise: true, stay: true, problem, testedSince: wiringCheck.testedSince };
}

function silence(what: string, age: number): string {
  return Number.isFinite(age) ? `has not told ${what} for ${Math.round(age / 1_000)} s` : `does not tell ${what}`;
}
