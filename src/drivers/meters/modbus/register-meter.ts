/** Modbus meters for three phases that are nothing but a table of registers. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import { quantitiesFrom } from "../../../model/meter-channels.js";
import type { MeterRole, Quantities } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import { defineMeter, type Meter, type MeterDriver } from "../../driver.js";
import { modbusAddress, modbusLink } from "../../options/modbus-address.js";
import { exampleHost } from "../../options/options.js";
import { registerReader, type RegisterTable } from "../../decoding/registers.js";
import { reversed, signedLike, sumOf } from "../../decoding/signs.js";
import { type Labels, labelsOf, registerProbe } from "./register-probe.js";

/** By the name of the row. Energies may have several rows, which add up; rows of other names are not read. */
type Values = Readonly<Record<string, number | string | null>>;

interface ModbusMeterDeclaration {
  readonly driver: string;
  readonly products: MeterDriver["products"];
  readonly needs: readonly string[];
  readonly unverified?: readonly string[];
  /** What a search calls it. Absent: brand and model of the first product. */
  readonly labels?: Labels;
  /**
   * Rows named `power`, `powerL1`–`3` (W), `currentL1`–`3` (A), `voltageL1`–`3` (V), and any that begin with `import`
   * or `export` (kWh).
   */
  readonly registers: RegisterTable;
}

interface ModbusMeterOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly reversed: boolean;
  readonly measures: readonly MeterRole[];
}

/** Declares a meter, options and all, from its registers. */
export function defineModbusMeter({ labels, ...declaration }: ModbusMeterDeclaration) {
  const { registers, products } = declaration;
  return defineMeter({
    ...declaration,
    kind: "meter",
    examples: [{ by: "Modbus TCP", keys: { host: exampleHost } }],
    modbusProbe: registerProbe(registers, labels ?? labelsOf(products)),
    measures: ["grid"],
    options: z.object({
      ...modbusAddress(),
      reversed: z
        .boolean()
        .default(false)
        .describe("Whether it counts what comes from the grid, or from the sun, as negative: turns all signs around."),
    }),
    connect: (options, context) => connectRegisterMeter(registers, options, modbusLink(context)),
  });
}

/** @param link name of the device, and what differs from the usual deadlines */
export function connectRegisterMeter(
  registers: RegisterTable,
  { reversed: isReversed, measures, ...address }: ModbusMeterOptions,
  link: Omit<ModbusDeviceOptions, "host" | "port" | "unitId">,
): Meter {
  const modbus = new ModbusDevice({ ...link, ...address });
  const reader = registerReader(modbus, registers);
  return {
    async read() {
      const quantities = quantitiesOf(await reader.read(), modbus.device);
      return { [measures[0] ?? "grid"]: isReversed ? reversed(quantities) : quantities };
    },
    close: () => modbus.close(),
  };
}

/** @throws DeviceError when this can't be the meter */
function quantitiesOf(values: Values, device: string): Quantities {
  const at = (name: string) => {
    const value = values[name];
    return typeof value === "number" ? value : null;
  };
  const total = (direction: string) => {
    const rows = Object.keys(values).filter((name) => name.startsWith(direction));
    return rows.length === 0 ? null : sumOf(rows.map(at));
  };
  const reported = quantitiesFrom(at);
  // Floats in another byte order are next to nothing, which would do for a power, but for no voltage.
  if (reported.voltages.every((voltage) => voltage === null)) {
    const what = "not a single voltage makes sense";
    const advice = "Check that host, port and unit id belong to this meter, and that it has mains voltage";
    throw new DeviceError({ code: "protocol", device, what, advice });
  }
  return {
    ...reported,
    currents: signedLike(reported.currents, reported.powers),
    importEnergy: total("import"),
    exportEnergy: total("export"),
  };
}
