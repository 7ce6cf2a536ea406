/** How the models of a virtual SunSpec device stand in its registers; offsets count from the model's id. */

import { phaseIndexes } from "../../../model/phases.js";
import type { RegisterStore } from "../../servers/modbus/store.js";
import type { SunSpecValues } from "./values.js";

export interface ModelWriter {
  /** Words after id and length. */
  readonly length: number;
  write(store: RegisterStore, at: number, values: SunSpecValues): void;
}

/** Powers of ten that the device counts by. */
const exponents = { power: 1, current: -2, voltage: -1, energy: 0, soc: -1 } as const;

type Sort = keyof typeof exponents;

const noSigned = 0x8000;
const noUnsigned = 0xffff;

interface CountOffsets {
  readonly signed: boolean;
  readonly power?: number;
  readonly powers?: number;
  readonly currents?: number;
  readonly voltages?: number;
  readonly importEnergy?: number;
  readonly exportEnergy?: number;
  readonly soc?: number;
  readonly state?: number;
  readonly exponents: Readonly<Partial<Record<Sort, number>>>;
}

const inverter: CountOffsets = {
  signed: false,
  currents: 3,
  voltages: 10,
  power: 14,
  exportEnergy: 24,
  state: 38,
  exponents: { current: 6, voltage: 13, power: 15, energy: 26 },
};

const meter: CountOffsets = {
  signed: true,
  currents: 3,
  voltages: 8,
  power: 18,
  powers: 19,
  exportEnergy: 38,
  importEnergy: 46,
  exponents: { current: 6, voltage: 15, power: 22, energy: 54 },
};

const battery: CountOffsets = {
  signed: false,
  soc: 11,
  state: 16,
  power: 47,
  exponents: { soc: 56, power: 63 },
};

const storage: CountOffsets = { signed: false, soc: 8, state: 11, exponents: { soc: 22 } };

type FloatOffsets = Omit<CountOffsets, "signed" | "soc" | "exponents">;

const inverterFloats: FloatOffsets = { currents: 4, voltages: 16, power: 22, exportEnergy: 32, state: 48 };

const meterFloats: FloatOffsets = {
  currents: 4,
  voltages: 12,
  power: 28,
  powers: 30,
  exportEnergy: 60,
  importEnergy: 68,
};

export const writers = {
  101: inCounts(50, inverter),
  103: inCounts(50, inverter),
  113: inFloats(60, inverterFloats),
  124: inCounts(24, storage),
  201: inCounts(105, meter),
  203: inCounts(105, meter),
  213: inFloats(124, meterFloats),
  802: inCounts(62, battery),
} as const satisfies Record<number, ModelWriter>;

function inCounts(length: number, offsets: CountOffsets): ModelWriter {
  return {
    length,
    write(store, at, values) {
      const set = (offset: number | undefined, sort: Sort, value: number | null | undefined, signed: boolean) => {
        if (offset === undefined) return;
        const missing = signed ? noSigned : noUnsigned;
        const count = value === null || value === undefined ? missing : Math.round(value / 10 ** exponents[sort]);
        store.setU16(at + offset, count);
      };
      set(offsets.power, "power", values.power, true);
      set(offsets.soc, "soc", values.soc, false);
      for (const phase of phaseIndexes) {
        const of = (first: number | undefined) => (first === undefined ? undefined : first + phase);
        set(of(offsets.powers), "power", values.powers?.[phase], true);
        set(of(offsets.currents), "current", values.currents?.[phase], offsets.signed);
        set(of(offsets.voltages), "voltage", values.voltages?.[phase], offsets.signed);
      }
      if (offsets.importEnergy !== undefined) store.setU32(at + offsets.importEnergy, values.importEnergy ?? 0);
      if (offsets.exportEnergy !== undefined) store.setU32(at + offsets.exportEnergy, values.exportEnergy ?? 0);
      if (offsets.state !== undefined) store.setU16(at + offsets.state, values.state ?? noUnsigned);
      for (const [sort, offset] of Object.entries(offsets.exponents))
        if (isSort(sort)) store.setI16(at + offset, exponents[sort]);
    },
  };
}

function inFloats(length: number, offsets: FloatOffsets): ModelWriter {
  return {
    length,
    write(store, at, values) {
      const set = (offset: number | undefined, value: number | null | undefined) => {
        if (offset !== undefined) store.setFloat32(at + offset, value ?? NaN);
      };
      set(offsets.power, values.power);
      set(offsets.importEnergy, values.importEnergy);
      set(offsets.exportEnergy, values.exportEnergy);
      for (const phase of phaseIndexes) {
        const of = (first: number | undefined) => (first === undefined ? undefined : first + phase * 2);
        set(of(offsets.powers), values.powers?.[phase]);
        set(of(offsets.currents), values.currents?.[phase]);
        set(of(offsets.voltages), values.voltages?.[phase]);
      }
      if (offsets.state !== undefined) store.setU16(at + offsets.state, values.state ?? noUnsigned);
    },
  };
}

function isSort(name: string): name is Sort {
  return Object.hasOwn(exponents, name);
}
