/** Siemens SENTRON PAC2200: a meter for three phases, over Modbus TCP. */

import { z } from "zod";
import type { MeterRole } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import { defineMeter, type Meter } from "../../driver.js";
import { modbusAddress } from "../../modbus-address.js";
import { registerReader } from "../../registers.js";
import { reversed } from "../signs.js";
import { pac2200Registers, quantitiesOf } from "./registers.js";

export const siemensPac2200 = defineMeter({
  kind: "meter",
  driver: "siemens-pac2200",
  products: [{ brand: "Siemens", model: "SENTRON PAC2200 (7KM2200) with Ethernet" }],
  needs: ["Switch on Modbus TCP at the meter, and give it an address in the network"],
  unproven: ["Unit id 1 is what everyone uses; the manual tells only that of the serial line, 126"],
  measures: ["grid"],
  options: z.object({
    ...modbusAddress(),
    reversed: z
      .boolean()
      .default(false)
      .describe("Whether it counts what comes from the grid, or from the sun, as negative: turns all signs around."),
  }),
  connect: (options, { name }) => connectPac2200(options, { device: name }),
});

interface Pac2200Options {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly reversed: boolean;
  readonly measures: readonly MeterRole[];
}

/** @param link name of the device, and what differs from the usual deadlines */
export function connectPac2200(
  { reversed: isReversed, measures, ...address }: Pac2200Options,
  link: Omit<ModbusDeviceOptions, "host" | "port" | "unitId">,
): Meter {
  const modbus = new ModbusDevice({ ...link, ...address });
  const reader = registerReader(modbus, pac2200Registers);
  return {
    async read() {
      const quantities = quantitiesOf(await reader.read(), modbus.device);
      return { [measures[0] ?? "grid"]: isReversed ? reversed(quantities) : quantities };
    },
    close: () => modbus.close(),
  };
}
