/** MENNEKES chargers with the controller by Bender, over Modbus TCP. */

import { z } from "zod";
import { defineCharger } from "../../driver.js";
import { modbusLink } from "../../options/modbus-address.js";
import { exampleHost, hostOption, portOption } from "../../options/options.js";
import { connectMennekes } from "./charger.js";
import { modbusProbe } from "./probe.js";
import { currentRange } from "./reading.js";

const safeCurrentMessage = "write 0 to pause, or 6 to 32";

const watchdogOption = z
  .strictObject({
    current: z
      .int()
      .min(0)
      .max(currentRange.max)
      .refine((current) => current === 0 || current >= currentRange.min, safeCurrentMessage)
      .describe("Current that it falls back to, in A per phase; 0 pauses."),
    timeout: z.int().min(20).max(3_600).describe("Time without a word after which it falls back, in s."),
  })
  .optional()
  .describe("What the charger shall do when nobody speaks to it; left out, its own setting stays.");

export const mennekes = defineCharger({
  kind: "charger",
  driver: "mennekes",
  products: [
    { brand: "MENNEKES", model: "AMTRON Charge Control", firmware: "5.12 or newer" },
    { brand: "MENNEKES", model: "AMTRON Professional(+)", firmware: "5.12 or newer" },
    { brand: "MENNEKES", model: "AMEDIO Professional", firmware: "5.12 or newer" },
    { brand: "MENNEKES", model: "AMTRON 4You 500, 4Business 700", firmware: "1.3 or newer" },
  ],
  needs: [
    "Switch on the Modbus TCP server in the charger's web page, and choose the register address set “MENNEKES” (also called Ebee or Bender)",
    "For RFID tags in readings: switch on “Allow UID Disclose” there",
  ],
  onConnectionLoss:
    "It falls back to its safe current (register 131) once its communication timeout (register 132) is over, both set by the option watchdog or in its web page; without a timeout it keeps the last current.",
  unverified: [
    "Whether reading alone resets the communication timeout: the current is therefore written again in half of it",
    "Whether a communication timeout of 0 (register 132) means never, and its default",
    "Whether the charger keeps registers 131, 132 and 1000 in flash: 131 and 132 are written only where they differ",
    "Which of the error bits keep it from charging: all documented ones count, but for a missing backend and the USB socket",
    "How many phases the contactor has closed (register 140) and the model (register 142), known from other programs only",
  ],
  examples: [{ by: "Modbus TCP", keys: { host: exampleHost, watchdog: { current: 6, timeout: 60 } } }],
  modbusProbe,
  options: z.object({
    host: hostOption,
    port: portOption(502),
    unitId: z.int().min(0).max(255).default(1).describe("Modbus unit id; most of these chargers answer to any."),
    watchdog: watchdogOption,
  }),
  current: currentRange,
  writable: () => ["maxAmpere", "allowCharging"],
  connect: (options, context) => connectMennekes({ ...options, ...modbusLink(context) }, context),
});
