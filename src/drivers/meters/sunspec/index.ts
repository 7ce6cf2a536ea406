/** Meters, inverters and batteries of any maker that speak SunSpec over Modbus TCP. */

import { z } from "zod";
import { defineMeter } from "../../driver.js";
import { modbusAddress, modbusLink } from "../../options/modbus-address.js";
import { exampleHost } from "../../options/options.js";
import { connectSunSpec } from "./meter.js";
import { modbusProbe } from "./probe.js";

export const sunspec = defineMeter({
  kind: "meter",
  driver: "sunspec",
  products: [
    { brand: "SunSpec", model: "inverter (models 101–103, 111–113), for pv" },
    { brand: "SunSpec", model: "meter (models 201–204, 211–214), for grid, house or pv" },
    { brand: "SunSpec", model: "battery (models 802, 124), for battery" },
  ],
  needs: [
    "Switch on Modbus TCP with SunSpec at the device",
    "Set measures to what it measures: grid, house, pv, battery, or several of them",
  ],
  unverified: [
    "The sign of import differs between makers: compare once, and set importPositive",
    "That a battery (model 802) without a charge state reports its discharge as positive",
    "That a float which is not implemented is NaN",
    "blockDischarge, on real hardware: that a battery obeys, and that each write restarts its two minutes",
    "blockDischarge, on real hardware: that the storage controls are not kept in flash; they are written once a minute while a car charges from the grid",
  ],
  measures: ["grid"],
  examples: [{ by: "Modbus TCP", keys: { host: exampleHost, measures: ["pv"] } }],
  modbusProbe,
  options: z.object({
    ...modbusAddress(),
    importPositive: z
      .boolean()
      .default(true)
      .describe("Whether its meter shows power from the grid as positive; some makers show it as negative."),
    blockDischarge: z
      .boolean()
      .default(false)
      .describe(
        "Whether its battery (model 124) is kept from discharging while a car charges from the grid. No one else may control the battery then.",
      ),
  }),
  connect: (options, context) => connectSunSpec(options, modbusLink(context)),
});
