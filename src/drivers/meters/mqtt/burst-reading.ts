/** The reading that one burst of a generic MQTT meter makes: what came with it, and sums and signs from known powers. */

import { perPhase } from "../../../model/phases.js";
import { type MeterReading, type MeterRole, meterRoles, type Quantities } from "../../../model/readings.js";
import { readingOf, roleOf } from "../../decoding/value-names.js";
import { type KnownValues, powerLifetime } from "../../push/known-values.js";

const phases = ["L1", "L2", "L3"] as const;

/**
 * What did not come with the burst is `null`; places of which nothing came are left out.
 * @param names all values that the meter is configured to report
 */
export function readingOfBurst(
  known: KnownValues<string>,
  names: readonly string[],
  measures: readonly MeterRole[],
  now: number,
): MeterReading {
  const came = names.filter((name) => known.isNew(name));
  const reading = readingOf(new Map(names.map((name) => [name, known.value(name, now, powerLifetime)])), measures);
  const own = measures[0] ?? "grid";
  const isOf = (role: MeterRole, list: readonly string[]) => (quantity: string) =>
    list.includes(`${role}.${quantity}`) || (role === own && list.includes(quantity));
  const places = meterRoles.flatMap((role) => {
    const quantities = reading[role];
    if (!quantities || !came.some((name) => roleOf(name, measures) === role)) return [];
    const isNew = isOf(role, came);
    const isSummed = !isOf(role, names)("power") && phases.some((phase) => isNew(`power${phase}`));
    return [[role, onlyNew(quantities, isNew, isSummed)] as const];
  });
  return Object.fromEntries(places);
}

function onlyNew(quantities: Quantities, isNew: (quantity: string) => boolean, isSummed: boolean): Quantities {
  const kept = <T>(value: T, quantity: string): T | null => (isNew(quantity) ? value : null);
  const { power, powers, currents, voltages, importEnergy, exportEnergy, soc } = quantities;
  return {
    power: isSummed ? power : kept(power, "power"),
    powers: perPhase((phase) => kept(powers[phase], `power${phases[phase]}`)),
    currents: perPhase((phase) => kept(currents[phase], `current${phases[phase]}`)),
    voltages: perPhase((phase) => kept(voltages[phase], `voltage${phases[phase]}`)),
    importEnergy: kept(importEnergy, "importEnergy"),
    exportEnergy: kept(exportEnergy, "exportEnergy"),
    soc: kept(soc, "soc"),
  };
}
