/** Any meter that speaks Modbus TCP: a person says which register holds what. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import type { MeterRole } from "../../../model/readings.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../../transport/modbus.js";
import { defineMeter, type Meter, type OptionProblem } from "../../driver.js";
import { modbusAddress, modbusLink } from "../../options/modbus-address.js";
import { exampleHost } from "../../options/options.js";
import {
  defineRegisters,
  type NumberRow,
  readRegisters,
  type RegisterTable,
  widthOf,
} from "../../decoding/registers.js";
import { parseName, problemsOfRoles, quantities, readingOf } from "../../decoding/values.js";

const advice = "Check register, table, type and word order of its values against the device's manual";

const value = z.strictObject({
  register: z.int().min(0).max(65_535).describe("Address of its first register on the wire, counted from 0."),
  table: z.enum(["holding", "input"]).default("holding").describe("Table that it stands in."),
  type: z
    .enum(["u16", "i16", "u32", "i32", "u64", "i64", "float32", "float64"])
    .describe("How it is written there: u without a sign, i with one, and the number of bits."),
  wordOrder: z
    .enum(["high-first", "low-first"])
    .default("high-first")
    .describe("Which register comes first when it takes more than one."),
  scale: z
    .number()
    .refine((scale) => scale !== 0, "write a number other than 0")
    .default(1)
    .describe("What one count is worth in W, A, V, kWh or %; negative where the device counts the other way."),
  missing: z.int().optional().describe("Count that the device shows when it has no value, such as 65535."),
});

type ValueOptions = z.output<typeof value>;

export const modbusMeter = defineMeter({
  kind: "meter",
  driver: "modbus",
  products: [{ brand: "Any", model: "meter with Modbus TCP" }],
  needs: ["The meter's list of registers, and Modbus TCP switched on there"],
  measures: ["grid"],
  examples: [{ by: "Modbus TCP", keys: { host: exampleHost, values: { power: { register: 65, type: "float32" } } } }],
  options: z.object({
    ...modbusAddress(),
    values: z
      .record(z.string(), value)
      .describe(
        'Where each value stands: power, powerL1 to L3, currentL1 to L3, voltageL1 to L3, importEnergy, exportEnergy, soc; "pv.power" and the like for a device that measures several things.',
      ),
  }),
  check: ({ values }) => {
    const problems = Object.entries(values).flatMap(([name, where]) => problemsOf(name, where));
    const none = { path: "values", message: 'is empty: name at least one value, such as "power"' };
    return Object.keys(values).length === 0 ? [none] : problems;
  },
  checkMeasures: (measures, { values }) => problemsOfRoles(measures, values),
  connect: (options, context) => connectModbusMeter(options, modbusLink(context)),
});

function problemsOf(name: string, where: ValueOptions): readonly OptionProblem[] {
  if (parseName(name) === null) {
    const names = Object.keys(quantities).join(", ");
    const message = `is no value of a meter: choose from ${names}; with "pv." and the like before it`;
    return [{ path: `values.${name}`, message }];
  }
  const last = where.register + widthOf(rowOf(name, where)) - 1;
  const beyond = `lies beyond the last register: ${where.type} at ${where.register} would end at ${last}`;
  return last > 65_535 ? [{ path: `values.${name}.register`, message: beyond }] : [];
}

interface ModbusMeterOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly values: Readonly<Record<string, ValueOptions>>;
  readonly measures: readonly MeterRole[];
}

/** @param link name of the device, and what differs from the usual deadlines */
export function connectModbusMeter(
  { values, measures, ...address }: ModbusMeterOptions,
  link: Omit<ModbusDeviceOptions, "host" | "port" | "unitId">,
): Meter {
  const modbus = new ModbusDevice({ advice, ...link, ...address });
  const tables = (["holding", "input"] as const).map((table) => tableOf(values, table));
  return {
    async read() {
      const found = new Map<string, number | null>();
      for (const table of tables)
        for (const [name, read] of Object.entries(await readRegisters(modbus, table))) found.set(name, read);
      if ([...found.values()].every((each) => each === null)) {
        const what = "none of its values makes sense";
        throw new DeviceError({ code: "protocol", device: modbus.device, what, advice });
      }
      return readingOf(found, measures);
    },
    close: () => modbus.close(),
  };
}

function tableOf(
  values: Readonly<Record<string, ValueOptions>>,
  table: "holding" | "input",
): RegisterTable<Record<string, NumberRow>> {
  const own = Object.entries(values).filter(([, where]) => where.table === table);
  const rows: Record<string, NumberRow> = Object.fromEntries(own.map(([name, where]) => [name, rowOf(name, where)]));
  return defineRegisters(rows, { table, wordOrder: "high-first" });
}

function rowOf(name: string, { register, type, wordOrder, scale, missing }: ValueOptions): NumberRow {
  const quantity = parseName(name)?.quantity ?? "power";
  const sentinel = missing === undefined ? {} : { missing };
  return { at: register, type, wordOrder, scale, ...quantities[quantity], ...sentinel };
}
