/** config.schema.json: what Homebridge's settings page shows, made from the definition that the parser uses. */

import { z } from "zod";
import type { Product } from "../drivers/driver.js";
import { valueNames } from "../drivers/decoding/value-names.js";
import { type OptionsSchema, shownOptions } from "../drivers/options/schema.js";
import { chargerSettings, meterSettings, monitorSettings } from "./device-settings.js";
import { asSchema, formOf, type JsonSchema, propertiesOf, without } from "./form.js";
import { installedDrivers } from "./parse.js";
import type { Drivers } from "./parse.js";
import { blockSchema, platformAlias } from "./schema.js";

interface Declared {
  readonly driver: string;
  readonly products: readonly Product[];
  readonly options: OptionsSchema;
}

const entries = {
  chargers: "Charger",
  meters: "Meter",
  residualCurrentMonitors: "Residual-current monitor",
} as const satisfies Record<keyof Drivers, string>;

/** Where the page finds what the values of generic meters have in common, which is most of it. */
const valueDefinition = "meterValue";

/** A driver that takes an option, and how it describes it. */
interface User {
  readonly driver: string;
  readonly option: JsonSchema;
  /** All that the driver takes. */
  readonly beside: Readonly<Record<string, JsonSchema>>;
}

/** Homebridge's wrapper around the schema of the block. */
export function configSchema(drivers: Drivers = installedDrivers): Record<string, unknown> {
  const block = propertiesOf(toJson(blockSchema));
  const list = (kind: keyof Drivers, settings: z.ZodObject) => ({
    ...block[kind],
    entry: entries[kind],
    items: deviceJson(kind, settings, drivers[kind]),
  });
  // In the order in which people fill it in.
  const properties = {
    ...only(block, ["name"]),
    chargers: list("chargers", chargerSettings),
    meters: list("meters", meterSettings),
    ...only(block, ["site", "surplus", "tariff", "cars"]),
    residualCurrentMonitors: list("residualCurrentMonitors", monitorSettings),
    ...only(block, ["matter", "mqtt", "influx", "web"]),
  };
  return {
    pluginAlias: platformAlias,
    pluginType: "platform",
    singular: true,
    // The page may show a finding, but must not refuse to save: a wrong device keeps only itself from starting,
    // and the parser, which runs at every start, knows more rules and has better words.
    strictValidation: false,
    headerDisplay:
      "Charges the car from the sun's surplus and keeps the main fuse whole. Enter the charger, the meter at the grid and the main fuse.",
    schema: {
      ...formOf({ type: "object", properties }),
      definitions: { [valueDefinition]: valueForm(drivers.meters) },
    },
  };
}

/** The text of config.schema.json. */
export function configSchemaText(): string {
  return `${JSON.stringify(configSchema(), null, 2)}\n`;
}

function toJson(schema: z.ZodObject): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ jsonSchema }) => forThePage(jsonSchema),
  });
  delete json.$schema;
  return json;
}

/**
 * The page shows nothing that has no type, and a choice as a list of values, not of schemas; of several types it takes
 * what is typed in for a number where it can be one.
 */
function forThePage(schema: JsonSchema): void {
  const choices = (schema.anyOf ?? []).map(asSchema);
  const [first, second] = choices;
  if (choices.length > 0 && choices.every((choice) => choice.const !== undefined)) {
    delete schema.anyOf;
    schema.enum = choices.flatMap(({ const: value }) => (value === undefined ? [] : [value]));
  } else if (first?.type !== undefined && second?.type !== undefined && first.type !== second.type) {
    // The rules of one type say nothing about values of the other.
    delete schema.anyOf;
    Object.assign(schema, first, second, { type: [first.type, second.type] });
  }
  if (schema.enum && schema.type === undefined) {
    const isNumber = (value: unknown): boolean => typeof value === "number";
    schema.type = schema.enum.every(isNumber) ? "number" : schema.enum.some(isNumber) ? ["number", "string"] : "string";
  }
}

/**
 * All that the drivers of one kind take, side by side; the page shows what belongs to the driver chosen.
 * The parser is stricter here: it refuses what belongs to another driver.
 */
function deviceJson(kind: keyof Drivers, settings: z.ZodObject, drivers: readonly Declared[]): JsonSchema {
  const common = toJson(settings);
  const schemas = drivers.map(({ options }) => toJson(shownOptions(options)));
  const users = drivers.map(({ driver }, index) => ({ driver, beside: propertiesOf(schemas[index] ?? {}) }));
  const options = sideBySide(kind, users, { nested: false });
  const { name = {}, driver = {}, ...others } = common.properties ?? {};
  return {
    type: "object",
    properties: {
      name,
      driver: {
        ...asSchema(driver),
        title: "Make and model",
        enum: drivers.map((each) => each.driver),
        labels: Object.fromEntries(drivers.map((each) => [each.driver, productsOf(each)])),
      },
      ...Object.fromEntries(options),
      ...others,
    },
    required: [
      ...(common.required ?? []),
      ...options
        .map(([option]) => option)
        .filter((option) => schemas.every(({ required }) => required?.includes(option))),
    ],
    additionalProperties: false,
  };
}

