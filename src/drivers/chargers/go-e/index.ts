/** go-e chargers on the local network, in both generations of their HTTP API. */

import { z } from "zod";
import { defineCharger, type WritableChannel } from "../../driver.js";
import { hostOption, portOption } from "../../options.js";
import { connectGoE } from "./charger.js";
import { currentRange } from "./status.js";
import { writableV1 } from "./v1.js";
import { writableV2 } from "./v2.js";

export const goE = defineCharger({
  kind: "charger",
  driver: "go-e",
  products: [
    { brand: "go-e", model: "Charger HOME+ and HOMEfix (V2)", firmware: "02x to 04x: API version 1" },
    { brand: "go-e", model: "Charger HOMEfix (V3), Gemini, Gemini flex, PRO", firmware: "050 or newer: API version 2" },
  ],
  needs: [
    "Switch on the local HTTP API of the same version in the go-e app; version 1 and 2 have switches of their own",
  ],
  options: z.object({
    host: hostOption,
    port: portOption(80),
    apiVersion: z
      .union([z.literal(1), z.literal(2)])
      .optional()
      .describe("Version of its HTTP API; left out, the charger is asked, and phases are not switched."),
  }),
  current: currentRange,
  writable: ({ apiVersion }) => writableIn(apiVersion),
  connect: (options, { name }) => connectGoE(options, name),
});

/** Before a charger has been asked for its version, only what both versions have is sure. */
function writableIn(apiVersion: 1 | 2 | undefined): readonly WritableChannel[] {
  if (apiVersion === 1) return writableV1;
  if (apiVersion === 2) return writableV2;
  return writableV1.filter((channel) => writableV2.some((other) => other === channel));
}
