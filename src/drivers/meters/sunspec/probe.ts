/** How a SunSpec device is recognised: by the mark before its models, and what it measures by their ids. */

import type { ModbusProbe } from "../../discovery.js";
import { models } from "./models.js";
import { findModels } from "./walk.js";

export const modbusProbe: ModbusProbe = {
  evidence: "signature",
  unitIds: [1, 126],
  async identify(modbus) {
    const ids = (await findModels(modbus)).map(({ id }) => id);
    const sources = models.filter((model) => model.ids.some((id) => ids.includes(id))).map(({ source }) => source);
    const measures = [
      ...(sources.includes("meter") ? ["grid"] : []),
      ...(sources.includes("inverter") ? ["pv"] : []),
      ...(sources.includes("battery") ? ["battery"] : []),
    ];
    if (measures.length === 0) return null;
    const by = `has the SunSpec models ${ids.join(", ")}`;
    return { what: "SunSpec device", name: "SunSpec", by, options: { measures } };
  },
};
