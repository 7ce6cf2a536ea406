/** Smart meters with a P1 port (DSMR, ESMR, eMUCS-P1), through a gateway that passes its telegrams on over TCP. */

import { z } from "zod";
import { defineMeter } from "../../driver.js";
import { exampleHost, hostOption, portOption } from "../../options/options.js";
import { P1Meter } from "./meter.js";

const hexKey = z.string().regex(/^[0-9A-Fa-f]{32}$/, "write 32 hex digits");

export const p1 = defineMeter({
  kind: "meter",
  driver: "p1",
  products: [{ brand: "Any", model: "smart meter with a P1 port, DSMR 4 or newer; encrypted ones, too" }],
  needs: [
    "A gateway that forwards the telegrams of the P1 port unchanged over TCP, such as ser2net or SlimmeLezer",
    "Where the P1 port of the meter is disabled, have it enabled by the grid operator",
  ],
  unverified: [
    "Its clock counts as Central European; only the time between two telegrams matters",
    "A telegram that is more than 10 s later than others counts as buffered by the gateway, and the connection is reopened",
  ],
  measures: ["grid"],
  examples: [{ by: "TCP", keys: { host: exampleHost } }],
  options: z.object({
    key: hexKey
      .optional()
      .describe("Key of encrypted telegrams (Luxembourg, Austria), 32 hex digits, from the grid operator."),
    authenticationKey: hexKey
      .optional()
      .describe("Authentication key of encrypted telegrams, 32 hex digits; left out: it is not checked."),
    host: hostOption.describe("Name or IP address of the gateway."),
    port: portOption(23).describe("TCP port on which the gateway passes telegrams on."),
  }),
  check: ({ key, authenticationKey }) =>
    authenticationKey !== undefined && key === undefined
      ? [{ path: "key", message: "is needed where there is an authenticationKey" }]
      : [],
  connect: ({ host, port, measures, key, authenticationKey }, context) =>
    new P1Meter({ host, port, measures, keys: key === undefined ? undefined : { key, authenticationKey } }, context),
});