/** @param key of the entry, whose value is shown wherever it is written; `null`: it stands deeper */
function optionJson(kind: keyof Drivers, option: string, users: readonly User[], key: string | null): JsonSchema {
  const shown = { title: titleOf(option), ...agreed(users.map((user) => user.option)) };
  const condition = { functionBody: shownFor(kind, users, key) };
  if (!users.some((user) => isRecord(user.option))) return { ...shown, condition };
  return {
    ...without(shown, ["propertyNames", "additionalProperties"]),
    properties: Object.fromEntries(valueNames.map((name) => [name, valueJson(kind, name)])),
    additionalProperties: false,
    condition,
  };
}

/** Settings under names: the page keeps none that it does not know by its name. */
function isRecord({ additionalProperties }: JsonSchema): boolean {
  return asSchema(additionalProperties).properties !== undefined;
}

/** Of a meter with one role, only names without a role are shown, and what is written already. */
function valueJson(kind: keyof Drivers, name: string): JsonSchema {
  const value = { title: name, $ref: `#/definitions/${valueDefinition}` };
  const [role, channel] = name.split(".");
  if (channel === undefined) return value;
  const path = `${kind}?.[arrayIndices[0]]`;
  const asked = `(model.${path}?.measures ?? []).length > 1 && model.${path}?.measures?.includes(${JSON.stringify(role)})`;
  // Spelt so that the page leaves the dot alone.
  const written = JSON.stringify(name).replace(".", "\\u002e");
  return { ...value, condition: { functionBody: `return ${asked} || !!model.${path}?.values?.[${written}];` } };
}

/** What any of the generic meters takes for one value. */
function valueForm(meters: readonly Declared[]): JsonSchema {
  const users = meters.flatMap(({ driver, options }) =>
    Object.values(propertiesOf(toJson(shownOptions(options))))
      .filter(isRecord)
      .map(({ additionalProperties }) => ({ driver, beside: propertiesOf(asSchema(additionalProperties)) })),
  );
  return formOf(
    { type: "object", properties: Object.fromEntries(sideBySide("meters", users, { nested: true })) },
    { key: valueDefinition, inList: true, required: true },
  );
}

/** The options of several drivers, side by side. */
function sideBySide(
  kind: keyof Drivers,
  users: readonly Omit<User, "option">[],
  { nested }: { readonly nested: boolean },
): [string, JsonSchema][] {
  const names = [...new Set(users.flatMap(({ beside }) => Object.keys(beside)))];
  return names.map((name) => [
    name,
    optionJson(
      kind,
      name,
      users.flatMap((user) => {
        const option = user.beside[name];
        return option === undefined ? [] : [{ ...user, option }];
      }),
      nested ? null : name,
    ),
  ]);
}

function only(properties: Readonly<Record<string, JsonSchema>>, keys: readonly string[]) {
  return Object.fromEntries(keys.flatMap((key) => (properties[key] === undefined ? [] : [[key, properties[key]]])));
}

/** What all drivers agree on about an option that they share; of a choice, all that any of them takes. */
function agreed([first = {}, ...others]: readonly JsonSchema[]): JsonSchema {
  return others.reduce<JsonSchema>((common, other) => {
    const same = Object.entries(common).filter(([key, value]) => JSON.stringify(other[key]) === JSON.stringify(value));
    const either = [...new Set([...(common.enum ?? []), ...(other.enum ?? [])])];
    const labels = { ...asSchema(common["labels"]), ...asSchema(other["labels"]) };
    return { ...Object.fromEntries(same), ...(common.enum && other.enum ? { enum: either, labels } : {}) };
  }, first);
}

/**
 * What the page asks: does the entry's driver take the option, beside what else was chosen? Also shown is what is
 * written already, because it will be saved, and refused if it belongs to another driver. The page rewrites these
 * texts: it puts a question mark before each dot after a name, and before each bracket.
 */
function shownFor(kind: string, users: readonly User[], written: string | null): string {
  const always = users.filter(({ option }) => option["applies"] === undefined).map(({ driver }) => driver);
  const sometimes = users.flatMap(({ driver, option, beside }) => {
    const conditions = Object.entries(asSchema(option["applies"])).map(([key, values]) => {
      const standard = beside[key]?.default ?? beside[key]?.["usual"] ?? null;
      return `${JSON.stringify(values)}.includes(entry.${key} ?? ${JSON.stringify(standard)})`;
    });
    return conditions.length === 0 ? [] : [[`entry.driver === ${JSON.stringify(driver)}`, ...conditions].join(" && ")];
  });
  const either = [...(always.length > 0 ? [`${JSON.stringify(always)}.includes(entry.driver)`] : []), ...sometimes];
  if (written !== null) either.push(`entry.${written} !== undefined`);
  return `const entry = model.${kind}?.[arrayIndices[0]] ?? {}; return ${either.join(" || ")};`;
}

function productsOf({ driver, products }: Declared): string {
  const brands = [...new Set(products.map(({ brand }) => brand))];
  const words = brands.map((brand) => {
    const models = products.filter((each) => each.brand === brand).map(({ model }) => model);
    return `${brand} ${models.join(", ")}`;
  });
  return words.length === 0 ? driver : words.join("; ");
}

/** `apiVersion` → `Api version`, where a driver gives no title. */
function titleOf(option: string): string {
  const words = option.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
