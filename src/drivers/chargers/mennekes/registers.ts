/** The ECU register set (“MENNEKES/Ebee/Bender”): one row per value, and which firmware has it. */

import { defineRegisters, type Values } from "../../decoding/registers.js";

/** Nothing is read that is not asked for: some of these chargers hang up at registers that they do not know. */
const ecu = {
  table: "holding",
  wordOrder: "high-first",
  gap: 0,
  splits: true,
  source: "MENNEKES “ECU-BRx/BBx Modbus TCP Server Specification” rev. 1.07",
} as const;

const code = { type: "u16", unit: "", range: [0, 0xffff] } as const;
/** Without a meter, or for a moment with one. */
const missing = 0xffff_ffff;
const counter = { type: "u32", unit: "kWh", scale: 0.001, range: [0, 1e6], missing } as const;
const phasePower = { type: "u32", unit: "W", range: [0, 40_000], missing } as const;
const current = { type: "u32", unit: "A", scale: 0.001, range: [0, 100], missing } as const;
const voltage = { type: "u32", unit: "V", range: [0, 500], missing } as const;
const amperes = { type: "u16", unit: "A", range: [0, 80], missing: 0xffff } as const;

export const identity = defineRegisters({ firmware: { at: 100, type: "ascii", length: 2 } }, ecu);

/** Firmware before 5.22 does not know it; the 4You, whose versions begin anew, does. */
export const modelRow = defineRegisters(
  { model: { at: 142, type: "ascii", length: 10, optional: true, source: "evcc" } },
  ecu,
);

/** What it does when communication stops. */
export const watchdogRows = defineRegisters(
  {
    safeCurrent: { ...amperes, at: 131, write: 6, optional: "watchdog" },
    /** 0: likely never. */
    timeout: { at: 132, type: "u16", unit: "s", range: [0, 0xfffe], missing: 0xffff, write: 6, optional: "watchdog" },
  },
  ecu,
);

/** HEMS_CURRENT_LIMIT. 0: pause. */
const limit = { limit: { ...amperes, at: 1_000, write: 6 } } as const;

export const limitRow = defineRegisters(limit, ecu);

const errors = {
  errors105: { ...code, at: 105 },
  errors106: { ...code, at: 106 },
  errors107: { ...code, at: 107 },
  errors108: { ...code, at: 108 },
  errors109: { ...code, at: 109 },
  errors110: { ...code, at: 110 },
  errors111: { ...code, at: 111 },
  errors112: { ...code, at: 112 },
} as const;

/** In any firmware. Optional registers come last in every reading, so that a hang-up costs only what follows. */
const common = {
  /** As OCPP has it. */
  status: { ...code, at: 104 },
  ...errors,
  /** Vehicle state A to E, from 1 on. */
  vehicle: { ...code, at: 122 },
  ...limit,
  relay: { ...code, at: 140, optional: "relay", source: "evcc" },
  powerL1: { ...phasePower, at: 206, optional: "meter" },
  powerL2: { ...phasePower, at: 208, optional: "meter" },
  powerL3: { ...phasePower, at: 210, optional: "meter" },
  currentL1: { ...current, at: 212, optional: "meter" },
  currentL2: { ...current, at: 214, optional: "meter" },
  currentL3: { ...current, at: 216, optional: "meter" },
  /** Padded with blanks on its left; all blank: none. */
  tag: { at: 720, type: "ascii", length: 10, optional: "tag" },
} as const;

const newer = {
  ...common,
  totalConsumption: { ...counter, at: 218, optional: "meter" },
  power: { type: "u32", unit: "W", range: [0, 120_000], missing, at: 220, optional: "meter" },
  /** Not with every meter. */
  voltageL1: { ...voltage, at: 222, optional: "voltages" },
  voltageL2: { ...voltage, at: 224, optional: "voltages" },
  voltageL3: { ...voltage, at: 226, optional: "voltages" },
  sessionChargeConsumption: { ...counter, at: 716, optional: "session" },
} as const;

/** Firmware 5.22 and newer. */
export const since522 = defineRegisters(newer, ecu);

const optional = { optional: "errors" } as const;

/** 4You and 4Business: known from what people read there (evcc); no document names registers 105 to 112. */
export const fourYou = defineRegisters(
  {
    ...newer,
    errors105: { ...errors.errors105, ...optional },
    errors106: { ...errors.errors106, ...optional },
    errors107: { ...errors.errors107, ...optional },
    errors108: { ...errors.errors108, ...optional },
    errors109: { ...errors.errors109, ...optional },
    errors110: { ...errors.errors110, ...optional },
    errors111: { ...errors.errors111, ...optional },
    errors112: { ...errors.errors112, ...optional },
  },
  ecu,
);

/** Firmware before 5.22. */
export const before522 = defineRegisters(
  {
    ...common,
    /** The total, with meters that do not count each phase. */
    energyL1: { ...counter, at: 200, optional: "meter" },
    energyL2: { ...counter, at: 202, optional: "meter" },
    energyL3: { ...counter, at: 204, optional: "meter" },
    /** It stops at its highest value, which therefore counts as missing. */
    sessionChargeConsumption: { ...counter, type: "u16", missing: 0xffff, at: 705, optional: "session" },
  },
  ecu,
);

export type NewValues = Values<(typeof since522)["rows"]>;
export type OldValues = Values<(typeof before522)["rows"]>;
