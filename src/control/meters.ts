/** Takes meter readings into memory, refusing what can't be true. A refused reading leaves the old one to age. */

import { perPhase, phaseIndexes, type PerPhase } from "../model/phases.js";
import { meterRoles, type MeterReading, type MeterRole, type Quantities } from "../model/readings.js";
import { freshForStaying, frozenAfter, idleCurrent, readingsToTrust } from "./limits.js";
import { noMeterMemory, type Measured, type MeterMemory, type QuantityMemory } from "./memory.js";
import type { ControlSettings } from "./settings.js";
import { amperes, watts } from "./words.js";

/** What the chargers whose current a meter has to show say themselves. */
export interface MeterWitness {
  /** A that they are measured to draw together now; `null`: not known, or there is none. */
  readonly drawn: number | null;
  /** When the current of one of them last moved noticeably; 0: never. */
  readonly drawMovedAt: number;
}

const noWitness: MeterWitness = { drawn: null, drawMovedAt: 0 };

/** No house is connected with more than this, in A per phase, if no fuse is known. */
const largestCurrent = 1_000;

/** Voltages outside of it are faults of the meter or of the grid; the configured voltage is used instead. */
const voltageRange = [80, 300] as const;

const noQuantityMemory: QuantityMemory = {
  power: null,
  currents: [null, null, null],
  voltages: [null, null, null],
  soc: null,
};

/** Why a reading can't be true, or `null` when it can. */
export function implausible(
  quantities: Quantities,
  limits: { readonly current: number; readonly voltage: number; readonly phases: number },
  witness: MeterWitness,
): string | null {
  const { power, currents } = quantities;
  const values = [power, ...currents].filter((value) => value !== null);
  if (values.some((value) => !Number.isFinite(value))) return "a value is not a number";
  const highest = currents.reduce<number>((most, current) => Math.max(most, Math.abs(current ?? 0)), 0);
  if (highest > limits.current) return `${amperes(highest)} on one phase can't be`;
  if (power !== null && Math.abs(power) > 3 * limits.current * limits.voltage) return `${watts(power)} can't be`;
  const measured = currents.slice(0, limits.phases).filter((current) => current !== null);
  if (measured.length < limits.phases) return null;
  const sum = measured.reduce((total, current) => total + Math.abs(current), 0);
  if (power !== null && Math.abs(power) > 1.2 * limits.voltage * sum + 500)
    return `${watts(power)} does not fit ${amperes(sum)} on all phases together`;
  if (sum === 0 && (power ?? 0) === 0 && witness.drawn !== null && witness.drawn > idleCurrent)
    return `it shows nothing while a car draws ${amperes(witness.drawn)}`;
  return null;
}

/** Takes one reading, or the failure of one (`null`), into the memory of its meter. */
export function rememberMeter(
  before: MeterMemory | undefined,
  reading: MeterReading | null,
  now: number,
  settings: ControlSettings,
  witness: MeterWitness,
): MeterMemory {
  const memory = trusted(before, now);
  if (reading === null) return { ...memory, good: 0, doubt: "it did not answer" };

  const mainLimit = settings.circuits.find(({ parent }) => parent === null)?.limit;
  const { voltage, phases } = settings;
  const limits = { current: mainLimit === undefined ? largestCurrent : 3 * mainLimit, voltage, phases };
  const present = meterRoles.flatMap((role) => {
    const quantities = reading[role];
    return quantities ? [{ role, quantities }] : [];
  });
  for (const { role, quantities } of present) {
    const doubt = implausible(quantities, limits, showsChargers(role, reading) ? witness : noWitness);
    if (doubt !== null) return { ...memory, good: 0, doubt };
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
      ({ before, after }) => before !== null && after !== before && now - before.at > freshForStaying,
    );
    roles[role] = next;
  }
  const movedAt = moved ? now : memory.movedAt;
  if (isFrozen(movedAt, witness.drawMovedAt, now))
    return { ...memory, movedAt, good: 0, doubt: "its values stand still while a car's current moved" };
  const good = regained ? 1 : Math.min(readingsToTrust, memory.good + 1);
  return { roles, at: now, movedAt, good, doubt: null };
}

/** The first reading of all is believed at once; after a loss it takes more than one. */
function trusted(memory: MeterMemory | undefined, now: number): MeterMemory {
  if (memory === undefined || memory.at === 0)
    return { ...(memory ?? noMeterMemory), movedAt: now, good: readingsToTrust - 1 };
  return now - memory.at > freshForStaying ? { ...memory, good: 0 } : memory;
}

/** Of a device that measures several things only the grid shows what a charger draws. */
function showsChargers(role: MeterRole, reading: MeterReading): boolean {
  return role === "grid" || reading.grid === undefined;
}

/** A car's current moved, and the meter has not moved since, for longer than any meter takes. */
function isFrozen(meterMovedAt: number, drawMovedAt: number, now: number): boolean {
  return drawMovedAt >= meterMovedAt && drawMovedAt > 0 && now - drawMovedAt > frozenAfter;
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
