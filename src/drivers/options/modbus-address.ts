/** What all drivers for Modbus TCP take, and what they hand on. */

import { z } from "zod";
import type { DriverContext } from "../driver.js";
import { hostOption, portOption } from "./options.js";

/** To be spread into a driver's options. @param unitId of such a device as it is delivered */
export function modbusAddress(unitId = 1) {
  return {
    host: hostOption,
    port: portOption(502),
    unitId: z.int().min(0).max(255).default(unitId).describe("Modbus unit id of the device, 0 to 255."),
  };
}

/** What a connection over Modbus takes from its surroundings. */
export function modbusLink({ name, clock }: Pick<DriverContext, "name" | "clock">) {
  return { device: name, clock };
}
