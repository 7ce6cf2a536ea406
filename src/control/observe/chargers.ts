/** Takes readings of chargers and commands of people into memory, and detects starts and stops at a charger itself. */

import type { ChargerCommand, ManualOverride } from "../../model/commands.js";
import { phaseIndexes } from "../../model/phases.js";
import type { ChargerReading } from "../../model/readings.js";
import { changed } from "../changed.js";
import {
  deadTime,
  drawSpacing,
  idleCurrent,
  noticeableCurrent,
  phaseSwitchPause,
  significantCurrent,
  slowestCharger,
} from "../parameters.js";
import type { ChargerSettings } from "../settings.js";
import { drawOf, type DrawSample } from "./charger-draw.js";
import type { ChargerMemory, PersistentChargerState, SetpointCommand } from "./charger-memory.js";
import { isEnabled, isPlugged } from "./charger-state.js";
import { recent, spaced } from "./history.js";
import { overdrawCertain, overdrawOf } from "./obedience.js";
import { observeSession } from "./session.js";

/** Half of what a control pilot can announce, in A (IEC 61851-1: 80 A), and V above any site's. */
const largestUsualCurrent = 40;
const largestUsualVoltage = 300;

/** No car draws more than this times its offer. */
const largestOverdrawRatio = 1.25;

const stop: ManualOverride = { kind: "stop", endedStart: null };

/**
 * Takes one reading, or the failure of one (`null`), into the memory of its charger.
 * @param voltage V, phase to neutral
 */
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
  const persistent = detectManualChange(old.persistent, reading, unsettled, settings.stopOnUnplug);
  const startedAtCharger = persistent.manual?.kind === "start" && old.persistent.manual?.kind !== "start";
  const commands = startedAtCharger ? [...old.commands, chargerOffer(reading, settings, now)] : old.commands;
  const highest = highestOffer({ commands, persistent }, settings, now);
  const last = old.persistent.lastCommand?.current ?? 0;
  const { currents, power, beyond } = drawOf(reading, settings, voltage, { last, highest });
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
    // Whoever shows a tag wants to charge now.
    persistent: changed(persistent, { session, vehicleLimit, pausedAt: showsTag ? null : persistent.pausedAt }),
    commands,
    reading,
    at: now,
    failing: false,
    draws: withDraw(old.draws, old.failing ? { ...draw, isAfterFailure: true } : draw),
    beyond,
    // It changed at some moment since the reading before; a quick meter may have shown it then.
    movedAt: moved ? old.at : old.movedAt,
    overdrawRatio: overdrawRatioAfter(old, reading, drawn, now),
    ...obedienceAfter(old, reading, startedAtCharger, now),
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
    disobeyed: allowCharging === true ? null : old.disobeyed,
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

/** Adds a draw to the history. The draw after a failure is always kept. */
function withDraw(draws: ChargerMemory["draws"], draw: DrawSample): ChargerMemory["draws"] {
  const kept = recent(draws, draw.at);
  return [...(kept.at(-1)?.isAfterFailure === true ? kept : spaced(kept, drawSpacing)), draw];
}

/** Currents or power far beyond what it could draw: then nothing of the reading is used. */
function isImplausible(reading: ChargerReading, { maxCurrent }: ChargerSettings): boolean {
  const highest = 2 * Math.max(maxCurrent, largestUsualCurrent);
  const currents = [reading.maxAmpere, reading.currentL1, reading.currentL2, reading.currentL3];
  const { power } = reading;
  return (
    currents.some((current) => current !== null && !(Math.abs(current) <= highest)) ||
    (power !== null && !(Math.abs(power) <= 3 * highest * largestUsualVoltage))
  );
}

/** A, the highest command of the time that the slowest charger needs to follow one. */
function highestOffer(
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
  // Before the oldest command of this run the offer is not known.
  return commands.length === 0 && persistent.lastCommand !== null ? persistent.lastCommand.current : maxCurrent;
}

/** What a charger offers that a person has started at the charger itself. */
function chargerOffer(
  { maxAmpere, phases }: ChargerReading,
  { maxCurrent }: ChargerSettings,
  at: number,
): SetpointCommand {
  return { at, current: Math.min(maxAmpere ?? maxCurrent, maxCurrent), phases: phases === 1 ? 1 : 3 };
}

function obedienceAfter(
  old: ChargerMemory,
  reading: ChargerReading,
  isStarted: boolean,
  now: number,
): Pick<ChargerMemory, "overdraw" | "disobeyed"> {
  const found = overdrawOf(reading, old.persistent.lastCommand?.current ?? 0);
  const overdraw = found && { ...found, since: old.overdraw?.since ?? now };
  const known = isStarted || reading.state === "disconnected" ? null : old.disobeyed;
  if (overdraw === null || now - overdraw.since < overdrawCertain) return { overdraw, disobeyed: known };
  const { current, limit } = overdraw;
  return { overdraw, disobeyed: { current, limit, at: now } };
}

/** Measured once a command has had time to take effect, kept over the next one, and reset when the car leaves. */
function overdrawRatioAfter(
  { persistent, overdrawRatio }: ChargerMemory,
  reading: ChargerReading,
  drawn: number,
  now: number,
): number {
  if (!isPlugged(reading)) return 1;
  const { lastCommand } = persistent;
  if (lastCommand === null || now - lastCommand.at < deadTime) return overdrawRatio;
  if (lastCommand.current < significantCurrent || drawn < idleCurrent) return overdrawRatio;
  return Math.min(largestOverdrawRatio, Math.max(1, drawn / lastCommand.current));
}

/** Some chargers show no vehicle while they change the number of phases as they were told. */
function hidesVehicle({ session, switchedAt }: PersistentChargerState, { state }: ChargerReading, now: number) {
  return state === "disconnected" && session !== null && switchedAt !== null && now - switchedAt <= phaseSwitchPause;
}

/** By its uptime; where it reports none, any failed reading may have been a restart. */
function hasRestarted(old: ChargerMemory, { uptime }: ChargerReading, now: number): boolean {
  const { reading: before, failing, persistent } = old;
  if (uptime === null) return failing;
  if (before === null) return persistent.lastCommand !== null && uptime < now - persistent.lastCommand.at;
  return before.uptime === null ? failing : uptime < before.uptime;
}

/**
 * A charger that has followed our command and then, without a restart, does the opposite was started or stopped by a
 * person. Unplugging ends what was done by hand, or is itself a stop where `stopOnUnplug` is set.
 */
export function detectManualChange(
  persistent: PersistentChargerState,
  reading: ChargerReading,
  restarted: boolean,
  stopOnUnplug = false,
): PersistentChargerState {
  if (reading.state === "disconnected") {
    // A start made while no car was there is meant for the next one.
    const isForNext = persistent.session === null && persistent.manual?.kind === "start";
    const afterUnplugging = isForNext ? persistent.manual : stop;
    const manual = stopOnUnplug ? afterUnplugging : null;
    return { ...persistent, manual, commandConfirmed: false, startedAt: null, pausedAt: null };
  }
  const { lastCommand } = persistent;
  const enabled = isEnabled(reading);
  if (lastCommand === null || enabled === null) return persistent;
  if (enabled === lastCommand.current > 0) return changed(persistent, { commandConfirmed: true });
  if (restarted || !persistent.commandConfirmed) return { ...persistent, commandConfirmed: false };
  return { ...persistent, manual: enabled ? { kind: "start", until: null } : stop };
}
