/** Carlo Gavazzi EM24 with Ethernet: a meter for three phases, over Modbus TCP. */

import { defineRegisters } from "../../decoding/registers.js";
import { defineModbusMeter } from "../modbus/register-meter.js";

const voltage = { type: "i32", unit: "V", scale: 0.1, range: [80, 300] } as const;
const current = { type: "i32", unit: "A", scale: 0.001, range: [-10_000, 10_000] } as const;
/** Import +. */
const power = { type: "i32", unit: "W", scale: 0.1, range: [-5_000_000, 5_000_000] } as const;
const energy = { type: "i32", unit: "kWh", scale: 0.1, range: [0, 1e9] } as const;

/** Addresses go on the wire as the document's “physical address”. What overflows has 7fff in its high word. */
const em24Registers = defineRegisters(
  {
    voltageL1: { at: 0x0000, ...voltage },
    voltageL2: { at: 0x0002, ...voltage },
    voltageL3: { at: 0x0004, ...voltage },
    currentL1: { at: 0x000c, ...current },
    currentL2: { at: 0x000e, ...current },
    currentL3: { at: 0x0010, ...current },
    powerL1: { at: 0x0012, ...power },
    powerL2: { at: 0x0014, ...power },
    powerL3: { at: 0x0016, ...power },
    power: { at: 0x0028, ...power },
    importTotal: { at: 0x0034, ...energy },
    exportTotal: { at: 0x004e, ...energy, optional: true },
  },
  {
    table: "input",
    wordOrder: "low-first",
    maxRead: 12,
    source: "Carlo Gavazzi “EM24_E1 (Ethernet) Communication Protocol” V0 R1.2",
  },
);

export const carloGavazziEm24 = defineModbusMeter({
  driver: "carlo-gavazzi-em24",
  products: [{ brand: "Carlo Gavazzi", model: "EM24 with Ethernet (EM24DIN…E1)" }],
  needs: [
    "Give the meter an address in the network",
    "Choose application H at the meter: only then does it measure both directions and count export",
  ],
  unverified: [
    "How many registers one request may read: 12 at most are requested",
    "Whether export is there, and not 0, in applications other than H",
  ],
  registers: em24Registers,
});
