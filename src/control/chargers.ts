/** Takes readings of chargers and wishes of people into memory, and tells what a person did at the charger itself. */

import type { ChargerCommand, ChargerMode } from "../model/commands.js";
import { perPhase, phaseIndexes, type PerPhase, type PhaseCount } from "../model/phases.js";
import type { ChargerReading } from "../model/readings.js";
import { chargerSilence, deadTime, idleCurrent, lagSearch, noticeableCurrent, roomMemory } from "./limits.js";
import type { ChargerMemory, LastingMemory } from "./memory.js";
import { rememberSession } from "./session.js";
import type { ChargerSettings } from "./settings.js";

/** A that a control pilot can announce, halved, and V that no house has (IEC 61851-1: 80 A). */
const largestUsualCurrent = 40;
const largestUsualVoltage = 300;

/** A car is known to take more than offered only from this on, in A; and by how much the greediest one does. */
const greedFrom = 5;
const greediest = 1.25;

/** Draws and commands older than this have no part in any decision. */
const historyKept = Math.max(roomMemory, lagSearch) + 2 * deadTime;

/** Takes one reading, or the failure of one (`null`), into the memory of its charger. */
export function rememberCharger(
  old: ChargerMemory,
  reading: ChargerReading | null,
  now: number,
  settings: ChargerSettings,
  voltage: number,
): ChargerMemory {
  if (reading === null || isAbsurd(reading, settings)) return { ...old, failing: true };

  const restarted = hasRestarted(old, reading, now);
  const draw = { at: now, ...drawOf(reading, settings, voltage, old.lasting.given?.current ?? 0) };
  const before = old.draws.at(-1)?.currents;
  const moved =
    before !== undefined && phaseIndexes.some((i) => Math.abs(draw.currents[i] - before[i]) >= noticeableCurrent);
  const idle = isEnabled(reading) !== false && isPlugged(reading) && Math.max(...draw.currents) < idleCurrent;
  const { session, appetite, ...stay } = rememberSession(old, reading, draw);
  const noticed = noticePerson(old.lasting, reading, restarted, settings.stopOnUnplug);
  const showsTag = old.reading !== null && stay.tag !== null && stay.tag !== old.tag;
  return {
    ...old,
    ...stay,
    // Who shows a tag wants to charge now.
    lasting: { ...noticed, session, appetite, pausedAt: showsTag ? null : noticed.pausedAt },
    reading,
    at: now,
    failing: false,
    draws: [...recent(old.draws, now), { ...draw, ...(old.failing ? { isAfterFailure: true } : {}) }],
    // It moved at some moment since the reading before; a quick meter may have shown it then.
    movedAt: moved ? old.at : old.movedAt,
    greed: greedOf(old, reading, Math.max(...draw.currents), now),
    idleSince: idle ? (old.idleSince ?? now) : null,
  };
}

/** Takes what a person asks for into the memory of the charger. */
export function rememberCommand(old: ChargerMemory, command: ChargerCommand): ChargerMemory {
  const { mode, allowCharging, maxAmpere, powerLimit, sessionChargeConsumptionLimit, phases } = command;
  const { minAmpere, until, targets } = command;
  let lasting = old.lasting;
  if (mode !== undefined)
    lasting = { ...lasting, mode, manual: lasting.manual === "stop" ? "stop" : null, until: null, pausedAt: null };
  if (allowCharging !== undefined) lasting = { ...lasting, manual: manualOf(allowCharging), pausedAt: null };
  if (allowCharging !== undefined || until !== undefined)
    lasting = { ...lasting, until: lasting.manual === "start" ? (until ?? null) : null };
  if (minAmpere !== undefined) lasting = { ...lasting, minimum: minAmpere };
  if (targets !== undefined)
    lasting = {
      ...lasting,
      targets,
      session: lasting.session && { ...lasting.session, due: null, pursuedSince: null },
    };
  if (maxAmpere !== undefined) lasting = { ...lasting, cap: maxAmpere };
  if (powerLimit !== undefined) lasting = { ...lasting, powerLimit };
  if (sessionChargeConsumptionLimit !== undefined)
    lasting = { ...lasting, energyLimit: sessionChargeConsumptionLimit ?? 0 };
  if (phases !== undefined) lasting = { ...lasting, phases };
  return { ...old, lasting };
}

/** A start by hand that was made for a time is a stop once that is over. */
export function endInTime(old: ChargerMemory, now: number): ChargerMemory {
  const { manual, until } = old.lasting;
  if (manual !== "start" || until === null || now < until) return old;
  return { ...old, lasting: { ...old.lasting, manual: "stop" } };
}

function manualOf(allowCharging: boolean | null): LastingMemory["manual"] {
  if (allowCharging === null) return null;
  return allowCharging ? "start" : "stop";
}

