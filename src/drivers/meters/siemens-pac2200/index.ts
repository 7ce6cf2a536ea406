/** Siemens SENTRON PAC2200: a meter for three phases, over Modbus TCP. */

import { defineRegisters } from "../../decoding/registers.js";
import { defineModbusMeter } from "../modbus/register-meter.js";

const voltage = { type: "float32", unit: "V", range: [80, 300] } as const;
/** Without a sign. */
const current = { type: "float32", unit: "A", range: [0, 10_000] } as const;
/** Import +. */
const phasePower = { type: "float32", unit: "W", range: [-2_500_000, 2_500_000] } as const;
/** Counted in Wh. */
const energy = { type: "float64", unit: "kWh", scale: 1e-3, range: [0, 1e9], optional: "energy" } as const;

/**
 * Offsets go on the wire as they are printed, from 0. A request must not begin or end within a value; reserved
 * registers between values can be read, and hold NaN.
 */
export const pac2200Registers = defineRegisters(
  {
    voltageL1: { at: 1, ...voltage },
    voltageL2: { at: 3, ...voltage },
    voltageL3: { at: 5, ...voltage },
    currentL1: { at: 13, ...current },
    currentL2: { at: 15, ...current },
    currentL3: { at: 17, ...current },
    powerL1: { at: 25, ...phasePower },
    powerL2: { at: 27, ...phasePower },
    powerL3: { at: 29, ...phasePower },
    /** 63 is the apparent power, in VA. */
    power: { at: 65, type: "float32", unit: "W", range: [-7_500_000, 7_500_000] },
    importTariff1: { at: 801, ...energy },
    importTariff2: { at: 805, ...energy },
    exportTariff1: { at: 809, ...energy },
    exportTariff2: { at: 813, ...energy },
  },
  { table: "holding", wordOrder: "high-first", gap: 34, source: "Siemens L1V30415167B-03" },
);

export const siemensPac2200 = defineModbusMeter({
  driver: "siemens-pac2200",
  products: [{ brand: "Siemens", model: "SENTRON PAC2200 (7KM2200) with Ethernet" }],
  needs: ["Switch on Modbus TCP at the meter, and give it an address in the network"],
  unverified: ["Unit id 1 is in common use; the manual states only that of the serial line, 126"],
  labels: { what: "Siemens PAC2200 or a sibling", name: "PAC2200" },
  registers: pac2200Registers,
});
