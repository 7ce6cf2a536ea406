/** Tables of configuration options, from the schemas that parse them. */

import { z } from "zod";
import { allowed } from "../../src/config/describe.js";
import { type OptionsSchema, shownOptions } from "../../src/drivers/options/schema.js";
import { code, sentence, table } from "./markdown.js";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A row of such a table. */
export interface Option {
  /** Like `watchdog.timeout`, with NAME for any name. */
  readonly path: string;
  /** Allowed values, as half a sentence. */
  readonly takes: string;
  readonly unit: string;
  /** As JSON; `null`: it has none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly meaning: string;
}

/** The input of a schema, before defaults and transformations. */
export function jsonOf(schema: OptionsSchema): JsonSchema {
  return z.toJSONSchema(shownOptions(schema), { io: "input", target: "draft-7", unrepresentable: "any" });
}

/** @param nested also the options of blocks within */
export function optionsOf(schema: JsonSchema, nested = true, prefix = ""): Option[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const own = asSchema(property);
    const path = `${prefix}${key}`;
    const required = schema.required?.includes(key) ?? false;
    return [optionOf(path, own, required), ...(nested ? within(own, path) : [])];
  });
}

export function optionTable(options: readonly Option[]): string {
  return table([
    ["option", "value", "unit", "default", "meaning"],
    ...options.map(({ path, takes, unit, required, default: standard, meaning }) => [
      code(path),
      takes,
      unit,
      required ? "required" : standard === null ? "–" : code(standard),
      meaning,
    ]),
  ]);
}

/** JSON Schema also knows `true` for "anything" and `false` for "nothing". */
export function asSchema(schema: unknown): JsonSchema {
  return isSchema(schema) ? schema : {};
}

/** The values to choose from; empty where they are not a fixed set. */
export function choicesOf(schema: JsonSchema): readonly unknown[] {
  if (schema.type === "boolean") return [true, false];
  if (schema.enum !== undefined) return schema.enum;
  const alternatives = (schema.anyOf ?? []).map(asSchema);
  return alternatives.every((each) => each.const !== undefined) ? alternatives.map((each) => each.const) : [];
}

function optionOf(path: string, schema: JsonSchema, required: boolean): Option {
  const { title, description, unit, default: standard, ...rest } = schema;
  const meaning = [title, description].flatMap((text) => (text === undefined ? [] : [sentence(text)])).join(" ");
  return {
    path,
    takes: takesOf(rest),
    unit: typeof unit === "string" ? unit : "",
    default: standard === undefined || isBlock(standard) ? null : JSON.stringify(standard),
    required,
    meaning,
  };
}

function takesOf(schema: JsonSchema): string {
  const types: unknown = schema.type;
  if (Array.isArray(types))
    return types.map((type: unknown) => takesOf({ ...schema, ...asSchema({ type }) })).join(" or ");
  const items = asSchema(schema.items);
  if (schema.type !== "array" || items.enum === undefined) return allowed(schema);
  return `${allowed(schema)}, each ${allowed(items)}`;
}

function within(schema: JsonSchema, path: string): Option[] {
  if (schema.properties !== undefined) return optionsOf(schema, true, `${path}.`);
  const any = asSchema(schema.additionalProperties);
  return any.properties === undefined ? [] : optionsOf(any, true, `${path}.NAME.`);
}

function isSchema(value: unknown): value is JsonSchema {
  return isBlock(value);
}

function isBlock(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