/** Keeps what is younger than the history's length, and the newest before that. */
export function recent<T extends { readonly at: number }>(history: readonly T[], now: number): readonly T[] {
  const first = history.findIndex(({ at }) => at >= now - historyKept);
  return first < 0 ? history.slice(-1) : history.slice(Math.max(0, first - 1));
}

/** What the charger's start and stop switch says; `null`: not known. */
export function isEnabled(reading: ChargerReading): boolean | null {
  return reading.enabled ?? reading.allowCharging;
}

export function isPlugged({ state }: ChargerReading): boolean {
  return state === "connected" || state === "charging";
}

export function isSilent({ at }: ChargerMemory, now: number): boolean {
  return now - at > chargerSilence;
}

/** Currents and powers far beyond what it could ever draw: then nothing that it says can be relied on. */
function isAbsurd(reading: ChargerReading, { maxCurrent }: ChargerSettings): boolean {
  const highest = 2 * Math.max(maxCurrent, largestUsualCurrent);
  const currents = [reading.maxAmpere, reading.currentL1, reading.currentL2, reading.currentL3];
  const { power } = reading;
  return (
    currents.some((current) => current !== null && !(Math.abs(current) <= highest)) ||
    (power !== null && !(Math.abs(power) <= 3 * highest * largestUsualVoltage))
  );
}

/** Told once a command has had its time to show, and kept over the next one; another car has another greed. */
function greedOf(
  { lasting: { given }, greed }: ChargerMemory,
  reading: ChargerReading,
  drawn: number,
  now: number,
): number {
  if (!isPlugged(reading)) return 1;
  if (given === null || given.current < greedFrom || drawn < idleCurrent || now - given.at < deadTime) return greed;
  return Math.min(greediest, Math.max(1, drawn / given.current));
}

/** By its own word, or, from a charger that does not tell, after any time without an answer. */
function hasRestarted(old: ChargerMemory, { uptime }: ChargerReading, now: number): boolean {
  const { reading: before, failing, lasting } = old;
  if (uptime === null) return failing;
  if (before === null) return lasting.given !== null && uptime < now - lasting.given.at;
  return before.uptime === null ? failing : uptime < before.uptime;
}

/**
 * A charger that did what we told it, and then, without a restart, does the opposite, was told so by a person.
 * Pulling the plug ends what people did by hand; where it shall stop the charger, it stops it.
 */
export function noticePerson(
  lasting: LastingMemory,
  reading: ChargerReading,
  restarted: boolean,
  stopOnUnplug = false,
): LastingMemory {
  if (reading.state === "disconnected") {
    // A start made since the car is gone is meant for the next one.
    const kept = lasting.session === null && lasting.manual === "start";
    const manual = stopOnUnplug ? (kept ? "start" : "stop") : null;
    const until = manual === "start" ? lasting.until : null;
    return { ...lasting, manual, until, confirmed: false, startedAt: null, pausedAt: null };
  }
  const enabled = isEnabled(reading);
  if (lasting.given === null || enabled === null) return lasting;
  const told = lasting.given.current > 0;
  if (enabled === told) return { ...lasting, confirmed: true };
  if (restarted || !lasting.confirmed) return { ...lasting, confirmed: false };
  return { ...lasting, manual: enabled ? "start" : "stop", until: null };
}

/** A and W that the charger draws, on the phases of the house; where it does not measure, what it offers counts. */
function drawOf(
  reading: ChargerReading,
  { rotation, phases }: ChargerSettings,
  voltage: number,
  given: number,
): { currents: PerPhase<number>; power: number } {
  const measured = [reading.currentL1, reading.currentL2, reading.currentL3] as const;
  const used: PhaseCount = (reading.phases ?? (phases === 1 ? 1 : 3)) === 1 ? 1 : 3;
  const own = measured.some((current) => current !== null)
    ? perPhase((i) => Math.max(0, measured[i] ?? 0))
    : spread(estimate(reading, used, voltage, given), used);
  const currents = perPhase((house) => {
    const socket = phaseIndexes.find((i) => rotation[i] === house);
    return socket === undefined ? 0 : own[socket];
  });
  return { currents, power: reading.power ?? own.reduce((sum, current) => sum + current * voltage, 0) };
}

function estimate(reading: ChargerReading, used: PhaseCount, voltage: number, given: number): number {
  if (reading.power !== null) return reading.power / (used * voltage);
  return reading.state === "charging" ? (reading.maxAmpere ?? given) : 0;
}

/** One current on the first one or all three phases. */
export function spread(current: number, phases: PhaseCount): PerPhase<number> {
  return phases === 3 ? [current, current, current] : [current, 0, 0];
}

/** The modes in which a charger follows the sun. */
export function isSunMode(mode: ChargerMode): boolean {
  return mode === "solar" || mode === "solar-min";
}
