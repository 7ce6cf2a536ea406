/** How a MENNEKES charger is recognised: by its firmware, where they tell it. */

import { readRegisters } from "../../decoding/registers.js";
import type { ModbusProbe } from "../../discovery.js";
import { identity, modelRow } from "./registers.js";

export const modbusProbe: ModbusProbe = {
  evidence: "text",
  unitIds: [1],
  async identify(modbus) {
    const { firmware } = await readRegisters(modbus, identity);
    if (firmware === null || !/^\d[.\d]{1,3}$/.test(firmware.trim())) return null;
    const { model } = await readRegisters(modbus, modelRow).catch(() => ({ model: null }));
    const shown = model !== null && /^[\w +().-]{2,20}$/.test(model.trim()) ? ` ${model.trim()}` : "";
    return { what: `MENNEKES${shown}`, name: "MENNEKES", by: `has firmware ${firmware.trim()} in its register` };
  },
};
