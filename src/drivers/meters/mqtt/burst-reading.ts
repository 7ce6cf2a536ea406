/** The reading that one burst of a generic MQTT meter makes: what came with it, and sums and signs from known powers. */

import { type MeterChannelName, meterValue, quantitiesFrom } from "../../../model/meter-channels.js";
import { type MeterReading, type MeterRole, meterRoles } from "../../../model/readings.js";
import { readingOf, roleOf } from "../../decoding/value-names.js";
import { type KnownValues, powerLifetime } from "../../push/known-values.js";

const phasePowers = ["powerL1", "powerL2", "powerL3"] as const;

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
    const isSummed = !isOf(role, names)("power") && phasePowers.some(isNew);
    const kept = (name: MeterChannelName) => isNew(name) || (name === "power" && isSummed);
    return [[role, quantitiesFrom((name) => (kept(name) ? meterValue(quantities, name) : null))] as const];
  });
  return Object.fromEntries(places);
}
