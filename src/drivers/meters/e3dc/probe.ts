/** How an E3/DC is recognised: by the magic word of its simple mode. */

import { readRegisters } from "../../decoding/registers.js";
import type { ModbusProbe } from "../../discovery.js";
import { identity, magicWord } from "./registers.js";

export const modbusProbe: ModbusProbe = {
  evidence: "signature",
  unitIds: [1],
  async identify(modbus) {
    const { magic } = await readRegisters(modbus, identity);
    if (magic !== magicWord) return null;
    return { what: "E3/DC", name: "E3DC", by: "says the magic word of the simple mode" };
  },
};
