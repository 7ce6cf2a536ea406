/** A connection to one E3/DC: makes sure that it is one, then reads what it measures. */

import { DeviceError } from "../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions, ModbusException } from "../../../transport/modbus.js";
import type { Meter } from "../../driver.js";
import { readRegisters } from "../../decoding/registers.js";
import { gridPowers, powerMeterBlock } from "./power-meters.js";
import { identity, magicWord, measurements, readingOf } from "./registers.js";

const advice =
  "Check that host and port belong to an E3/DC, and that Modbus with the protocol “E3/DC” (simple mode) is switched on there";

export function connectE3dc(options: Omit<ModbusDeviceOptions, "advice">, measures: readonly MeterRole[]): Meter {
  return new E3dc(new ModbusDevice({ ...options, advice }), measures);
}

class E3dc implements Meter {
  readonly #modbus: ModbusDevice;
  readonly #measures: readonly MeterRole[];
  /** Until something fails: then another device may answer at this address. */
  #isKnown = false;
  #hasPowerMeters = true;

  constructor(modbus: ModbusDevice, measures: readonly MeterRole[]) {
    this.#modbus = modbus;
    this.#measures = measures;
  }

  async read(): Promise<MeterReading> {
    try {
      if (!this.#isKnown) await this.#identify();
      const values = await readRegisters(this.#modbus, measurements);
      const phases = gridPowers(await this.#readPowerMeters(), values.grid);
      this.#isKnown = true;
      return readingOf(values, phases, this.#measures);
    } catch (error) {
      this.#isKnown = false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#modbus.close();
  }

  async #identify(): Promise<void> {
    const { magic } = await readRegisters(this.#modbus, identity);
    if (magic === magicWord) return;
    const says = magic === null ? "nothing" : `0x${magic.toString(16)}`;
    const what = `it is no E3/DC in simple mode: register 40001 says ${says} in place of 0xe3dc`;
    throw new DeviceError({ code: "protocol", device: this.#modbus.device, what, advice });
  }

  /** `null`: it has none, or says no this time. They are no reason to miss the rest. */
  async #readPowerMeters(): Promise<readonly number[] | null> {
    if (!this.#hasPowerMeters || !this.#measures.includes("grid")) return null;
    try {
      return await this.#modbus.readHolding(powerMeterBlock.address, powerMeterBlock.count);
    } catch (error) {
      if (!(error instanceof DeviceError && error.cause instanceof ModbusException)) throw error;
      if (error.code === "unsupported") this.#hasPowerMeters = false;
      return null;
    }
  }
}
