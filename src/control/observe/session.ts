/** The stay of a car at a charger: since when, how much it was charged, and the limit that was observed. */

import type { ChargerReading } from "../../model/readings.js";
import { changed } from "../changed.js";
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

/** The memory of a session after a reading. */
export type SessionUpdate = Pick<ChargerMemory, "tag" | "charged" | "peak"> &
  Pick<PersistentChargerState, "session" | "vehicleLimit">;

export function observeSession(old: ChargerMemory, reading: ChargerReading, draw: DrawSample): SessionUpdate {
  const { vehicleLimit } = old.persistent;
  if (reading.state === "disconnected") return { tag: null, charged: 0, peak: 0, session: null, vehicleLimit };
  const charged = chargedAfter(old, reading, draw);
  const taken = steadyDraw(old, reading, draw);
  return {
    tag: tagOf(reading.tag) ?? old.tag,
    charged,
    peak: Math.max(old.peak, taken ?? 0),
    session: sessionAfter(old, reading, charged, draw.at),
    vehicleLimit: taken === null ? vehicleLimit : vehicleLimitAfter(old, draw, taken),
  };
}

/** kWh by the charger's session counter, else by its total counter, else integrated from its power. */
function chargedAfter(old: ChargerMemory, reading: ChargerReading, { at, power }: DrawSample): number {
  const count = sessionCountOf(reading);
  if (count !== null) return count;
  const counted = (reading.totalConsumption ?? NaN) - (old.reading?.totalConsumption ?? NaN);
  if (counted >= 0 && counted <= largestSession) return old.charged + counted;
  const hours = old.at === null ? 0 : Math.min(at - old.at, longestStep) / 3_600_000;
  return old.charged + (Math.max(0, power) / 1_000) * hours;
}

function sessionAfter(old: ChargerMemory, reading: ChargerReading, charged: number, now: number): Session | null {
  const { session } = old.persistent;
  if (reading.state !== "connected" && reading.state !== "charging") return session;
  // The counter was reset: what was counted before is lost.
  if (session !== null) return charged < session.countsFrom ? { ...session, countsFrom: 0 } : session;
  const arrives = old.reading?.state === "disconnected";
  // Until a new car charges, some chargers still show the session before.
  const count = sessionCountOf(reading);
  const stale = arrives && count !== null && count === sessionCountOf(old.reading);
  return { since: arrives ? now : null, countsFrom: stale ? charged : 0, due: null, targetActiveSince: null };
}

/** kWh; `null`: not reported, or implausible. */
function sessionCountOf(reading: ChargerReading | null): number | null {
  const count = reading?.sessionChargeConsumption ?? null;
  return count !== null && count >= 0 && count <= largestSession ? count : null;
}

/** A per phase that the car draws of an offer made long enough ago; `null`: not known now. */
function steadyDraw({ persistent }: ChargerMemory, { state }: ChargerReading, draw: DrawSample): number | null {
  const { lastCommand } = persistent;
  if (state !== "charging" || lastCommand === null || lastCommand.current === 0) return null;
  if (draw.at - lastCommand.at < slowestCharger) return null;
  const taken = Math.max(...draw.currents);
  return taken >= significantCurrent ? taken : null;
}

/** Only the highest draw of a session counts as a limit: every car takes less when it is nearly full. */
function vehicleLimitAfter({ persistent, peak }: ChargerMemory, draw: DrawSample, taken: number): VehicleLimit {
  const { lastCommand, vehicleLimit } = persistent;
  if (lastCommand === null) return vehicleLimit;
  const phasesUsed = draw.currents.filter((current) => current >= idleCurrent).length;
  return changed(vehicleLimit, {
    phases: lastCommand.phases === 3 ? phasesUsed : vehicleLimit.phases,
    current: taken < peak ? vehicleLimit.current : currentLimit(vehicleLimit.current, lastCommand.current, taken),
  });
}

/** A; a draw clearly below the offer is the limit, and a limit that the car has exceeded is none. */
function currentLimit(before: number | null, offered: number, taken: number): number | null {
  if (offered - taken >= unusedOffer) return taken;
  return before !== null && taken < before + unusedOffer ? before : null;
}
