/** SMA Energy Meter and Sunny Home Manager 2.0: meters for three phases that send multicast datagrams. */

import { z } from "zod";
import { defineMeter } from "../../driver.js";
import { portOption } from "../../options/options.js";
import { SmaMeter } from "./meter.js";

export const smaHomeManager = defineMeter({
  kind: "meter",
  driver: "sma-home-manager",
  products: [
    { brand: "SMA", model: "Sunny Home Manager 2.0" },
    { brand: "SMA", model: "Energy Meter" },
  ],
  needs: [
    "Meter and this computer in the same network, with multicast let through between them",
    "With several SMA meters in the network, the serial number of the one that is meant",
  ],
  unverified: [
    "The layout of its datagrams is known from recordings and other programs, not from SMA's own document",
    "The sign of production of a meter at the inverter: compare once, and set reversed",
  ],
  measures: ["grid"],
  examples: [{ by: "UDP multicast", keys: { serial: 1_901_234_567 } }],
  options: z.object({
    serial: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .optional()
      .describe("Serial number of the meter; left out: the only one there is."),
    interface: z
      .ipv4("write an IPv4 address of this computer, such as 192.168.1.5")
      .optional()
      .describe("This computer's address in the meter's network; left out: the system chooses."),
    port: portOption(9_522).describe("UDP port that the meter sends to."),
    reversed: z
      .boolean()
      .default(false)
      .describe("Whether it counts what comes from the grid, or from the sun, as export: turns all signs around."),
  }),
  connect: ({ serial, interface: address, port, reversed, measures }, context) =>
    new SmaMeter({ serial, interface: address, port, reversed, measures }, context),
});
