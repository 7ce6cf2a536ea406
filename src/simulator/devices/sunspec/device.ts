/** A virtual SunSpec device: a chain of models over Modbus TCP, such as an inverter with its meter and battery. */

import { startVirtualModbus, type VirtualModbus } from "../../servers/modbus/server.js";
import { RegisterStore } from "../../servers/modbus/store.js";
import { StorageControls } from "./storage.js";
import { type ModelWriter, writers } from "./models.js";
import type { SunSpecValues } from "./values.js";

/** One model of the chain. */
export interface VirtualModel {
  readonly id: keyof typeof writers;
  /** Asked whenever the device is read. */
  readonly values: () => SunSpecValues;
}

export interface VirtualSunSpecOptions {
  readonly models: readonly VirtualModel[];
  /** Where its map begins. */
  readonly base?: 40_000 | 0 | 50_000;
  /** 0: any that is free. */
  readonly port?: number;
  readonly unitId?: number;
  /** ms, for the timer of a battery's controls; left out: real time. */
  readonly now?: () => number;
}

const mark = [0x5375, 0x6e53] as const;
const common = { id: 1, length: 66 } as const;
const endOfModels = [0xffff, 0] as const;

export class VirtualSunSpec {
  readonly modbus: VirtualModbus;
  readonly #models: readonly VirtualModel[];
  readonly #base: number;
  readonly #places: number[] = [];
  readonly #storages: readonly StorageControls[];

  constructor(modbus: VirtualModbus, { models, base = 40_000, now = Date.now }: VirtualSunSpecOptions) {
    this.modbus = modbus;
    this.#models = models;
    this.#base = base;
    this.#lay();
    const storages = models.flatMap(({ id }, index) => (id === 124 ? [this.placeOf(index)] : []));
    this.#storages = storages.map((at) => new StorageControls(modbus.holding, at, now));
    modbus.onWrite(({ address }) => {
      for (const storage of this.#storages) storage.written(address);
    });
  }

  /** Its battery gives nothing now, as was written. */
  get dischargeBlocked(): boolean {
    return this.#storages.some(({ blocksDischarge }) => blocksDischarge);
  }

  get port(): number {
    return this.modbus.port;
  }

  /** Address of the id of the model in this place of the chain, the common model not counted. */
  placeOf(index: number): number {
    return this.#places[index] ?? 0;
  }

  refresh(): void {
    for (const storage of this.#storages) storage.refresh();
    this.#models.forEach(({ id, values }, index) =>
      writers[id].write(this.modbus.holding, this.placeOf(index), values()),
    );
  }

  /** Always ends, also with connections open. */
  close(): Promise<void> {
    return this.modbus.close();
  }

  #lay(): void {
    const { holding } = this.modbus;
    holding.setWords(this.#base, mark);
    let at = this.#base + mark.length;
    const lay = (id: number, length: number) => {
      holding.setWords(at, [id, length]);
      holding.fill(at + 2, at + 1 + length);
      at += 2 + length;
    };
    lay(common.id, common.length);
    for (const { id } of this.#models) {
      const writer: ModelWriter = writers[id];
      this.#places.push(at);
      lay(id, writer.length);
    }
    holding.setWords(at, endOfModels);
  }
}

export async function startVirtualSunSpec(options: VirtualSunSpecOptions): Promise<VirtualSunSpec> {
  const modbus = await startVirtualModbus({
    port: options.port ?? 0,
    holding: new RegisterStore(),
    units: [options.unitId ?? 1],
    refresh: () => device.refresh(),
  });
  const device = new VirtualSunSpec(modbus, options);
  return device;
}
