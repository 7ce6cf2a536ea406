/**
 * The published law of evcc: a loop of 30 s that controls one charger at a time, sets the current that makes the
 * grid power zero, and uses timers before it starts, stops and switches phases.
 */

import { mainFuse, type ChargerSettings, type ControlSettings } from "../../src/control/settings.js";
import type { ChargerReading } from "../../src/model/readings.js";
import { controller } from "../ground/controller.js";
import { decision, drawnBy, fixedPhases, isPlugged, nothingSeen, updatedView, type View } from "./view.js";

/** ms */
const interval = 30_000;
const enableDelay = 60_000;
const disableDelay = 180_000;
/** ms after a switch of phases in which there is no other. */
const switchWindow = 60_000;
/** A that are added to the measured current of a car. */
const credit = 2;
/** A above which a phase is in use. */
const inUse = 1;

/** Since when a condition is met, in ms since 1970; `null`: it is not. */
type Timer = number | null;

/** The value of a timer that has elapsed already. */
const elapsed = -Infinity;

interface LoadPoint {
  readonly enabled: boolean;
  /** A */
  readonly offered: number;
  readonly phases: 1 | 3;
  readonly switchedAt: number;
  readonly enableTimer: Timer;
  readonly phaseTimer: Timer;
}

interface Memory {
  readonly view: View;
  readonly tickedAt: number;
  /** Index of the charger that is updated next. */
  readonly next: number;
  readonly loadPoints: { readonly [charger: string]: LoadPoint };
}

export const evcc = controller<Memory>({
  name: "evcc's law",
  newMemory: () => ({ view: nothingSeen, tickedAt: 0, next: 0, loadPoints: {} }),
  pass(house, before, seen) {
    const view = updatedView(before.view, seen, house);
    let memory: Memory = { ...before, view };
    if (seen.time - before.tickedAt >= interval && view.gridAt > 0) {
      const charger = house.chargers[before.next % house.chargers.length];
      // Without a reading of the grid meter since the last tick the update is skipped.
      const isFresh = view.gridAt > before.tickedAt;
      memory = { ...memory, tickedAt: seen.time, next: before.next + 1 };
      if (charger !== undefined && isFresh) {
        const old = before.loadPoints[charger.name] ?? newLoadPoint(charger);
        const next = update(old, charger, view, house, seen.time);
        memory = { ...memory, loadPoints: { ...memory.loadPoints, [charger.name]: next } };
      }
    }
    const decisions = house.chargers.map((charger) => {
      const { enabled, offered, phases } = memory.loadPoints[charger.name] ?? newLoadPoint(charger);
      return [charger.name, decision(enabled ? offered : 0, phases)] as const;
    });
    return { memory, decisions: Object.fromEntries(decisions) };
  },
});

function newLoadPoint({ phases }: ChargerSettings): LoadPoint {
  return {
    enabled: false,
    offered: 0,
    phases: fixedPhases(phases),
    switchedAt: 0,
    enableTimer: elapsed,
    phaseTimer: null,
  };
}

function update(
  loadPoint: LoadPoint,
  charger: ChargerSettings,
  view: View,
  house: ControlSettings,
  now: number,
): LoadPoint {
  const reading = view.chargers[charger.name];
  if (!isPlugged(reading)) return { ...loadPoint, enabled: false, enableTimer: elapsed };
  if (charger.mode === "fast")
    return limited({ ...loadPoint, enabled: true }, charger.maxCurrent, charger, view, house);
  const scaled = scalePhases(loadPoint, charger, view, house.voltage, now);
  return followSun(scaled, charger, view, house, now);
}

function isCharging(reading: ChargerReading | undefined): boolean {
  return reading?.state === "charging";
}

function fullest(reading: ChargerReading | undefined): number {
  return Math.max(reading?.currentL1 ?? 0, reading?.currentL2 ?? 0, reading?.currentL3 ?? 0);
}

