/** A connection to one SunSpec device: finds the models that have what is to be measured. */

import { DeviceError } from "../../../model/errors.js";
import type { MeterReading, MeterRole, Quantities } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import type { Meter } from "../../driver.js";
import { reversed } from "../../decoding/signs.js";
import { blockExpiry, lacking, setDischargeBlock, storageModel } from "./discharge-block.js";
import { models, type Source, type SunSpecModel } from "./models.js";
import { advice, findModels, type FoundModel, shifted } from "./walk.js";

export interface SunSpecOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly importPositive: boolean;
  /** Whether its battery may be kept from discharging. */
  readonly blockDischarge: boolean;
  readonly measures: readonly MeterRole[];
}

/** A model, and where this device has it. */
interface Place extends FoundModel {
  readonly model: SunSpecModel;
}

/** @param link name of the device, and what differs from the usual deadlines */
export function connectSunSpec(
  { importPositive, blockDischarge, measures, ...address }: SunSpecOptions,
  link: Omit<ModbusDeviceOptions, "host" | "port" | "unitId">,
): Meter {
  const meter = new SunSpecMeter(new ModbusDevice({ advice, ...link, ...address }), importPositive, measures);
  if (!blockDischarge) return meter;
  return {
    read: () => meter.read(),
    dischargeBlock: { expiry: blockExpiry, set: (blocked) => meter.blockDischarge(blocked) },
    close: () => meter.close(),
  };
}

class SunSpecMeter implements Meter {
  readonly #modbus: ModbusDevice;
  readonly #importPositive: boolean;
  readonly #measures: readonly MeterRole[];
  /** `null` until found, and after anything went wrong: then the device may have been set up anew. */
  #found: readonly FoundModel[] | null = null;

  constructor(modbus: ModbusDevice, importPositive: boolean, measures: readonly MeterRole[]) {
    this.#modbus = modbus;
    this.#importPositive = importPositive;
    this.#measures = measures;
  }

  read(): Promise<MeterReading> {
    return this.#among(async (found) => {
      const reading = new Map<MeterRole, Quantities>();
      for (const role of this.#measures) reading.set(role, await this.#readRole(role, found));
      return Object.fromEntries(reading);
    });
  }

  blockDischarge(blocked: boolean): Promise<void> {
    return this.#among(async (found) => {
      const place = found.find(({ id }) => id === storageModel);
      if (place === undefined) throw lacking(this.#modbus, `model ${storageModel}`);
      await setDischargeBlock(shifted(this.#modbus, place.at), blocked);
    });
  }

  close(): Promise<void> {
    return this.#modbus.close();
  }

  async #among<T>(use: (found: readonly FoundModel[]) => Promise<T>): Promise<T> {
    try {
      return await use((this.#found ??= await findModels(this.#modbus)));
    } catch (error) {
      this.#found = null;
      throw error;
    }
  }

  async #readRole(role: MeterRole, found: readonly FoundModel[]): Promise<Quantities> {
    const place = placeOf(role, this.#measures, found);
    if (place === null) throw this.#missing(role, found);
    const { id, quantities } = await place.model.read(shifted(this.#modbus, place.at));
    if (id !== place.id) throw this.#moved(place, id);
    return place.model.source === "meter" && !this.#importPositive ? turnedPower(quantities) : quantities;
  }

  #missing(role: MeterRole, found: readonly FoundModel[]): DeviceError {
    const ids = found.map(({ id }) => id).join(", ");
    const what = `none of its SunSpec models has what is measured for ${role}: it has ${ids || "none"}`;
    const device = this.#modbus.device;
    return new DeviceError({ code: "unsupported", device, what, advice: "Set measures to what this device measures" });
  }

  #moved({ id, at }: Place, now: number | null): DeviceError {
    const what = `SunSpec model ${now ?? "none"} stands at ${at} in place of ${id}`;
    return new DeviceError({ code: "protocol", device: this.#modbus.device, what, advice: "It is looked for again" });
  }
}

/** The first model that fits: of several meters or inverters behind one unit id the others are passed over. */
function placeOf(role: MeterRole, measures: readonly MeterRole[], found: readonly FoundModel[]): Place | null {
  for (const source of sourcesOf(role, measures)) {
    for (const model of models.filter((each) => each.source === source)) {
      const place = found.find(({ id }) => model.ids.includes(id));
      if (place) return { ...place, model };
    }
  }
  return null;
}

/** A meter can be mounted anywhere, but only at one place. */
function sourcesOf(role: MeterRole, measures: readonly MeterRole[]): readonly Source[] {
  if (role === "battery") return ["battery"];
  if (role !== "pv") return ["meter"];
  return measures.includes("grid") || measures.includes("house") ? ["inverter"] : ["inverter", "meter"];
}

/** The energies have names, and need no sign. */
function turnedPower(quantities: Quantities): Quantities {
  const { importEnergy, exportEnergy } = quantities;
  return { ...reversed(quantities), importEnergy, exportEnergy };
}
