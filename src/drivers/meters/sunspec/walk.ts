/** Finds the SunSpec models of a device: from the mark at one of three addresses, from each to the next. */

import { DeviceError } from "../../../model/errors.js";
import { ModbusException, type ModbusRegisters } from "../../../transport/modbus.js";

/** SunSpec Information Model Overview: where the map may begin. */
const bases = [40_000, 0, 50_000] as const;
/** "SunS" */
const mark = [0x5375, 0x6e53] as const;
const endId = 0xffff;
/** A device has about ten; more means that we are lost. */
const mostModels = 100;

export const advice =
  "Check that host, port and unit id belong to a device with SunSpec, and that it is switched on there";

export interface FoundModel {
  readonly id: number;
  /** Address of its id. */
  readonly at: number;
  /** Words after id and length. */
  readonly length: number;
}

/** Rejects with DeviceError, also when the device has no SunSpec. */
export async function findModels(registers: ModbusRegisters): Promise<readonly FoundModel[]> {
  for (const base of bases) {
    const words = await readIfThere(registers, base, mark.length);
    if (words !== null && mark.every((word, place) => words[place] === word))
      return walk(registers, base + mark.length);
  }
  throw noSunSpec(registers, `there is no SunSpec at ${bases.join(", ")}`);
}

async function walk(registers: ModbusRegisters, first: number): Promise<readonly FoundModel[]> {
  const found: FoundModel[] = [];
  for (let at = first; at < 0xffff;) {
    const [id, length] = (await readIfThere(registers, at, 2)) ?? [endId, 0];
    if (id === undefined || length === undefined || id === endId) return found;
    if (length === 0 || found.length >= mostModels) break;
    found.push({ id, at, length });
    at += 2 + length;
  }
  throw noSunSpec(registers, `its SunSpec models have no end: ${found.map(({ id }) => id).join(", ")}`);
}

/** `null`: it has no such registers. */
async function readIfThere(registers: ModbusRegisters, at: number, count: number): Promise<readonly number[] | null> {
  try {
    return await registers.readHolding(at, count);
  } catch (error) {
    const passing = !(error instanceof DeviceError) || error.code === "unreachable";
    if (passing || !(error.cause instanceof ModbusException)) throw error;
    return null;
  }
}

function noSunSpec({ device }: ModbusRegisters, what: string): DeviceError {
  return new DeviceError({ code: "protocol", device, what, advice });
}

/** Registers as seen from a model's place. */
export function shifted(registers: ModbusRegisters, by: number): ModbusRegisters {
  return {
    device: registers.device,
    readHolding: (address, count) => registers.readHolding(by + address, count),
    readInput: (address, count) => registers.readInput(by + address, count),
    writeRegister: (address, word) => registers.writeRegister(by + address, word),
    writeRegisters: (address, words) => registers.writeRegisters(by + address, words),
  };
}
