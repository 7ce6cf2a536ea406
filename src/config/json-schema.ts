/** config.schema.json: what Homebridge's settings page shows, made from the definition that the parser uses. */

import { z } from "zod";
import { type OptionsSchema, shownOptions } from "../drivers/options/schema.js";
import { chargerSettings, meterSettings, monitorSettings } from "./device-settings.js";
import { installedDrivers } from "./parse.js";
import type { Drivers } from "./parse.js";
import { blockSchema, platformAlias } from "./schema.js";

type JsonSchema = z.core.JSONSchema.BaseSchema;

interface Declared {
  readonly driver: string;
  readonly options: OptionsSchema;
}

/** Homebridge's wrapper around the schema of the block. */
export function configSchema(drivers: Drivers = installedDrivers): Record<string, unknown> {
  const { properties = {} } = toJson(blockSchema, withoutHalfBlocks);
  return {
    pluginAlias: platformAlias,
    pluginType: "platform",
    singular: true,
    // The page may show a finding, but must not refuse to save: a wrong device keeps only itself from starting,
    // and the parser, which runs at every start, knows more rules and has better words.
    strictValidation: false,
    headerDisplay:
      "Charges the car from the sun's surplus and keeps the main fuse whole. Enter the meter at the grid, the main fuse and the charger.",
    schema: {
      type: "object",
      properties: {
        name: properties["name"],
        site: properties["site"],
        meters: { ...asSchema(properties["meters"]), items: deviceJson("meters", meterSettings, drivers.meters) },
        chargers: {
          ...asSchema(properties["chargers"]),
          items: deviceJson("chargers", chargerSettings, drivers.chargers),
        },
        residualCurrentMonitors: {
          ...asSchema(properties["residualCurrentMonitors"]),
          items: deviceJson("residualCurrentMonitors", monitorSettings, drivers.residualCurrentMonitors),
        },
        surplus: properties["surplus"],
        tariff: properties["tariff"],
        cars: properties["cars"],
        matter: properties["matter"],
        mqtt: properties["mqtt"],
        influx: properties["influx"],
        web: properties["web"],
      },
    },
  };
}

/** The text of config.schema.json. */
export function configSchemaText(): string {
  return `${JSON.stringify(configSchema(), null, 2)}\n`;
}

function toJson(schema: z.ZodObject, adapt: (schema: JsonSchema) => void = () => undefined): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      forThePage(jsonSchema);
      adapt(jsonSchema);
    },
  });
  delete json.$schema;
  return json;
}

/**
 * The page knows no units, so they stand in titles. It shows nothing that has no type, and a choice as a list of
 * values, not of schemas; of several types it takes what is typed in for a number where it can be one.
 */
function forThePage(schema: JsonSchema): void {
  if (typeof schema["unit"] === "string" && schema.title !== undefined) {
    schema.title = `${schema.title} (${schema["unit"]})`;
  }
  delete schema["unit"];
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
 * The page writes defaults also into blocks that nobody has filled in. Where a block has to be complete or absent,
 * that would make half a block, and nothing would start: such defaults are told in the description only.
 */
function withoutHalfBlocks(schema: JsonSchema): void {
  if (schema.required === undefined) return;
  for (const property of Object.values(schema.properties ?? {}).map(asSchema)) {
    if (typeof property.default === "string") {
      property.description = [property.description, `Default: ${property.default}`].filter(Boolean).join(" ");
    }
    delete property.default;
  }
}

function asSchema(schema: JsonSchema | boolean | undefined): JsonSchema {
  return typeof schema === "object" ? schema : {};
}

/**
 * All that the drivers of one kind take, side by side; the page shows what belongs to the driver chosen.
 * The parser is stricter here: it refuses what belongs to another driver.
 */
function deviceJson(kind: keyof Drivers, settings: z.ZodObject, drivers: readonly Declared[]): JsonSchema {
  const common = toJson(settings);
  const names = drivers.map(({ driver }) => driver);
  const optionSchemas = drivers.map(({ options }) => toJson(shownOptions(options)));
  const optionNames = [...new Set(optionSchemas.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const { name = {}, driver = {}, ...others } = common.properties ?? {};
  const options = optionNames.map((option): [string, JsonSchema] => {
    const users = names.filter((_name, index) => Object.hasOwn(optionSchemas[index]?.properties ?? {}, option));
    const variants = optionSchemas.map(({ properties }) => asSchema(properties?.[option]));
    return [
      option,
      {
        title: titleOf(option),
        ...agreed(variants.filter((each) => Object.keys(each).length > 0)),
        condition: { functionBody: shownFor(kind, users) },
      },
    ];
  });
  return {
    type: "object",
    properties: { name, driver: { ...asSchema(driver), enum: names }, ...Object.fromEntries(options), ...others },
    required: [
      ...(common.required ?? []),
      ...optionNames.filter((option) => optionSchemas.every(({ required }) => required?.includes(option))),
    ],
    additionalProperties: false,
  };
}

/** What all drivers agree on about an option that they share; of a choice, all that any of them takes. */
function agreed([first = {}, ...others]: readonly JsonSchema[]): JsonSchema {
  return others.reduce<JsonSchema>((common, other) => {
    const same = Object.entries(common).filter(([key, value]) => JSON.stringify(other[key]) === JSON.stringify(value));
    const either = [...new Set([...(common.enum ?? []), ...(other.enum ?? [])])];
    return { ...Object.fromEntries(same), ...(common.enum && other.enum ? { enum: either } : {}) };
  }, first);
}

function shownFor(kind: string, drivers: readonly string[]): string {
  return `return ${JSON.stringify(drivers)}.includes(model.${kind}?.[arrayIndices[arrayIndices.length - 1]]?.driver);`;
}

/** `apiVersion` → `Api version`, where a driver gives no title. */
function titleOf(option: string): string {
  const words = option.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
