/** Takes meter readings into memory. Implausible readings are refused, and the old values age. */

import { perPhase, phaseIndexes, type PerPhase } from "../../model/phases.js";
import { meterRoles, type MeterReading, type MeterRole, type Quantities } from "../../model/readings.js";
import type { MeterDoubt } from "../../model/reasons.js";
import { updateWiringCheck, type WiringCheckState } from "../estimate/wiring-check.js";
import { freshForStaying, freshForStayingOften, idleCurrent, readingsToTrust } from "../parameters.js";
import type { ControlSettings } from "../settings.js";
import { noMeterMemory, type Measured, type MeterMemory, type QuantityMemory } from "./meter-memory.js";

/** What a meter has to show of the chargers behind it, by their own readings. */
export interface MeterExpectation {
  /** A that they draw together on all phases; `null`: not known, or there is none. */
  readonly drawn: number | null;
  /** When the current of one of them last changed noticeably, in ms since 1970; `null`: never. */
  readonly drawMovedAt: number | null;
  /** ms within which the meter has to show that change. */
  readonly respondsWithin: number;
  /** A that they draw on each of the site's phases; `null`: not known of all of them. */
  readonly own: PerPhase<number> | null;
  /** ms after which the meter usually shows a change. */
  readonly lag: number;
  /** W of house batteries, discharge +; 0 without one. */
  readonly battery: number;
}

/** A by which the base load usually changes at most from one reading to the next. */
const usualChange = 3;

/** A per phase that no connection exceeds, where the fuse is not known. */
const largestCurrent = 1_000;

/** By how much power may differ from the sum of signed currents: not all loads are in phase. */
const signTolerance = { share: 0.15, power: 300 } as const;

/** ms by which a reading may be later than the meter's interval. */
const lateness = 2_000;

/** V; values outside are ignored, and the configured voltage is used. */
const voltageRange = [80, 300] as const;

const noQuantityMemory: QuantityMemory = {
  power: null,
  currents: [null, null, null],
  voltages: [null, null, null],
  soc: null,
};

/**
 * Why a reading is implausible by itself; `null`: it is not.
 * @param limits A, V and number of phases of the site
 */
export function implausible(
  quantities: Quantities,
  limits: { readonly current: number; readonly voltage: number; readonly phases: number },
): MeterDoubt | null {
  const { power, currents } = quantities;
  const values = [power, ...currents].filter((value) => value !== null);
  if (values.some((value) => !Number.isFinite(value))) return { code: "not-a-number" };
  const highest = currents.reduce<number>((most, current) => Math.max(most, Math.abs(current ?? 0)), 0);
  if (highest > limits.current) return { code: "current-impossible", current: highest };
  if (power !== null && Math.abs(power) > 3 * limits.current * limits.voltage)
    return { code: "power-impossible", power };
  const measured = currents.slice(0, limits.phases).filter((current) => current !== null);
  if (measured.length < limits.phases) return null;
  const sum = measured.reduce((total, current) => total + Math.abs(current), 0);
  if (power !== null && Math.abs(power) > 1.2 * limits.voltage * sum + 500)
    return { code: "power-without-currents", power, current: sum };
  return null;
}

/**
 * Why a meter seems dead: it shows 0 while a car charges. Where 0 is what the reading before leads to, within a usual
 * change of the base load, the surplus feeds the car and the meter is right.
 * @param before A through the meter (import +) and A that the chargers drew, at the reading before
 */
export function seemsDead(
  { power, currents }: Quantities,
  phases: number,
  { drawn }: MeterExpectation,
  before: { readonly flow: number | null; readonly drawn: number | null },
): MeterDoubt | null {
  const isNothing = (power ?? 0) === 0 && currents.slice(0, phases).every((current) => current === 0);
  if (!isNothing || drawn === null || drawn <= idleCurrent) return null;
  const expected = before.flow === null ? Infinity : before.flow + drawn - (before.drawn ?? 0);
  return Math.abs(expected) <= usualChange ? null : { code: "shows-nothing", current: drawn };
}

/**
 * Takes one reading, or the failure of one (`null`), into the memory of its meter.
 * @param observedAt when the controller last took in an observation, in ms since 1970; `null`: never
 */
