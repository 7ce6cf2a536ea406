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
    "A gateway that passes the telegrams of the P1 port on over TCP as they are, such as ser2net or SlimmeLezer",
    "Where the meter keeps its P1 port shut, have it opened by the grid operator",
  ],
  unproven: [
    "Its clock counts as Central European; only the time between two telegrams matters",
    "A telegram that is more than 10 s later than others were counts as kept back by the gateway, and the gateway is called anew",
  ],
  measures: ["grid"],
  examples: [{ by: "TCP", keys: { host: exampleHost } }],
  options: z.object({
    host: hostOption.describe("Name or IP address of the gateway."),
    port: portOption(23).describe("TCP port on which the gateway passes telegrams on."),
  }),
  connect: ({ host, port, measures }, context) => new P1Meter({ host, port, measures }, context),
});
