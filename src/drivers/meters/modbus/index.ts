/** Any meter with Modbus TCP: the configuration says which register holds what. */

import { z } from "zod";
import { DeviceError } from "../../../model/errors.js";
import type { MeterChannelName } from "../../../model/meter-channels.js";
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
  widths,
} from "../../decoding/registers.js";
import { parseName, plausibilityOf, readingOf } from "../../decoding/value-names.js";
import { namesOfValues, problemsOfNames, problemsOfRoles } from "../../decoding/values.js";

const advice = "Check register, table, type and word order of its values against the device's manual";

const value = z.strictObject({
  register: z.int().min(0).max(65_535).describe("Address of its first register on the wire, counted from 0."),
  table: z
    .enum(["holding", "input"])
    .default("holding")
    .describe("Table that it stands in.")
    .meta({ labels: { holding: "Holding registers", input: "Input registers" } }),
  type: z
    .enum(["u16", "i16", "u32", "i32", "u64", "i64", "float32", "float64"])
    .describe("How it is written there: u without a sign, i with one, and the number of bits."),
  wordOrder: z
    .enum(["high-first", "low-first"])
    .default("high-first")
    .describe("Which register comes first when it takes more than one.")
    .meta({ labels: { "high-first": "High word first", "low-first": "Low word first" } }),
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
    values: z.record(z.string(), value).describe(`Where each value stands: ${namesOfValues}.`),
  }),
  check: ({ values }) => [...problemsOfNames(values), ...problemsOfAddresses(values)],
  checkMeasures: (measures, { values }) => problemsOfRoles(measures, values),
  connect: (options, context) => connectModbusMeter(options, modbusLink(context)),
});

function problemsOfAddresses(values: Readonly<Record<string, ValueOptions>>): readonly OptionProblem[] {
  return Object.entries(values).flatMap(([name, where]) => {
    const last = where.register + widths[where.type] - 1;
    if (last <= 65_535) return [];
    const message = `lies beyond the last register: ${where.type} at ${where.register} would end at ${last}`;
    return [{ path: `values.${name}.register`, message }];
  });
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
  const rows = Object.entries(values).flatMap(([name, where]): [string, NumberRow][] => {
    const channel = parseName(name)?.channel;
    return where.table === table && channel !== undefined ? [[name, rowOf(channel, where)]] : [];
  });
  return defineRegisters<Record<string, NumberRow>>(Object.fromEntries(rows), { table, wordOrder: "high-first" });
}

function rowOf(channel: MeterChannelName, { register, type, wordOrder, scale, missing }: ValueOptions): NumberRow {
  const sentinel = missing === undefined ? {} : { missing };
  return { at: register, type, wordOrder, scale, ...plausibilityOf(channel), ...sentinel };
}
