/** The residual-current monitor Doepke DCTR B-X Hz over Modbus TCP. It watches; what protects people is the RCD. */

import { z } from "zod";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import { modbusLink } from "../../options/modbus-address.js";
import { defineResidualCurrentMonitor, type ResidualCurrentMonitor } from "../../driver.js";
import { exampleHost, hostOption, portOption } from "../../options/options.js";
import { advice, block, readingOf } from "./registers.js";

export const doepkeDctr = defineResidualCurrentMonitor({
  kind: "residual-current",
  driver: "doepke-dctr",
  products: [{ brand: "Doepke", model: "DCTR B-X Hz with Ethernet" }],
  needs: ["Switch Modbus on with Doepke's own software; it is off from the works, and not every version has it"],
  unproven: [
    "All registers: there is no document of the vendor's, only two programs that read the device",
    "The unit of currents and thresholds: they are the device's own counts, likely mA or tenths of it",
    "What the validity word (register 0) says: its codes are not known, so that it is told as “does not say”",
    "The unit of the alarm delay, and whether an alarm stays raised until someone resets it",
  ],
  examples: [{ by: "Modbus TCP", keys: { host: exampleHost } }],
  options: z.object({
    host: hostOption,
    port: portOption(502),
    unitId: z.int().min(0).max(255).default(1).describe("Modbus unit id of the device."),
  }),
  connect: (options, context) => connectDctr({ ...options, ...modbusLink(context) }),
});

export function connectDctr(options: Omit<ModbusDeviceOptions, "advice">): ResidualCurrentMonitor {
  const modbus = new ModbusDevice({ ...options, advice });
  return {
    read: async () => readingOf(await modbus.readHolding(block.address, block.count), options.device),
    close: () => modbus.close(),
  };
}