/** Phases that are set, or fewer where the car was seen to use fewer. */
function activePhases({ phases, switchedAt }: LoadPoint, reading: ChargerReading | undefined, now: number): number {
  if (!isCharging(reading) || now - switchedAt < switchWindow) return phases;
  const currents = [reading?.currentL1, reading?.currentL2, reading?.currentL3];
  const used = currents.filter((current) => (current ?? 0) > inUse).length;
  return used === 0 ? phases : Math.min(phases, used);
}

function scalePhases(
  loadPoint: LoadPoint,
  { name, phases, minCurrent, maxCurrent }: ChargerSettings,
  { chargers, gridPower }: View,
  volts: number,
  now: number,
): LoadPoint {
  if (phases !== "auto" || now - loadPoint.switchedAt <= switchWindow) return loadPoint;
  const reading = chargers[name];
  const active = activePhases(loadPoint, reading, now);
  const available = drawnBy(reading) - gridPower;
  const tooLittle = (gridPower > 0 || !loadPoint.enabled) && available / (active * volts) < minCurrent;
  const down = active > 1 && tooLittle;
  const up = loadPoint.phases === 1 && available / volts > maxCurrent && available / (3 * volts) >= minCurrent;
  if (!down && !up) return { ...loadPoint, phaseTimer: null };

  const since = isCharging(reading) ? (loadPoint.phaseTimer ?? now) : elapsed;
  if (now - since < (down ? disableDelay : enableDelay)) return { ...loadPoint, phaseTimer: since };
  return { ...loadPoint, phases: down ? 1 : 3, switchedAt: now, phaseTimer: null };
}

function followSun(
  loadPoint: LoadPoint,
  charger: ChargerSettings,
  view: View,
  house: ControlSettings,
  now: number,
): LoadPoint {
  const { minCurrent, maxCurrent } = charger;
  const reading = view.chargers[charger.name];
  const active = activePhases(loadPoint, reading, now);
  const seen = isCharging(reading) ? Math.min(fullest(reading) + credit, loadPoint.offered) : 0;
  const justWidened = loadPoint.switchedAt === now && loadPoint.phases === 3;
  const effective = justWidened ? seen / 3 : seen;
  const target = Math.max(0, effective - view.gridPower / (active * house.voltage));

  if (loadPoint.enabled && target < minCurrent) {
    const saved = loadPoint.phaseTimer === null ? 0 : house.voltage * minCurrent * (active - 1);
    if (view.gridPower - saved < 0)
      return limited({ ...loadPoint, enableTimer: null }, minCurrent, charger, view, house);
    const since = loadPoint.enableTimer ?? now;
    if (now - since >= disableDelay) return { ...loadPoint, enabled: false, enableTimer: null };
    return limited({ ...loadPoint, enableTimer: since }, minCurrent, charger, view, house);
  }
  if (!loadPoint.enabled) {
    if (target < minCurrent) return { ...loadPoint, enableTimer: null };
    const since = loadPoint.enableTimer ?? now;
    if (now - since < enableDelay) return { ...loadPoint, enableTimer: since };
    return limited({ ...loadPoint, enabled: true, enableTimer: null }, minCurrent, charger, view, house);
  }
  return limited({ ...loadPoint, enableTimer: null }, Math.min(maxCurrent, target), charger, view, house);
}

/** Whole steps, within the headroom of the fullest phase of the main fuse. */
function limited(
  loadPoint: LoadPoint,
  wanted: number,
  { name, step, minCurrent }: ChargerSettings,
  { chargers, gridCurrents }: View,
  { circuits }: ControlSettings,
): LoadPoint {
  const limit = circuits.find(({ name: circuit }) => circuit === mainFuse)?.limit ?? Infinity;
  const drawn = fullest(chargers[name]);
  const headroom = limit - Math.max(...gridCurrents);
  const allowed = wanted - drawn > headroom ? Math.max(0, drawn + headroom) : wanted;
  const offered = Math.floor(Math.min(wanted, allowed) / step + 1e-9) * step;
  return offered < minCurrent ? { ...loadPoint, enabled: false } : { ...loadPoint, offered };
}
