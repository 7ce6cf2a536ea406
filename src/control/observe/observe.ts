/** Takes an observation into memory: readings, commands of people, and what can be learnt from both. */

import type { Price } from "../../model/commands.js";
import { byName } from "../../model/names.js";
import { phaseIndexes } from "../../model/phases.js";
import { baseLoadsOf } from "../estimate/base-load.js";
import { overloadedPhases } from "../estimate/headroom.js";
import { hasMoved, learnLag, longestLead, type MeterStep } from "../estimate/meter-lag.js";
import type { BaseLoadMemory, SurplusSample } from "../estimate/samples.js";
import { situationOf, voltageOf, type Situation } from "../estimate/situation.js";
import { gridPower, surplusSample, withSample } from "../estimate/surplus.js";
import { halveDoubt } from "../estimate/wiring-check.js";
import type { Memory } from "../memory.js";
import type { Observation } from "../observation.js";
import {
  deadTime,
  freshForStaying,
  frozenAfter,
  lagSearch,
  longestStep,
  surplusSpacing,
  usualLag,
} from "../parameters.js";
import { membersOf, type ChargerSettings, type ControlSettings } from "../settings.js";
import { observeBatteries } from "./battery.js";
import { newChargerMemory, noPersistentChargerState, type ChargerMemory } from "./charger-memory.js";
import { applyCommand, endTimedStart, observeCharger } from "./chargers.js";
import { recent } from "./history.js";
import type { MeterMemory } from "./meter-memory.js";
import { observeMeter, type MeterExpectation } from "./meters.js";
import { acknowledgeAlarm, observeMonitor, type MonitorMemory } from "./residual-current.js";

/**
 * The memory after an observation. Devices that the settings do not name are ignored.
 * @throws RangeError if time goes back
 */
export function observe(settings: ControlSettings, memory: Memory, news: Observation): Memory {
  const now = news.time;
  if (memory.time !== null && now < memory.time) throw new RangeError("time goes back");
  const voltage = voltageOf(settings, memory);
  const commands = new Map(Object.entries(news.commands));
  const chargers = byName<ChargerMemory>();
  for (const charger of settings.chargers) {
    const { name } = charger;
    const reading = news.chargers[name];
    const command = commands.get(name);
    let kept = memory.chargers[name] ?? unknownCharger;
    if (reading !== undefined) kept = observeCharger(kept, reading, now, charger, voltage);
    if (command !== undefined) kept = applyCommand(kept, command);
    chargers[name] = endTimedStart(kept, now);
  }

  const monitors: Record<string, MonitorMemory> = {};
  const started = Object.values(news.commands).some(({ allowCharging }) => allowCharging === true);
  for (const name of settings.monitors) {
    const reading = news.monitors?.[name];
    let kept = memory.monitors[name];
    if (reading !== undefined) kept = observeMonitor(kept, reading, now);
    if (kept !== undefined) monitors[name] = started ? acknowledgeAlarm(kept) : kept;
  }

  const meters: Record<string, MeterMemory> = started ? withWiringDoubtHalved(memory.meters) : { ...memory.meters };
  for (const { name } of settings.meters) {
    const reading = news.meters[name];
    if (reading === undefined) continue;
    const expected = expectationFor(
      chargersShownBy(name, settings),
      chargers,
      reading?.battery?.power ?? batteryPower(settings, meters),
      now,
    );
    meters[name] = observeMeter(meters[name], reading, now, settings, expected, memory.time);
  }

  const batteries = observeBatteries(settings, { meters, batteries: memory.batteries }, now);

  const isNew = gridPower(settings, meters)?.at === now;
  const known = isNew ? learnLags(settings, chargers, memory.surplus) : chargers;
  const powerLimit = news.powerLimit === undefined ? memory.powerLimit : news.powerLimit;
  const prices = news.prices === undefined ? memory.prices : inOrder(news.prices);
  const seen: Memory = { ...memory, time: now, meters, chargers: known, monitors, batteries, powerLimit, prices };
  return withHistory(situationOf(settings, seen));
}

function inOrder(prices: readonly Price[]): readonly Price[] {
  return [...prices].sort((a, b) => a.start - b.start);
}

/**
 * Learns the lag of the one charger whose draw changed lately from what the grid's meter showed, up to the reading
 * before this one: the newest one must not count yet, for more load must never lead to more current.
 */
function learnLags(
  settings: ControlSettings,
  chargers: Record<string, ChargerMemory>,
  history: Memory["surplus"],
): Readonly<Record<string, ChargerMemory>> {
  const [after, before] = [history.at(-1), history.at(-2)];
  if (after === undefined || before === undefined || after.at - before.at < surplusSpacing) return chargers;
  const name = onlyOneThatChanged(settings, chargers, before.at - longestLead);
  const memory = name === null ? undefined : chargers[name];
  if (name === null || memory === undefined) return chargers;
  const settled = history.flatMap((sample, i) => {
    const last = history[i - 1];
    const since = after.at - longestLead - sample.at;
    return last !== undefined && since >= 0 && since < after.at - before.at ? stepBetween(last, sample) : [];
  });
  const [step] = stepBetween(before, after);
  return step ? { ...chargers, [name]: { ...memory, lag: learnLag(memory, step, settled) } } : chargers;
}

