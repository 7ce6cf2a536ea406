/** The residual-current monitor Doepke DCTR B-X Hz over Modbus TCP. It only monitors; the RCD protects people. */

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
  needs: ["Enable Modbus with Doepke's own software; it is disabled by default, and not every version has it"],
  unverified: [
    "All registers: there is no vendor document, only two programs that read the device",
    "The unit of currents and thresholds: they are raw counts, likely mA or tenths of mA",
    "The meaning of the validity register (0): its codes are not known, so `valid` is reported as null",
    "The unit of the alarm delay, and whether an alarm stays raised until it is reset",
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
