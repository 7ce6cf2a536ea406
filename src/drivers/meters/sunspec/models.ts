/** The SunSpec models of inverters, meters and batteries as readings. */

import { noQuantities, type Quantities } from "../../../model/readings.js";
import type { ModbusRegisters } from "../../../transport/modbus.js";
import { plausible } from "../../decoding/fields.js";
import { readRegisters } from "../../decoding/registers.js";
import { kWh, signedLike } from "../../decoding/signs.js";
import {
  batteryCounts,
  inverterCounts,
  inverterFloats,
  limits,
  meterCounts,
  meterFloats,
  storageCounts,
} from "./tables.js";

/** What stands behind a model. */
export type Source = "inverter" | "meter" | "battery";

/** What was read of a model, with the signs that the device gives it. */
export interface ModelReading {
  /** Id that stands at its place: another than the expected one once the device has been set up anew. */
  readonly id: number | null;
  readonly quantities: Quantities;
}

export interface SunSpecModel {
  readonly ids: readonly number[];
  readonly source: Source;
  /** @param registers of the device, shifted so that the model's id is at 0. Rejects with DeviceError. */
  read(registers: ModbusRegisters): Promise<ModelReading>;
}

/** Off, asleep, on standby: an inverter that reports no power then feeds nothing in. */
const restingStates: readonly (number | null)[] = [1, 2, 8];

/** `ChaSt` of model 802. */
const chargeStatus = { discharging: 3, charging: 4 } as const;

/** Those that come first are asked first. */
export const models: readonly SunSpecModel[] = [
  { ids: [101, 102, 103], source: "inverter", read: readInverterCounts },
  { ids: [111, 112, 113], source: "inverter", read: readInverterFloats },
  { ids: [201, 202, 203, 204], source: "meter", read: readMeterCounts },
  { ids: [211, 212, 213, 214], source: "meter", read: readMeterFloats },
  { ids: [802], source: "battery", read: readBattery },
  { ids: [124], source: "battery", read: readStorage },
];

async function readInverterCounts(registers: ModbusRegisters): Promise<ModelReading> {
  const read = await readRegisters(registers, inverterCounts);
  const amperes = (count: number | null) => scaled(count, read.currentExponent, limits.current);
  const volts = (count: number | null) => scaled(count, read.voltageExponent, limits.voltage);
  return {
    id: read.id,
    quantities: {
      ...noQuantities,
      power: restingPower(scaled(read.power, read.powerExponent, limits.power), read.state),
      currents: [amperes(read.currentL1), amperes(read.currentL2), amperes(read.currentL3)],
      voltages: [volts(read.voltageL1), volts(read.voltageL2), volts(read.voltageL3)],
      exportEnergy: kWh(scaled(read.energy, read.energyExponent, limits.energy)),
    },
  };
}

async function readInverterFloats(registers: ModbusRegisters): Promise<ModelReading> {
  const read = await readRegisters(registers, inverterFloats);
  return {
    id: read.id,
    quantities: {
      ...noQuantities,
      power: restingPower(read.power, read.state),
      currents: [read.currentL1, read.currentL2, read.currentL3],
      voltages: [read.voltageL1, read.voltageL2, read.voltageL3],
      exportEnergy: kWh(read.energy),
    },
  };
}

async function readMeterCounts(registers: ModbusRegisters): Promise<ModelReading> {
  const read = await readRegisters(registers, meterCounts);
  const watts = (count: number | null) => scaled(count, read.powerExponent, limits.power);
  const amperes = (count: number | null) => scaled(count, read.currentExponent, limits.current);
  const volts = (count: number | null) => scaled(count, read.voltageExponent, limits.voltage);
  const wattHours = (count: number | null) => scaled(count, read.energyExponent, limits.energy);
  const powers = [watts(read.powerL1), watts(read.powerL2), watts(read.powerL3)] as const;
  return {
    id: read.id,
    quantities: {
      ...noQuantities,
      power: watts(read.power),
      powers,
      currents: signedLike([amperes(read.currentL1), amperes(read.currentL2), amperes(read.currentL3)], powers),
      voltages: [volts(read.voltageL1), volts(read.voltageL2), volts(read.voltageL3)],
      importEnergy: kWh(wattHours(read.importEnergy)),
      exportEnergy: kWh(wattHours(read.exportEnergy)),
    },
  };
}

async function readMeterFloats(registers: ModbusRegisters): Promise<ModelReading> {
  const read = await readRegisters(registers, meterFloats);
  const powers = [read.powerL1, read.powerL2, read.powerL3] as const;
  return {
    id: read.id,
    quantities: {
      ...noQuantities,
      power: read.power,
      powers,
      currents: signedLike([read.currentL1, read.currentL2, read.currentL3], powers),
      voltages: [read.voltageL1, read.voltageL2, read.voltageL3],
      importEnergy: kWh(read.importEnergy),
      exportEnergy: kWh(read.exportEnergy),
    },
  };
}

async function readBattery(registers: ModbusRegisters): Promise<ModelReading> {
  const read = await readRegisters(registers, batteryCounts);
  const soc = scaled(read.soc, read.socExponent, limits.soc);
  const reported = scaled(read.power, read.powerExponent, limits.power);
  const power = reported === null ? null : dischargePositive(reported, read.chargeStatus);
  return { id: read.id, quantities: { ...noQuantities, soc, power } };
}

async function readStorage(registers: ModbusRegisters): Promise<ModelReading> {
  const read = await readRegisters(registers, storageCounts);
  const soc = scaled(read.soc, read.socExponent, limits.soc);
  return { id: read.id, quantities: { ...noQuantities, soc } };
}

/** Without a power of ten, which a device may leave out, a count says nothing. */
function scaled(
  count: number | null,
  exponent: number | null,
  range: readonly [min: number, max: number],
): number | null {
  if (count === null || exponent === null) return null;
  return plausible(Number(`${count}e${exponent}`), range);
}

function restingPower(power: number | null, state: number | null): number | null {
  return power === null && restingStates.includes(state) ? 0 : power;
}

/** The model does not say which sign its power has, but a battery may say what it is doing. */
function dischargePositive(power: number, status: number | null): number {
  if (status === chargeStatus.discharging) return Math.abs(power);
  return status === chargeStatus.charging ? 0 - Math.abs(power) : power;
}
