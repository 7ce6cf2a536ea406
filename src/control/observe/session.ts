/** The stay of a car at a charger: when it came, what it was charged since, and what it has shown to take. */

import type { ChargerReading } from "../../model/readings.js";
import { tagOf } from "../schedule/vehicles.js";
import { carRefuses, idleCurrent, largestSession, longestStep, slowestCharger, tellingCurrent } from "../parameters.js";
import type { Appetite, ChargerMemory, DrawSample, LastingMemory, Session } from "../memory.js";

/** What is remembered of a session, after a reading. */
export type SessionNews = Pick<ChargerMemory, "tag" | "charged" | "peak"> & Pick<LastingMemory, "session" | "appetite">;

export function rememberSession(old: ChargerMemory, reading: ChargerReading, draw: DrawSample): SessionNews {
  const { appetite } = old.lasting;
  if (reading.state === "disconnected") return { tag: null, charged: 0, peak: 0, session: null, appetite };
  const charged = chargedAfter(old, reading, draw);
  const taken = takenSteadily(old, reading, draw);
  return {
    tag: tagOf(reading.tag) ?? old.tag,
    charged,
    peak: Math.max(old.peak, taken ?? 0),
    session: sessionAfter(old, reading, charged, draw.at),
    appetite: taken === null ? appetite : appetiteAfter(old, draw, taken),
  };
}

/** By its own count of the session; else by its counter of all energy; else by what it was seen to draw. kWh */
function chargedAfter(old: ChargerMemory, reading: ChargerReading, { at, power }: DrawSample): number {
  const told = countOf(reading);
  if (told !== null) return told;
  const counted = (reading.totalConsumption ?? NaN) - (old.reading?.totalConsumption ?? NaN);
  if (counted >= 0 && counted <= largestSession) return old.charged + counted;
  const hours = old.at === 0 ? 0 : Math.min(at - old.at, longestStep) / 3_600_000;
  return old.charged + (Math.max(0, power) / 1_000) * hours;
}

function sessionAfter(old: ChargerMemory, reading: ChargerReading, charged: number, now: number): Session | null {
  const { session } = old.lasting;
  if (reading.state !== "connected" && reading.state !== "charging") return session;
  // A count that began anew has lost what was before.
  if (session !== null) return charged < session.countsFrom ? { ...session, countsFrom: 0 } : session;
  const arrives = old.reading?.state === "disconnected";
  // Until a new car charges, some chargers show what the one before it got.
  const count = countOf(reading);
  const stale = arrives && count !== null && count === countOf(old.reading);
  return { since: arrives ? now : null, countsFrom: stale ? charged : 0, due: null, pursuedSince: null };
}

function countOf(reading: ChargerReading | null): number | null {
  const told = reading?.sessionChargeConsumption ?? null;
  return told !== null && told >= 0 && told <= largestSession ? told : null;
}

/** A per phase that the car takes of what it was offered long enough ago; `null`: that can't be told now. */
function takenSteadily({ lasting: { given } }: ChargerMemory, { state }: ChargerReading, draw: DrawSample) {
  if (state !== "charging" || given === null || given.current === 0 || draw.at - given.at < slowestCharger) return null;
  const taken = Math.max(...draw.currents);
  return taken >= tellingCurrent ? taken : null;
}

/** Only the most that it took in a session tells its limit: every car takes less when it is nearly full. */
function appetiteAfter(
  { lasting: { given, appetite }, peak }: ChargerMemory,
  draw: DrawSample,
  taken: number,
): Appetite {
  const phases =
    given?.phases === 3 ? draw.currents.filter((current) => current >= idleCurrent).length : appetite.phases;
  const current = taken < peak || given === null ? appetite.current : mostTaken(appetite, given.current, taken);
  return current === appetite.current && phases === appetite.phases ? appetite : { current, phases };
}

function mostTaken(appetite: Appetite, given: number, taken: number): number | null {
  if (given - taken >= carRefuses) return taken;
  return appetite.current !== null && taken < appetite.current + carRefuses ? appetite.current : null;
}
