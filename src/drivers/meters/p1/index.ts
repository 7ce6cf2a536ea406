/** Smart meters with a P1 port (DSMR, ESMR, eMUCS-P1), through a gateway that passes its telegrams on over TCP. */

import { z } from "zod";
import { defineMeter } from "../../driver.js";
import { exampleHost, hostOption, portOption } from "../../options/options.js";
import { P1Meter } from "./meter.js";

export const p1 = defineMeter({
  kind: "meter",
  driver: "p1",
  products: [{ brand: "Any", model: "smart meter with a P1 port, DSMR 4 or newer" }],
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
    host: hostOption.describe("Name or IP address of the gateway."),
    port: portOption(23).describe("TCP port on which the gateway passes telegrams on."),
  }),
  connect: ({ host, port, measures }, context) => new P1Meter({ host, port, measures }, context),
});
