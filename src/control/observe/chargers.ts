/** Takes readings of chargers and wishes of people into memory, and tells what a person did at the charger itself. */

import type { ChargerCommand, ChargerMode } from "../../model/commands.js";
import { phaseIndexes } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import { drawOf } from "./charger-draw.js";
import { recent, spaced } from "./history.js";
import {
  chargerSilence,
  deadTime,
  drawSpacing,
  idleCurrent,
  noticeableCurrent,
  slowestCharger,
  tellingCurrent,
} from "../parameters.js";
import { changed } from "../memory.js";
import type { ChargerMemory, DrawSample, Given, LastingMemory } from "../memory.js";
import { rememberSession } from "./session.js";
import type { ChargerSettings } from "../settings.js";

/** A that a control pilot can announce, halved, and V that no house has (IEC 61851-1: 80 A). */
const largestUsualCurrent = 40;
const largestUsualVoltage = 300;

/** By how much the greediest car takes more than it is offered. */
const greediest = 1.25;

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
  const noticed = noticePerson(old.lasting, reading, restarted, settings.stopOnUnplug);
  const startedThere = noticed.manual === "start" && old.lasting.manual !== "start";
  const commands = startedThere ? [...old.commands, ownOffer(reading, settings, now)] : old.commands;
  const offered = offeredAtMost({ commands, lasting: noticed }, settings, now);
  const given = old.lasting.given?.current ?? 0;
  const { currents, power, beyond } = drawOf(reading, settings, voltage, { given, offered });
  const draw = { at: now, currents, power };
  const before = old.draws.at(-1)?.currents;
  const moved =
    before !== undefined && phaseIndexes.some((i) => Math.abs(currents[i] - before[i]) >= noticeableCurrent);
  const drawn = Math.max(...currents);
  const idle = isEnabled(reading) !== false && isPlugged(reading) && drawn < idleCurrent;
  const { session, appetite, tag, charged, peak } = rememberSession(old, reading, draw);
  const showsTag = old.reading !== null && tag !== null && tag !== old.tag;
  return {
    ...old,
    tag,
    charged,
    peak,
    // Who shows a tag wants to charge now.
    lasting: changed(noticed, { session, appetite, pausedAt: showsTag ? null : noticed.pausedAt }),
    commands,
    reading,
    at: now,
    failing: false,
    draws: withDraw(old.draws, old.failing ? { ...draw, isAfterFailure: true } : draw),
    beyond,
    // It moved at some moment since the reading before; a quick meter may have shown it then.
    movedAt: moved ? old.at : old.movedAt,
    greed: greedOf(old, reading, drawn, now),
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

/** Adds a draw to the history, which is kept only as close together as it is needed. */
function withDraw(draws: ChargerMemory["draws"], draw: DrawSample): ChargerMemory["draws"] {
  const kept = recent(draws, draw.at);
  return [...(kept.at(-1)?.isAfterFailure === true ? kept : spaced(kept, drawSpacing)), draw];
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

/** A that it was told lately at most, as far back as the slowest charger needs to follow. */
function offeredAtMost(
  { commands, lasting }: Pick<ChargerMemory, "commands" | "lasting">,
  { maxCurrent }: ChargerSettings,
  now: number,
): number {
  let most = 0;
  for (let i = commands.length - 1; i >= 0; i--) {
    const { at, current } = commands[i] ?? { at: 0, current: maxCurrent };
    most = Math.max(most, current);
    if (at <= now - slowestCharger) return most;
  }
  // Nothing is known of what was there before the oldest command.
  return commands.length === 0 && lasting.given !== null ? lasting.given.current : maxCurrent;
}

/** What a charger offers that a person has started there. */
function ownOffer({ maxAmpere, phases }: ChargerReading, { maxCurrent }: ChargerSettings, at: number): Given {
  return { at, current: Math.min(maxAmpere ?? maxCurrent, maxCurrent), phases: phases === 1 ? 1 : 3 };
}

/** Told once a command has had its time to show, and kept over the next one; another car has another greed. */
function greedOf(
  { lasting: { given }, greed }: ChargerMemory,
  reading: ChargerReading,
  drawn: number,
  now: number,
): number {
  if (!isPlugged(reading)) return 1;
  if (given === null || given.current < tellingCurrent || drawn < idleCurrent || now - given.at < deadTime)
    return greed;
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
  if (enabled === told) return lasting.confirmed ? lasting : { ...lasting, confirmed: true };
  if (restarted || !lasting.confirmed) return { ...lasting, confirmed: false };
  return { ...lasting, manual: enabled ? "start" : "stop", until: null };
}

/** The modes in which a charger follows the sun. */
export function isSunMode(mode: ChargerMode): boolean {
  return mode === "solar" || mode === "solar-min";
}
