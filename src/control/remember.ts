/** Takes an observation into memory, before anything is decided. */

import type { Price } from "../model/commands.js";
import { phaseIndexes } from "../model/phases.js";
import { rememberBatteries } from "./battery.js";
import { settingsFor } from "./cars.js";
import { endInTime, recent, rememberCharger, rememberCommand } from "./chargers.js";
import { hasMoved, learnLag, longestLead, type MeterStep } from "./lag.js";
import { freshForStaying, frozenAfter, lagSearch, longestStep, surplusSpacing } from "./limits.js";
import { newChargerMemory, noLastingMemory } from "./memory.js";
import type { ChargerMemory, Memory, MonitorMemory, SurplusSample } from "./memory.js";
import { rememberMeter, type MeterWitness } from "./meters.js";
import { answerAlarm, rememberMonitor } from "./monitors.js";
import type { Observation } from "./observation.js";
import { backgroundSample, overloadedPhases } from "./room.js";
import { hangsOn, type ControlSettings } from "./settings.js";
import { situationOf, voltageOf, type Situation } from "./situation.js";
import { gridPower, surplusSample, withSample } from "./surplus.js";

/** The situation after an observation. Devices that the settings do not name are ignored. */
export function observe(settings: ControlSettings, memory: Memory, observation: Observation): Situation {
  const now = observation.time;
  const voltage = voltageOf(settings, memory);
  const chargers: Record<string, ChargerMemory> = {};
  for (const charger of settings.chargers) {
    const { name } = charger;
    const reading = observation.chargers[name];
    const command = observation.commands[name];
    let kept = memory.chargers[name] ?? newChargerMemory(noLastingMemory);
    if (reading !== undefined) kept = rememberCharger(kept, reading, now, charger, voltage);
    if (command !== undefined) kept = rememberCommand(kept, command);
    chargers[name] = endInTime(kept, now);
  }

  const monitors: Record<string, MonitorMemory> = {};
  const started = Object.values(observation.commands).some(({ allowCharging }) => allowCharging === true);
  for (const name of settings.monitors) {
    const reading = observation.monitors?.[name];
    let kept = memory.monitors[name];
    if (reading !== undefined) kept = rememberMonitor(kept, reading, now);
    if (kept !== undefined) monitors[name] = started ? answerAlarm(kept) : kept;
  }

  const meters = { ...memory.meters };
  for (const { name } of settings.meters) {
    const reading = observation.meters[name];
    if (reading === undefined) continue;
    const shown = chargersShownBy(name, settings).flatMap((charger) => chargers[charger] ?? []);
    meters[name] = rememberMeter(meters[name], reading, now, settings, witnessOf(shown, now), memory.time);
  }

  const batteries = rememberBatteries(settings, { meters, batteries: memory.batteries }, now);

  const isNew = gridPower(settings, meters)?.at === now;
  const known = isNew ? learnLags(chargers, memory.surplus) : chargers;
  const powerLimit = observation.powerLimit === undefined ? memory.powerLimit : observation.powerLimit;
  const prices = observation.prices === undefined ? memory.prices : inOrder(observation.prices);
  const seen: Memory = { ...memory, time: now, meters, chargers: known, monitors, batteries, powerLimit, prices };
  return rememberHistory(situationOf(settingsNow(settings, chargers), seen));
}

/** What holds while these cars are at the chargers. */
function settingsNow(settings: ControlSettings, memories: Memory["chargers"]): ControlSettings {
  const chargers = settings.chargers.map((charger) => {
    const memory = memories[charger.name];
    return memory ? settingsFor(charger, memory, settings.cars) : charger;
  });
  return { ...settings, chargers };
}

function inOrder(prices: readonly Price[]): readonly Price[] {
  return [...prices].sort((a, b) => a.start - b.start);
}

/**
 * What the grid showed before this reading tells the lag of a charger, if no other one moved, too. The newest reading
 * teaches nothing yet: more load must never lead to more current.
 */
function learnLags(
  chargers: Record<string, ChargerMemory>,
  history: Memory["surplus"],
): Readonly<Record<string, ChargerMemory>> {
  const [after, before] = [history.at(-1), history.at(-2)];
  if (after === undefined || before === undefined || after.at - before.at < surplusSpacing) return chargers;
  const [moved, ...others] = Object.entries(chargers).filter(([, memory]) => hasMoved(memory, before.at - longestLead));
  if (moved === undefined || others.length > 0) return chargers;
  const [name, memory] = moved;
  const settled = history.flatMap((sample, i) => {
    const last = history[i - 1];
    const since = after.at - longestLead - sample.at;
    return last !== undefined && since >= 0 && since < after.at - before.at ? stepBetween(last, sample) : [];
  });
  const [step] = stepBetween(before, after);
  return step ? { ...chargers, [name]: { ...memory, lag: learnLag(memory, step, settled) } } : chargers;
}

/** Empty: what the meters of grid and battery showed at one of the two times did not fit. */
function stepBetween(before: SurplusSample, after: SurplusSample): readonly MeterStep[] {
  if (before.drawn === null || after.drawn === null) return [];
  return [{ from: before.at, to: after.at, change: after.drawn - before.drawn }];
}

/** Names of the chargers whose current flows through what this meter measures. */
function chargersShownBy(meter: string, settings: ControlSettings): readonly string[] {
  const circuits = settings.circuits.filter(({ meters }) => meters.includes(meter));
  const isGrid = settings.meters.some(({ name, measures }) => name === meter && measures.includes("grid"));
  const shown = settings.chargers.filter(
    (charger) => isGrid || circuits.some(({ name }) => hangsOn(charger, name, settings)),
  );
  return shown.map(({ name }) => name);
}

/** What these chargers say of their own current, to judge a meter by. */
function witnessOf(chargers: readonly ChargerMemory[], now: number): MeterWitness {
  const fresh = chargers.filter(({ at, failing }) => !failing && now - at <= freshForStaying);
  const drawn = fresh.reduce((sum, { draws }) => {
    const newest = draws.at(-1)?.currents;
    return sum + (newest ? phaseIndexes.reduce<number>((total, i) => total + newest[i], 0) : 0);
  }, 0);
  return {
    drawn: fresh.length > 0 ? drawn : null,
    drawMovedAt: Math.max(0, ...chargers.map(({ movedAt }) => movedAt)),
    answersWithin: Math.max(...chargers.map(({ lag: { lag } }) => (lag === null ? lagSearch : lag.to + frozenAfter))),
  };
}

/** Adds what the meters just said to the histories of surplus and of every circuit. */
function rememberHistory(situation: Situation): Situation {
  const { memory, settings, now } = situation;
  const sample = surplusSample(situation);
  const before = memory.surplus.at(-1)?.at;
  const surplus = sample ? withSample(memory.surplus, sample) : memory.surplus;
  const passed = sample && before !== undefined ? Math.min(sample.at - before, longestStep) : 0;

  const background = { ...memory.background };
  const overloadedSince: Record<string, number> = {};
  for (const circuit of settings.circuits) {
    const { name } = circuit;
    const next = backgroundSample(circuit, situation);
    if (next !== null) background[name] = [...recent(background[name] ?? [], now), next];
    if (overloadedPhases(circuit, situation).length > 0) overloadedSince[name] = memory.overloadedSince[name] ?? now;
  }
  return { ...situation, hours: passed / 3_600_000, memory: { ...memory, surplus, background, overloadedSince } };
}
