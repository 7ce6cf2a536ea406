/** Takes readings of chargers and wishes of people into memory, and tells what a person did at the charger itself. */

import type { ChargerCommand } from "../../model/commands.js";
import { phaseIndexes } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import { drawOf, type DrawSample } from "./charger-draw.js";
import { recent, spaced } from "./history.js";
import {
  deadTime,
  drawSpacing,
  idleCurrent,
  noticeableCurrent,
  phaseSwitchPause,
  slowestCharger,
  significantCurrent,
} from "../parameters.js";
import { observeSession } from "./session.js";
import type { ChargerSettings } from "../settings.js";
import { isEnabled, isPlugged } from "./charger-state.js";
import type { SetpointCommand, PersistentChargerState, ChargerMemory } from "./charger-memory.js";
import { changed } from "../changed.js";

/** A that a control pilot can announce, halved, and V that no house has (IEC 61851-1: 80 A). */
const largestUsualCurrent = 40;
const largestUsualVoltage = 300;

/** By how much the greediest car takes more than it is offered. */
const largestOverdrawRatio = 1.25;

/** Takes one reading, or the failure of one (`null`), into the memory of its charger. */
export function observeCharger(
  old: ChargerMemory,
  reported: ChargerReading | null,
  now: number,
  settings: ChargerSettings,
  voltage: number,
): ChargerMemory {
  if (reported === null || isImplausible(reported, settings)) return { ...old, failing: true };

  const hidden = hidesVehicle(old.persistent, reported, now);
  const reading: ChargerReading = hidden ? { ...reported, state: "connected" } : reported;
  // What it shows of its start and stop meanwhile is no person's doing.
  const unsettled = hidden || hasRestarted(old, reading, now);
  const noticed = detectManualChange(old.persistent, reading, unsettled, settings.stopOnUnplug);
  const startedThere = noticed.manual === "start" && old.persistent.manual !== "start";
  const commands = startedThere ? [...old.commands, chargerOffer(reading, settings, now)] : old.commands;
  const offered = offeredAtMost({ commands, persistent: noticed }, settings, now);
  const given = old.persistent.lastCommand?.current ?? 0;
  const { currents, power, beyond } = drawOf(reading, settings, voltage, { given, offered });
  const draw = { at: now, currents, power };
  const before = old.draws.at(-1)?.currents;
  const moved =
    before !== undefined && phaseIndexes.some((i) => Math.abs(currents[i] - before[i]) >= noticeableCurrent);
  const drawn = Math.max(...currents);
  const idle = isEnabled(reading) !== false && isPlugged(reading) && drawn < idleCurrent;
  const { session, vehicleLimit, tag, charged, peak } = observeSession(old, reading, draw);
  const showsTag = old.reading !== null && tag !== null && tag !== old.tag;
  return {
    ...old,
    tag,
    charged,
    peak,
    // Who shows a tag wants to charge now.
    persistent: changed(noticed, { session, vehicleLimit, pausedAt: showsTag ? null : noticed.pausedAt }),
    commands,
    reading,
    at: now,
    failing: false,
    draws: withDraw(old.draws, old.failing ? { ...draw, isAfterFailure: true } : draw),
    beyond,
    // It moved at some moment since the reading before; a quick meter may have shown it then.
    movedAt: moved ? old.at : old.movedAt,
    overdrawRatio: overdrawRatioAfter(old, reading, drawn, now),
    idleSince: idle ? (old.idleSince ?? now) : null,
  };
}

/** Takes what a person asks for into the memory of the charger. */
export function applyCommand(old: ChargerMemory, command: ChargerCommand): ChargerMemory {
  const { mode, allowCharging, maxAmpere, powerLimit, sessionChargeConsumptionLimit, phases } = command;
  const { minAmpere, until, targets } = command;
  let persistent = old.persistent;
  if (mode !== undefined)
    persistent = {
      ...persistent,
      mode,
      manual: persistent.manual === "stop" ? "stop" : null,
      until: null,
      pausedAt: null,
    };
  if (allowCharging !== undefined) persistent = { ...persistent, manual: manualOf(allowCharging), pausedAt: null };
  if (allowCharging !== undefined || until !== undefined)
    persistent = { ...persistent, until: persistent.manual === "start" ? (until ?? null) : null };
  if (minAmpere !== undefined) persistent = { ...persistent, minimum: minAmpere };
  if (targets !== undefined)
    persistent = {
      ...persistent,
      targets,
      session: persistent.session && { ...persistent.session, due: null, targetActiveSince: null },
    };
  if (maxAmpere !== undefined) persistent = { ...persistent, cap: maxAmpere };
  if (powerLimit !== undefined) persistent = { ...persistent, powerLimit };
  if (sessionChargeConsumptionLimit !== undefined)
    persistent = { ...persistent, energyLimit: sessionChargeConsumptionLimit ?? 0 };
  if (phases !== undefined) persistent = { ...persistent, phases };
  return { ...old, persistent };
}

