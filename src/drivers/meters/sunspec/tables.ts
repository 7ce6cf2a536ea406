/** Tables of the SunSpec models that are read here; offsets count from the model's id. */

import { defineRegisters } from "../../decoding/registers.js";

const anything = { unit: "counts", range: [-1e12, 1e12] } as const;
/** Not implemented: 0x8000, 0xffff and, for a counter, 0. */
const signed = { ...anything, type: "i16", missing: -0x8000 } as const;
const unsigned = { ...anything, type: "u16", missing: 0xffff } as const;
const counter = { ...anything, type: "u32", missing: 0 } as const;
/** A power of ten. */
const exponent = { type: "i16", unit: "", range: [-10, 10], missing: -0x8000 } as const;
const id = { at: 0, type: "u16", unit: "", range: [1, 65_534] } as const;

const options = { table: "holding", wordOrder: "high-first", gap: 125, source: "sunspec/models, json" } as const;

/** Plausible values, in W, A, V, Wh and %. */
export const limits = {
  power: [-1e7, 1e7],
  current: [-10_000, 10_000],
  voltage: [0, 1_000],
  energy: [0, 1e12],
  soc: [0, 100],
} as const;

const float = {
  power: { type: "float32", unit: "W", range: limits.power },
  current: { type: "float32", unit: "A", range: limits.current },
  voltage: { type: "float32", unit: "V", range: limits.voltage },
  energy: { type: "float32", unit: "Wh", range: limits.energy },
} as const;

export const inverterCounts = defineRegisters(
  {
    id,
    currentL1: { at: 3, ...unsigned },
    currentL2: { at: 4, ...unsigned },
    currentL3: { at: 5, ...unsigned },
    currentExponent: { at: 6, ...exponent },
    voltageL1: { at: 10, ...unsigned },
    voltageL2: { at: 11, ...unsigned },
    voltageL3: { at: 12, ...unsigned },
    voltageExponent: { at: 13, ...exponent },
    power: { at: 14, ...signed },
    powerExponent: { at: 15, ...exponent },
    energy: { at: 24, ...counter },
    energyExponent: { at: 26, ...exponent },
    state: { at: 38, ...unsigned },
  },
  options,
);

export const inverterFloats = defineRegisters(
  {
    id,
    currentL1: { at: 4, ...float.current },
    currentL2: { at: 6, ...float.current },
    currentL3: { at: 8, ...float.current },
    voltageL1: { at: 16, ...float.voltage },
    voltageL2: { at: 18, ...float.voltage },
    voltageL3: { at: 20, ...float.voltage },
    power: { at: 22, ...float.power },
    energy: { at: 32, ...float.energy },
    state: { at: 48, ...unsigned },
  },
  options,
);

export const meterCounts = defineRegisters(
  {
    id,
    currentL1: { at: 3, ...signed },
    currentL2: { at: 4, ...signed },
    currentL3: { at: 5, ...signed },
    currentExponent: { at: 6, ...exponent },
    voltageL1: { at: 8, ...signed },
    voltageL2: { at: 9, ...signed },
    voltageL3: { at: 10, ...signed },
    voltageExponent: { at: 15, ...exponent },
    power: { at: 18, ...signed },
    powerL1: { at: 19, ...signed },
    powerL2: { at: 20, ...signed },
    powerL3: { at: 21, ...signed },
    powerExponent: { at: 22, ...exponent },
    exportEnergy: { at: 38, ...counter },
    importEnergy: { at: 46, ...counter },
    energyExponent: { at: 54, ...exponent },
  },
  options,
);

export const meterFloats = defineRegisters(
  {
    id,
    currentL1: { at: 4, ...float.current },
    currentL2: { at: 6, ...float.current },
    currentL3: { at: 8, ...float.current },
    voltageL1: { at: 12, ...float.voltage },
    voltageL2: { at: 14, ...float.voltage },
    voltageL3: { at: 16, ...float.voltage },
    power: { at: 28, ...float.power },
    powerL1: { at: 30, ...float.power },
    powerL2: { at: 32, ...float.power },
    powerL3: { at: 34, ...float.power },
    exportEnergy: { at: 60, ...float.energy },
    importEnergy: { at: 68, ...float.energy },
  },
  options,
);

export const batteryCounts = defineRegisters(
  {
    id,
    soc: { at: 11, ...unsigned },
    chargeStatus: { at: 16, ...unsigned },
    power: { at: 47, ...signed },
    socExponent: { at: 56, ...exponent },
    powerExponent: { at: 63, ...exponent },
  },
  options,
);

export const storageCounts = defineRegisters(
  { id, soc: { at: 8, ...unsigned }, socExponent: { at: 22, ...exponent } },
  options,
);

/** A device that lacks one of the points says so by its "not implemented". */
export const storageControls = defineRegisters(
  {
    id,
    /** `StorCtl_Mod`, bits: 0 the limit on charging holds, 1 that on discharging */
    mode: { at: 5, ...unsigned, range: [0, 3], write: 16 },
    /** `OutWRte`, in counts of the exponent, % of the largest discharge */
    rate: { at: 12, ...signed, range: [-0x7fff, 0x7fff], write: 16 },
    /** `InOutWRte_RvrtTms`: after so long both limits are forgotten. 0: never */
    reversion: { at: 15, type: "u16", unit: "s", range: [0, 0xfffe], missing: 0xffff, write: 16 },
    rateExponent: { at: 25, ...exponent },
  },
  options,
);
