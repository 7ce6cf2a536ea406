/** Options that all drivers for Modbus TCP take. */

import { z } from "zod";
import { hostOption, portOption } from "./options.js";

/** To be spread into a driver's options. @param unitId what devices of this sort come with */
export function modbusAddress(unitId = 1) {
  return {
    host: hostOption,
    port: portOption(502),
    unitId: z.int().min(0).max(255).default(unitId).describe("Modbus unit id of the device, 0 to 255."),
  };
}