/** A start by hand that was made for a time is a stop once that is over. */
export function endTimedStart(old: ChargerMemory, now: number): ChargerMemory {
  const { manual, until } = old.persistent;
  if (manual !== "start" || until === null || now < until) return old;
  return { ...old, persistent: { ...old.persistent, manual: "stop" } };
}

function manualOf(allowCharging: boolean | null): PersistentChargerState["manual"] {
  if (allowCharging === null) return null;
  return allowCharging ? "start" : "stop";
}

/** Adds a draw to the history, which is kept only as close together as it is needed. */
function withDraw(draws: ChargerMemory["draws"], draw: DrawSample): ChargerMemory["draws"] {
  const kept = recent(draws, draw.at);
  return [...(kept.at(-1)?.isAfterFailure === true ? kept : spaced(kept, drawSpacing)), draw];
}

/** Currents and powers far beyond what it could ever draw: then nothing that it says can be relied on. */
function isImplausible(reading: ChargerReading, { maxCurrent }: ChargerSettings): boolean {
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
  { commands, persistent }: Pick<ChargerMemory, "commands" | "persistent">,
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
  return commands.length === 0 && persistent.lastCommand !== null ? persistent.lastCommand.current : maxCurrent;
}

/** What a charger offers that a person has started there. */
function chargerOffer(
  { maxAmpere, phases }: ChargerReading,
  { maxCurrent }: ChargerSettings,
  at: number,
): SetpointCommand {
  return { at, current: Math.min(maxAmpere ?? maxCurrent, maxCurrent), phases: phases === 1 ? 1 : 3 };
}

/** Told once a command has had its time to show, and kept over the next one; another car has another greed. */
function overdrawRatioAfter(
  { persistent: { lastCommand }, overdrawRatio }: ChargerMemory,
  reading: ChargerReading,
  drawn: number,
  now: number,
): number {
  if (!isPlugged(reading)) return 1;
  if (
    lastCommand === null ||
    lastCommand.current < significantCurrent ||
    drawn < idleCurrent ||
    now - lastCommand.at < deadTime
  )
    return overdrawRatio;
  return Math.min(largestOverdrawRatio, Math.max(1, drawn / lastCommand.current));
}

/** Some chargers show no vehicle while they change the number of phases as they were told. */
function hidesVehicle({ session, switchedAt }: PersistentChargerState, { state }: ChargerReading, now: number) {
  return state === "disconnected" && session !== null && switchedAt !== null && now - switchedAt <= phaseSwitchPause;
}

/** By its own word, or, from a charger that does not tell, after any time without an answer. */
function hasRestarted(old: ChargerMemory, { uptime }: ChargerReading, now: number): boolean {
  const { reading: before, failing, persistent } = old;
  if (uptime === null) return failing;
  if (before === null) return persistent.lastCommand !== null && uptime < now - persistent.lastCommand.at;
  return before.uptime === null ? failing : uptime < before.uptime;
}

/**
 * A charger that did what we told it, and then, without a restart, does the opposite, was told so by a person.
 * Pulling the plug ends what people did by hand; where it shall stop the charger, it stops it.
 */
export function detectManualChange(
  persistent: PersistentChargerState,
  reading: ChargerReading,
  restarted: boolean,
  stopOnUnplug = false,
): PersistentChargerState {
  if (reading.state === "disconnected") {
    // A start made since the car is gone is meant for the next one.
    const kept = persistent.session === null && persistent.manual === "start";
    const manual = stopOnUnplug ? (kept ? "start" : "stop") : null;
    const until = manual === "start" ? persistent.until : null;
    return { ...persistent, manual, until, commandConfirmed: false, startedAt: null, pausedAt: null };
  }
  const enabled = isEnabled(reading);
  if (persistent.lastCommand === null || enabled === null) return persistent;
  const told = persistent.lastCommand.current > 0;
  if (enabled === told) return persistent.commandConfirmed ? persistent : { ...persistent, commandConfirmed: true };
  if (restarted || !persistent.commandConfirmed) return { ...persistent, commandConfirmed: false };
  return { ...persistent, manual: enabled ? "start" : "stop", until: null };
}
