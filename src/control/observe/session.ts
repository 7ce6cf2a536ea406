/** The stay of a car at a charger: when it came, what it was charged since, and what it has shown to take. */

import type { ChargerReading } from "../../model/readings.js";
import {
  idleCurrent,
  largestSession,
  longestStep,
  significantCurrent,
  slowestCharger,
  unusedOffer,
} from "../parameters.js";
import { tagOf } from "../schedule/vehicles.js";
import type { DrawSample } from "./charger-draw.js";
import type { ChargerMemory, PersistentChargerState, Session, VehicleLimit } from "./charger-memory.js";

/** What is remembered of a session, after a reading. */
export type SessionUpdate = Pick<ChargerMemory, "tag" | "charged" | "peak"> &
  Pick<PersistentChargerState, "session" | "vehicleLimit">;

export function observeSession(old: ChargerMemory, reading: ChargerReading, draw: DrawSample): SessionUpdate {
  const { vehicleLimit } = old.persistent;
  if (reading.state === "disconnected") return { tag: null, charged: 0, peak: 0, session: null, vehicleLimit };
  const charged = chargedAfter(old, reading, draw);
  const taken = takenSteadily(old, reading, draw);
  return {
    tag: tagOf(reading.tag) ?? old.tag,
    charged,
    peak: Math.max(old.peak, taken ?? 0),
    session: sessionAfter(old, reading, charged, draw.at),
    vehicleLimit: taken === null ? vehicleLimit : vehicleLimitAfter(old, draw, taken),
  };
}

/** By its own count of the session; else by its counter of all energy; else by what it was seen to draw. kWh */
function chargedAfter(old: ChargerMemory, reading: ChargerReading, { at, power }: DrawSample): number {
  const told = countOf(reading);
  if (told !== null) return told;
  const counted = (reading.totalConsumption ?? NaN) - (old.reading?.totalConsumption ?? NaN);
  if (counted >= 0 && counted <= largestSession) return old.charged + counted;
  const hours = old.at === null ? 0 : Math.min(at - old.at, longestStep) / 3_600_000;
  return old.charged + (Math.max(0, power) / 1_000) * hours;
}

function sessionAfter(old: ChargerMemory, reading: ChargerReading, charged: number, now: number): Session | null {
  const { session } = old.persistent;
  if (reading.state !== "connected" && reading.state !== "charging") return session;
  // A count that began anew has lost what was before.
  if (session !== null) return charged < session.countsFrom ? { ...session, countsFrom: 0 } : session;
  const arrives = old.reading?.state === "disconnected";
  // Until a new car charges, some chargers show what the one before it got.
  const count = countOf(reading);
  const stale = arrives && count !== null && count === countOf(old.reading);
  return { since: arrives ? now : null, countsFrom: stale ? charged : 0, due: null, targetActiveSince: null };
}

function countOf(reading: ChargerReading | null): number | null {
  const told = reading?.sessionChargeConsumption ?? null;
  return told !== null && told >= 0 && told <= largestSession ? told : null;
}

/** A per phase that the car takes of what it was offered long enough ago; `null`: that can't be told now. */
function takenSteadily({ persistent: { lastCommand } }: ChargerMemory, { state }: ChargerReading, draw: DrawSample) {
  if (
    state !== "charging" ||
    lastCommand === null ||
    lastCommand.current === 0 ||
    draw.at - lastCommand.at < slowestCharger
  )
    return null;
  const taken = Math.max(...draw.currents);
  return taken >= significantCurrent ? taken : null;
}

/** Only the most that it took in a session tells its limit: every car takes less when it is nearly full. */
function vehicleLimitAfter(
  { persistent: { lastCommand, vehicleLimit }, peak }: ChargerMemory,
  draw: DrawSample,
  taken: number,
): VehicleLimit {
  const phases =
    lastCommand?.phases === 3 ? draw.currents.filter((current) => current >= idleCurrent).length : vehicleLimit.phases;
  const current =
    taken < peak || lastCommand === null ? vehicleLimit.current : mostTaken(vehicleLimit, lastCommand.current, taken);
  return current === vehicleLimit.current && phases === vehicleLimit.phases ? vehicleLimit : { current, phases };
}

function mostTaken(vehicleLimit: VehicleLimit, given: number, taken: number): number | null {
  if (given - taken >= unusedOffer) return taken;
  return vehicleLimit.current !== null && taken < vehicleLimit.current + unusedOffer ? vehicleLimit.current : null;
}
