/** Registers of the Siemens SENTRON PAC2200, and what reading they make. */

import { DeviceError } from "../../../model/errors.js";
import { noQuantities, type Quantities } from "../../../model/readings.js";
import { defineRegisters, type Values } from "../../registers.js";
import { kWh, signedLike, sumOf } from "../signs.js";

const voltage = { type: "float32", unit: "V", range: [80, 300] } as const;
/** Without a sign. */
const current = { type: "float32", unit: "A", range: [0, 10_000] } as const;
/** Import +. */
const phasePower = { type: "float32", unit: "W", range: [-2_500_000, 2_500_000] } as const;
const energy = { type: "float64", unit: "Wh", range: [0, 1e12], optional: "energy" } as const;

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

type Pac2200Values = Values<(typeof pac2200Registers)["rows"]>;

/** @throws DeviceError when this can't be a PAC2200 */
export function quantitiesOf(values: Pac2200Values, device: string): Quantities {
  const { power, voltageL1, voltageL2, voltageL3 } = values;
  // Floats in another byte order are next to nothing, which would do for a power, but for no voltage.
  if (voltageL1 === null && voltageL2 === null && voltageL3 === null) {
    const what = "not a single voltage makes sense";
    const advice = "Check that host, port and unit id belong to a PAC2200, and that it has mains voltage";
    throw new DeviceError({ code: "protocol", device, what, advice });
  }
  const powers = [values.powerL1, values.powerL2, values.powerL3] as const;
  return {
    ...noQuantities,
    power,
    powers,
    currents: signedLike([values.currentL1, values.currentL2, values.currentL3], powers),
    voltages: [voltageL1, voltageL2, voltageL3],
    importEnergy: kWh(sumOf([values.importTariff1, values.importTariff2])),
    exportEnergy: kWh(sumOf([values.exportTariff1, values.exportTariff2])),
  };
}
