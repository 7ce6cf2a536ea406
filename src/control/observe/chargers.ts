/** Takes readings of chargers and wishes of people into memory, and tells what a person did at the charger itself. */

import type { ChargerCommand, ManualOverride } from "../../model/commands.js";
import { phaseIndexes } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import { changed } from "../changed.js";
import {
  deadTime,
  drawSpacing,
  idleCurrent,
  noticeableCurrent,
  significantCurrent,
  slowestCharger,
} from "../parameters.js";
import type { ChargerSettings } from "../settings.js";
import { drawOf, type DrawSample } from "./charger-draw.js";
import type { ChargerMemory, PersistentChargerState, SetpointCommand } from "./charger-memory.js";
import { isEnabled, isPlugged } from "./charger-state.js";
import { recent, spaced } from "./history.js";
import { observeSession } from "./session.js";

/** A that a control pilot can announce, halved, and V that no house has (IEC 61851-1: 80 A). */
const largestUsualCurrent = 40;
const largestUsualVoltage = 300;

/** By how much the greediest car takes more than it is offered. */
const largestOverdrawRatio = 1.25;

const stop: ManualOverride = { kind: "stop", endedStart: null };

/** Takes one reading, or the failure of one (`null`), into the memory of its charger. */
export function observeCharger(
  old: ChargerMemory,
  reading: ChargerReading | null,
  now: number,
  settings: ChargerSettings,
  voltage: number,
): ChargerMemory {
  if (reading === null || isImplausible(reading, settings)) return { ...old, failing: true };

  const restarted = hasRestarted(old, reading, now);
  const noticed = detectManualChange(old.persistent, reading, restarted, settings.stopOnUnplug);
  const startedThere = noticed.manual?.kind === "start" && old.persistent.manual?.kind !== "start";
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

/** Takes a command of a person into the memory of the charger. */
export function applyCommand(old: ChargerMemory, command: ChargerCommand): ChargerMemory {
  const { persistent } = old;
  const { session } = persistent;
  const { mode, allowCharging, minAmpere, maxAmpere, powerLimit, sessionChargeConsumptionLimit: energyLimit } = command;
  const { phases, targets } = command;
  const endsPause = mode !== undefined || allowCharging !== undefined;
  return {
    ...old,
    persistent: {
      ...persistent,
      mode: mode ?? persistent.mode,
      manual: manualAfter(persistent.manual, command),
      pausedAt: endsPause ? null : persistent.pausedAt,
      minimum: minAmpere === undefined ? persistent.minimum : minAmpere,
      cap: maxAmpere === undefined ? persistent.cap : maxAmpere,
      powerLimit: powerLimit === undefined ? persistent.powerLimit : powerLimit,
      energyLimit: energyLimit === undefined ? persistent.energyLimit : (energyLimit ?? 0),
      phases: phases ?? persistent.phases,
      targets: targets ?? persistent.targets,
      session: targets === undefined ? session : session && { ...session, due: null, targetActiveSince: null },
    },
  };
}

/** A start by hand that was made for a time is a stop once that is over. */
export function endTimedStart(old: ChargerMemory, now: number): ChargerMemory {
  const { manual } = old.persistent;
  if (manual?.kind !== "start" || manual.until === null || now < manual.until) return old;
  return { ...old, persistent: { ...old.persistent, manual: { kind: "stop", endedStart: manual.until } } };
}

/** A new mode ends a start by hand, but not a stop. */
function manualAfter(
  before: ManualOverride | null,
  { mode, allowCharging, until }: ChargerCommand,
): ManualOverride | null {
  if (allowCharging === true) return { kind: "start", until: until ?? null };
  if (allowCharging === false) return stop;
  if (allowCharging === null) return null;
  if (mode === undefined && until === undefined) return before;
  if (before?.kind === "stop") return stop;
  return before === null || mode !== undefined ? null : { kind: "start", until: until ?? null };
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
    const isForNext = persistent.session === null && persistent.manual?.kind === "start";
    const afterUnplugging = isForNext ? persistent.manual : stop;
    const manual = stopOnUnplug ? afterUnplugging : null;
    return { ...persistent, manual, commandConfirmed: false, startedAt: null, pausedAt: null };
  }
  const enabled = isEnabled(reading);
  if (persistent.lastCommand === null || enabled === null) return persistent;
  const told = persistent.lastCommand.current > 0;
  if (enabled === told) return persistent.commandConfirmed ? persistent : { ...persistent, commandConfirmed: true };
  if (restarted || !persistent.commandConfirmed) return { ...persistent, commandConfirmed: false };
  return { ...persistent, manual: enabled ? { kind: "start", until: null } : stop };
}
