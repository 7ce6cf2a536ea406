/** A reading from the registers of a MENNEKES charger. */

import { DeviceError } from "../../../model/errors.js";
import { noChargerReading, type ChargerReading } from "../../../model/readings.js";
import { errorsOf, phasesOf, stateOf, vehicleLabel } from "./codes.js";
import type { NewValues, OldValues } from "./registers.js";

/** What the charger takes, in A per phase. */
export const currentRange = { min: 6, max: 32, step: 1 } as const;

export const advice =
  "Switch on its Modbus TCP server, choose the register address set “MENNEKES” (also called Ebee or Bender), and check host, port and unit id";

/**
 * The register of the limit also starts and stops: a limit below the least that a car can be offered is a pause, in
 * which `maxAmpere` is `null`.
 * @throws DeviceError when not even the state is reported
 */
export function readingOf(values: NewValues | OldValues, firmware: string | null, device: string): ChargerReading {
  const { status, vehicle, limit, relay, powerL1, powerL2, powerL3, currentL1, currentL2, currentL3 } = values;
  if (status === null || vehicle === null)
    throw new DeviceError({ code: "protocol", device, what: "it does not report its state", advice });
  const errors = errorsOf(errorWords(values));
  return {
    ...noChargerReading,
    maxAmpere: limit !== null && allows(limit) ? limit : null,
    allowCharging: limit === null ? null : allows(limit),
    pwmSignal: vehicleLabel(vehicle),
    error: errors?.text ?? null,
    state: stateOf(status, vehicle, errors),
    phases: phasesOf(relay),
    powerL1,
    powerL2,
    powerL3,
    currentL1,
    currentL2,
    currentL3,
    power: sumOf([powerL1, powerL2, powerL3]),
    sessionChargeConsumption: values.sessionChargeConsumption,
    firmware,
    tag: tagOf(values.tag),
    ...("energyL1" in values ? { totalConsumption: energyOf(values) } : newer(values)),
  };
}

/** Whether a limit, in A, lets a car charge. */
export function allows(limit: number): boolean {
  return limit >= currentRange.min;
}

/** Versions of the ECU; those of the 4You begin anew, at 1. */
const firstEcuVersion = 4;

/** Whether this is firmware 5.22 or newer of an ECU; `null`: it is no version of an ECU. */
export function isSince522(firmware: string | null): boolean | null {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(firmware ?? "") ?? [];
  if (major === undefined || minor === undefined || Number(major) < firstEcuVersion) return null;
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 22);
}

/** By its model, like "4You 510 11 T2S" or "4Business 700". */
export function isFourYou(model: string): boolean {
  return /\b4(you|business)/i.test(model);
}

function newer(values: NewValues): Partial<ChargerReading> {
  const { totalConsumption, voltageL1, voltageL2, voltageL3, powerL1, powerL2, powerL3 } = values;
  const power = values.power ?? sumOf([powerL1, powerL2, powerL3]);
  return { totalConsumption, voltageL1, voltageL2, voltageL3, power };
}

/** Many meters count all phases in the place of the first. */
function energyOf({ energyL1, energyL2, energyL3 }: OldValues): number | null {
  return energyL2 === null && energyL3 === null ? energyL1 : sumOf([energyL1, energyL2, energyL3]);
}

function errorWords(values: NewValues | OldValues): readonly (number | null)[] {
  const { errors105, errors106, errors107, errors108, errors109, errors110, errors111, errors112 } = values;
  return [errors105, errors106, errors107, errors108, errors109, errors110, errors111, errors112];
}

function tagOf(text: string | null): string | null {
  const tag = text?.trim() ?? "";
  return tag === "" ? null : tag;
}

/** `null` unless all are known. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : Number((sum + value).toFixed(3))), 0);
}