/** The one charger whose draw changed since; `null`: none did, or several. */
function onlyOneThatChanged(settings: ControlSettings, chargers: Memory["chargers"], since: number): string | null {
  let found: string | null = null;
  for (const { name } of settings.chargers) {
    const memory = chargers[name];
    if (memory === undefined || !hasMoved(memory, since)) continue;
    if (found !== null) return null;
    found = name;
  }
  return found;
}

/** One step, or none: at one of the two times the meters of grid and battery did not fit each other. */
function stepBetween(before: SurplusSample, after: SurplusSample): readonly MeterStep[] {
  if (before.drawn === null || after.drawn === null) return [];
  return [{ from: before.at, to: after.at, change: after.drawn - before.drawn }];
}

/** The chargers whose current flows through what this meter measures. */
function chargersShownBy(meter: string, settings: ControlSettings): readonly ChargerSettings[] {
  const { chargers } = settings;
  if (settings.meters.some(({ name, measures }) => name === meter && measures.includes("grid"))) return chargers;
  const circuits = settings.circuits.filter(({ meters }) => meters.includes(meter));
  const places = new Set(circuits.flatMap(({ name }) => membersOf(settings).get(name) ?? []));
  return chargers.filter((_charger, place) => places.has(place));
}

/** Whoever starts a charge is taken to have looked after the meters. */
function withWiringDoubtHalved(meters: Memory["meters"]): Record<string, MeterMemory> {
  const entries = Object.entries(meters);
  return Object.fromEntries(
    entries.map(([name, meter]) => [name, { ...meter, wiringCheck: halveDoubt(meter.wiringCheck) }]),
  );
}

const unknownCharger = newChargerMemory(noPersistentChargerState);

/** @param battery W of house batteries, discharge + */
function expectationFor(
  shown: readonly ChargerSettings[],
  chargers: Memory["chargers"],
  battery: number,
  now: number,
): MeterExpectation {
  const own: [number, number, number] = [0, 0, 0];
  let drawMovedAt: number | null = null;
  let [fresh, respondsWithin, lag] = [0, 0, 0];
  for (const { name } of shown) {
    const { at, failing, draws, movedAt, lag: known } = chargers[name] ?? unknownCharger;
    if (movedAt !== null) drawMovedAt = Math.max(drawMovedAt ?? movedAt, movedAt);
    respondsWithin = Math.max(respondsWithin, known.lag === null ? lagSearch : known.lag.to + frozenAfter);
    lag = Math.max(lag, known.lag?.to ?? 0);
    if (failing || at === null || now - at > freshForStaying) continue;
    fresh += 1;
    const newest = draws.at(-1)?.currents;
    if (newest) for (const i of phaseIndexes) own[i] += newest[i];
  }
  return {
    drawn: fresh > 0 ? own[0] + own[1] + own[2] : null,
    drawMovedAt,
    respondsWithin,
    own: fresh === shown.length ? own : null,
    lag: lag === 0 ? usualLag : lag + deadTime / 2,
    battery,
  };
}

/** W of house batteries by their newest readings, discharge +. */
function batteryPower({ meters }: ControlSettings, memories: Memory["meters"]): number {
  const batteries = meters.filter(({ measures }) => measures.includes("battery"));
  return batteries.reduce((sum, { name }) => sum + (memories[name]?.roles.battery?.power?.value ?? 0), 0);
}

/** Adds what the meters just reported to the histories of the surplus and of every circuit's base load. */
function withHistory(situation: Situation): Memory {
  const { memory, settings, now } = situation;
  const sample = surplusSample(situation);
  const before = memory.surplus.at(-1)?.at;
  const surplus = sample ? withSample(memory.surplus, sample) : memory.surplus;
  const passed = sample && before !== undefined ? Math.min(sample.at - before, longestStep) : 0;

  const baseLoads = baseLoadsOf(situation);
  const baseLoad: Record<string, BaseLoadMemory> = {};
  const overloadedSince: Record<string, number> = {};
  for (const circuit of settings.circuits) {
    const { name } = circuit;
    const newest = baseLoads.get(name) ?? null;
    const sampled = newest !== null && circuit.meters.some((meter) => memory.meters[meter]?.at === now);
    const samples = memory.baseLoad[name]?.samples ?? [];
    baseLoad[name] = { newest, samples: sampled ? [...recent(samples, now), { at: now, high: newest.high }] : samples };
    if (overloadedPhases(circuit, situation).length > 0) overloadedSince[name] = memory.overloadedSince[name] ?? now;
  }
  const undecidedTime = memory.undecidedTime + passed;
  return { ...memory, surplus, baseLoad, overloadedSince, undecidedTime };
}