export function observeMeter(
  before: MeterMemory | undefined,
  reading: MeterReading | null,
  now: number,
  settings: ControlSettings,
  expected: MeterExpectation,
  observedAt: number | null,
): MeterMemory {
  const memory = withLossNoted(before, now, observedAt);
  if (reading === null) return { ...memory, goodReadings: 0, doubt: { code: "no-answer" } };

  const mainLimit = settings.circuits.find(({ parent }) => parent === null)?.limit;
  const { voltage, phases } = settings;
  const limits = { current: mainLimit === undefined ? largestCurrent : 3 * mainLimit, voltage, phases };
  const present = meterRoles.flatMap((role) => {
    const quantities = reading[role];
    return quantities ? [{ role, quantities }] : [];
  });
  for (const { role, quantities } of present) {
    const old = memory.roles[role];
    const shown = { flow: old ? flowOf(old, voltage) : null, drawn: memory.drawn };
    const doubt =
      implausible(quantities, limits) ??
      (showsChargers(role, reading) ? seemsDead(quantities, phases, expected, shown) : null);
    if (doubt !== null) return { ...memory, goodReadings: 0, doubt };
  }

  const roles = { ...memory.roles };
  let moved = false;
  let regained = false;
  for (const { role, quantities } of present) {
    const old = memory.roles[role] ?? noQuantityMemory;
    const next = rememberQuantities(old, quantities, now);
    const pairs = [{ before: old.power, after: next.power }].concat(
      phaseIndexes.map((i) => ({ before: old.currents[i], after: next.currents[i] })),
    );
    moved ||= showsChargers(role, reading) && pairs.some(({ before, after }) => before?.value !== after?.value);
    regained ||= pairs.some(
      ({ before, after }) => before !== null && after !== before && (observedAt ?? now) - before.at > lostAfter(memory),
    );
    roles[role] = next;
  }
  const movedAt = moved ? now : memory.movedAt;
  if (isFrozen(movedAt, expected, now)) return { ...memory, movedAt, goodReadings: 0, doubt: { code: "stands-still" } };
  const goodReadings = regained ? 1 : Math.min(readingsToTrust, memory.goodReadings + 1);
  const wiringCheck = wiringCheckAfter(memory.wiringCheck, reading, now, settings, expected);
  return {
    roles,
    at: now,
    interval: intervalAfter(memory, now),
    movedAt,
    goodReadings,
    doubt: null,
    drawn: expected.drawn,
    wiringCheck,
  };
}

/** Only complete readings with signed currents count: without a sign a smaller export looks like less import. */
function wiringCheckAfter(
  before: WiringCheckState,
  reading: MeterReading,
  at: number,
  { phases, voltage }: ControlSettings,
  { own, drawMovedAt, lag, battery }: MeterExpectation,
): WiringCheckState {
  const quantities = reading.grid ?? reading.house ?? reading.pv ?? reading.battery;
  const known = quantities?.currents.slice(0, phases).filter((current) => current !== null) ?? [];
  const sum = known.reduce((total, current) => total + current, 0);
  const size = known.reduce((total, current) => total + Math.abs(current), 0);
  const power = quantities?.power ?? sum * voltage;
  const isSigned = Math.abs(power - sum * voltage) <= signTolerance.share * size * voltage + signTolerance.power;
  if (own === null || known.length < phases || !isSigned) return { ...before, beforeChange: null, samples: [] };
  const currents = perPhase((i) => known[i] ?? 0);
  return updateWiringCheck(before, { at, currents, own, battery: battery / voltage, movedAt: drawMovedAt, lag });
}

/** ms of age from which on a reading counts as lost: two readings are missing, or one is very late. */
export function lostAfter({ interval }: Pick<MeterMemory, "interval">): number {
  if (interval === null) return freshForStaying;
  return Math.min(freshForStaying, Math.max(freshForStayingOften, 2 * interval + lateness));
}

/** ms, an exponential moving average. */
function intervalAfter({ at, interval }: MeterMemory, now: number): number | null {
  if (at === null) return null;
  return interval === null ? now - at : interval + (now - at - interval) / 5;
}

/** A on all phases together, import +; `null`: not known. */
function flowOf({ power, currents }: QuantityMemory, voltage: number): number | null {
  if (power !== null) return power.value / voltage;
  return currents.reduce<number | null>((sum, current) => (current ? (sum ?? 0) + current.value : sum), null);
}

/** The first reading ever is trusted at once; after a loss it takes more than one. */
function withLossNoted(memory: MeterMemory | undefined, now: number, observedAt: number | null): MeterMemory {
  if (memory === undefined || memory.at === null)
    return { ...(memory ?? noMeterMemory), movedAt: now, goodReadings: readingsToTrust - 1 };
  return (observedAt ?? memory.at) - memory.at > lostAfter(memory) ? { ...memory, goodReadings: 0 } : memory;
}

/** Of a device that measures several things only the grid shows what a charger draws. */
function showsChargers(role: MeterRole, reading: MeterReading): boolean {
  return role === "grid" || reading.grid === undefined;
}

/** A car's current changed, and the meter has not changed since, for longer than its lag. */
function isFrozen(
  meterMovedAt: number | null,
  { drawMovedAt, respondsWithin }: MeterExpectation,
  now: number,
): boolean {
  if (drawMovedAt === null || now - drawMovedAt <= respondsWithin) return false;
  return meterMovedAt === null || drawMovedAt >= meterMovedAt;
}

function rememberQuantities(old: QuantityMemory, { power, currents, voltages, soc }: Quantities, at: number) {
  const newer = (value: number | null, before: Measured | null) => (value === null ? before : { value, at });
  const each = (values: PerPhase<number | null>, before: PerPhase<Measured | null>) =>
    perPhase((i) => newer(values[i], before[i]));
  const [lowest, highest] = voltageRange;
  const plausible = perPhase((i) => {
    const voltage = voltages[i];
    return voltage !== null && voltage >= lowest && voltage <= highest ? voltage : null;
  });
  return {
    power: newer(power, old.power),
    currents: each(currents, old.currents),
    voltages: each(plausible, old.voltages),
    soc: newer(soc, old.soc),
  };
}
