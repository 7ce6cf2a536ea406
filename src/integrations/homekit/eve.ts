/** The electrical characteristics that Eve shows and draws. */

import { phasesOf } from "../../model/phase-channels.js";
import type { Facts } from "../charger-facts.js";
import type { Value } from "../dead-band.js";
import type { CharacteristicDefinition } from "./definition.js";

/** UUIDs as in homebridge-lib, EveHomeKitTypes. */
const uuidTail = "-079E-48FF-8F27-9C2605A29F52";

function eve(
  prefix: string,
  name: string,
  unit: string,
  read: (facts: Facts) => Value | null,
): CharacteristicDefinition {
  const shape = { uuid: prefix + uuidTail, name, format: "float" } as const;
  return { id: `eve:${prefix}`, shape, unit, always: false, read };
}

export const eveCharacteristics: readonly CharacteristicDefinition[] = [
  /** V, of the first phase that is known. */
  eve("E863F10A", "Volt", "V", ({ reading }) => phasesOf(reading, "voltages").find((volts) => volts !== null) ?? null),
  /** A. Eve has one value for three phases: it is the highest, which is what a fuse feels; not their sum. */
  eve("E863F126", "Ampere", "A", ({ reading }) => {
    const currents = phasesOf(reading, "currents").filter((current) => current !== null);
    return currents.length === 0 ? null : Math.max(...currents);
  }),
  /** W */
  eve("E863F10D", "Consumption", "W", ({ reading }) => reading.power),
  /** kWh since the charger was made, as it counts. */
  eve("E863F10C", "Total Consumption", "kWh", ({ reading }) => reading.totalConsumption),
];
