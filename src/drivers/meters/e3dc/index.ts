/** Storage systems by E3/DC over Modbus TCP, in their simple mode: grid, sun, battery and house at once. */

import { z } from "zod";
import { defineMeter } from "../../driver.js";
import { modbusLink } from "../../options/modbus-address.js";
import { exampleHost, hostOption, portOption } from "../../options/options.js";
import { connectE3dc } from "./meter.js";
import { modbusProbe } from "./probe.js";

export const e3dc = defineMeter({
  kind: "meter",
  driver: "e3dc",
  products: [{ brand: "E3/DC", model: "S10, S20, Quattroporte, P10" }],
  needs: [
    "At the device, under Smart-Funktionen, Smart Home, Modbus: switch it on and choose the protocol “E3/DC” (simple mode)",
    "Run this in the same subnet as the device: it answers to no other",
  ],
  unverified: [
    "Whether the house's power includes E3/DC's own wallbox; it does include other wallboxes",
    "Additional generators (register 40076) count as negative when they produce, as in other programs; the pv power here includes them",
    "The power of each phase is reported only where the three add up to the grid's power: their sign is not documented",
  ],
  measures: ["grid", "pv", "battery", "house"],
  examples: [{ by: "Modbus TCP", keys: { host: exampleHost } }],
  modbusProbe,
  options: z.object({
    host: hostOption,
    port: portOption(502),
    unitId: z.int().min(0).max(255).default(1).describe("Modbus unit id: the “device number” in the menu."),
  }),
  connect: ({ measures, ...address }, context) => connectE3dc({ ...address, ...modbusLink(context) }, measures),
});
