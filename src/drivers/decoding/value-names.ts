/** Which values of any Modbus device make up a reading: the names that a person may give them, and their units. */

import { perPhase } from "../../model/phases.js";
import { type MeterReading, type MeterRole, meterRoles, noQuantities, type Quantities } from "../../model/readings.js";
import { signedLike, sumOf } from "./signs.js";

interface Quantity {
  readonly unit: string;
  /** Plausible values, in the unit. */
  readonly range: readonly [min: number, max: number];
}

const power: Quantity = { unit: "W", range: [-1e6, 1e6] };
const current: Quantity = { unit: "A", range: [-2_000, 2_000] };
const voltage: Quantity = { unit: "V", range: [0, 500] };
const energy: Quantity = { unit: "kWh", range: [0, 1e9] };

/** What a value can be, once scaled. */
export const quantities = {
  power,
  powerL1: power,
  powerL2: power,
  powerL3: power,
  currentL1: current,
  currentL2: current,
  currentL3: current,
  voltageL1: voltage,
  voltageL2: voltage,
  voltageL3: voltage,
  importEnergy: energy,
  exportEnergy: energy,
  soc: { unit: "%", range: [0, 100] },
} as const satisfies Record<string, Quantity>;

type QuantityName = keyof typeof quantities;

export interface ValueName {
  /** `null`: what the meter is said to measure. */
  readonly role: MeterRole | null;
  readonly quantity: QuantityName;
}

/** `power` or `pv.power`; `null`: no such name. */
export function parseName(name: string): ValueName | null {
  const [first = "", second, ...more] = name.split(".");
  const role = meterRoles.find((each) => each === first) ?? null;
  const quantity = second === undefined ? first : second;
  if (!isQuantity(quantity) || more.length > 0 || (second === undefined) !== (role === null)) return null;
  return { role, quantity };
}

/** What a value of this name is measured of; `null`: no such name. */
export function roleOf(name: string, measures: readonly MeterRole[]): MeterRole | null {
  const parsed = parseName(name);
  return parsed && (parsed.role ?? measures[0] ?? "grid");
}

function isQuantity(name: string): name is QuantityName {
  return Object.hasOwn(quantities, name);
}

/** @param values by name, in the units of `quantities` */
export function readingOf(values: ReadonlyMap<string, number | null>, measures: readonly MeterRole[]): MeterReading {
  const found = new Map<MeterRole, Map<QuantityName, number | null>>();
  for (const [name, value] of values) {
    const parsed = parseName(name);
    if (parsed === null) continue;
    const role = parsed.role ?? measures[0] ?? "grid";
    const ofRole = found.get(role) ?? new Map<QuantityName, number | null>();
    found.set(role, ofRole.set(parsed.quantity, value));
  }
  return Object.fromEntries([...found].map(([role, ofRole]) => [role, quantitiesOf(ofRole)]));
}

function quantitiesOf(values: ReadonlyMap<QuantityName, number | null>): Quantities {
  const at = (name: QuantityName) => values.get(name) ?? null;
  const phases = ["L1", "L2", "L3"] as const;
  const powers = perPhase((phase) => at(`power${phases[phase]}`));
  return {
    ...noQuantities,
    power: values.has("power") ? at("power") : sumOf(powers),
    powers,
    currents: signedLike(
      perPhase((phase) => at(`current${phases[phase]}`)),
      powers,
    ),
    voltages: perPhase((phase) => at(`voltage${phases[phase]}`)),
    importEnergy: at("importEnergy"),
    exportEnergy: at("exportEnergy"),
    soc: at("soc"),
  };
}
