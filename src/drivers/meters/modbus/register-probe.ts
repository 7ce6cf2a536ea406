/** How a meter that is nothing but a table of registers is recognised: by mains voltages where it holds them. */

import type { RegisterTable } from "../../decoding/registers.js";
import { readRegisters } from "../../decoding/registers.js";
import type { Identity, ModbusProbe } from "../../discovery.js";
import type { Product } from "../../driver.js";

/** What a search calls a meter. */
export type Labels = Pick<Identity, "what" | "name">;

export function labelsOf([first]: readonly Product[]): Labels {
  return { what: first === undefined ? "meter" : `${first.brand} ${first.model}`, name: first?.brand ?? "Meter" };
}

const voltageNames = ["voltageL1", "voltageL2", "voltageL3"];

export function registerProbe(registers: RegisterTable, labels: Labels): ModbusProbe {
  const names = [...voltageNames, "power"].filter((name) => name in registers.rows);
  return {
    evidence: "plausible values",
    unitIds: [1],
    async identify(modbus) {
      const values = await readRegisters(modbus, registers, names);
      const voltages = voltageNames.map((name) => values[name]).filter((value) => typeof value === "number");
      if (voltages.length === 0 || values["power"] === null) return null;
      const shown = voltages.map((voltage) => `${voltage.toFixed(0)} V`).join(", ");
      return { ...labels, by: `shows ${shown} where they do`, options: { measures: ["grid"] } };
    },
  };
}
