/**
 * Fits a JSON Schema to the form of Homebridge's UI (homebridge-config-ui-x with ng-formworks), which
 * - writes each `default` of an entry of a list, whatever the entry's driver, and an empty entry into each list;
 * - deletes what the schema does not name;
 * - writes false where a checkbox is shown, and draws whole numbers with bounds as sliders;
 * - shows nothing at all where a default is null.
 */

import type { z } from "zod";
import { secretKeys } from "./describe.js";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

type Words = (value: unknown) => string;

interface Place {
  /** Its key in the block around it; empty: it has none. */
  readonly key: string;
  /** Within an entry of a list. */
  readonly inList: boolean;
  readonly required: boolean;
}

/** Blocks that are open from the start. */
const basic: readonly string[] = ["site"];

const outermost: Place = { key: "", inList: false, required: true };

/** An entry of a list. */
const anyEntry: Place = { key: "", inList: true, required: true };

/** JSON Schema also knows `true` for "anything" and `false` for "nothing". */
export function asSchema(schema: unknown): JsonSchema {
  return isSchema(schema) ? schema : {};
}

function isSchema(schema: unknown): schema is JsonSchema {
  return typeof schema === "object" && schema !== null && !Array.isArray(schema);
}

export function without(schema: JsonSchema, keys: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

/** The properties of a schema, by name. */
export function propertiesOf({ properties = {} }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, asSchema(property)]));
}

/**
 * The schema with all that the form needs, and without the keywords that only this program knows: `unit`, `labels`
 * (words for choices, by value), `entry` (what an entry of a list is called), `usual` (what leaving it out
 * mostly means) and `applies` (what has to be chosen beside it).
 */
export function formOf(schema: JsonSchema, place: Place = outermost): JsonSchema {
  const { unit, labels, entry, usual, default: own, properties, items } = schema;
  const rest = without(schema, ["unit", "labels", "entry", "usual", "applies", "default", "properties", "items"]);
  const standard = own ?? usual;
  const title = typeof unit === "string" && schema.title !== undefined ? `${schema.title} (${unit})` : schema.title;
  const words = wordsFor(schema, asSchema(labels));
  const widget = {
    ...widgetOf(schema, place),
    ...(words === null ? {} : { titleMap: choicesOf(schema, standard, words, place) }),
    // Else the form takes the choice of leaving it out away, and writes "None" for it.
    ...(words === null || place.required ? {} : { enum: false }),
  };
  return {
    // The form holds what is not written as null, or as undefined where there is a condition. JSON can name only undefined.
    ...(words === null || place.required ? {} : { condition: { functionBody: "return true;" } }),
    ...rest,
    ...(title === undefined ? {} : { title }),
    ...(properties === undefined ? {} : { properties: formsOf(schema, place.inList) }),
    ...(items === undefined ? {} : { items: { ...entryTitle(entry), ...formOf(asSchema(items), anyEntry) } }),
    ...(Object.keys(widget).length === 0 ? {} : { "x-schema-form": widget }),
    ...standardOf(schema, standard, place),
  };
}

function formsOf(schema: JsonSchema, inList: boolean): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([key, property]) => [
      key,
      formOf(property, { key, inList, required: schema.required?.includes(key) ?? false }),
    ]),
  );
}

/** The title of an entry is its name once it has one; the button that adds an entry shows the title without values. */
function entryTitle(entry: unknown): JsonSchema {
  return typeof entry === "string" ? { title: `{{ (value && value.name) || "${entry}" }}` } : {};
}

function widgetOf({ type, items }: JsonSchema, { key, inList }: Place): Readonly<Record<string, unknown>> {
  if (type === "array" && asSchema(items).type === "object") return { listItems: 0 };
  if (type === "array") return boxesOf(asSchema(items));
  if (type === "object" && key !== "" && !basic.includes(key)) return { expandable: true };
  if (secretKeys.includes(key) && type === "string") return { type: "password" };
  // An untouched checkbox would say no, which is not what leaving it out means everywhere.
  if (type === "boolean" && inList) return { type: "select" };
  return type === "integer" ? { type: "number" } : {};
}

/** A list of choices is shown as boxes to tick, which take their words from the list. */
function boxesOf(item: JsonSchema): Readonly<Record<string, unknown>> {
  const words = wordsFor(item, asSchema(item["labels"]));
  return words === null ? {} : { titleMap: choicesOf(item, undefined, words, anyEntry) };
}

function valuesOf(schema: JsonSchema): readonly unknown[] {
  return schema.type === "boolean" ? [true, false] : (schema.enum ?? []);
}

/** `null`: there is nothing to choose from. */
function wordsFor(schema: JsonSchema, labels: JsonSchema): Words | null {
  if (valuesOf(schema).length === 0) return null;
  return (value) => {
    const label = labels[String(value)];
    if (typeof label === "string") return label;
    return schema.type === "boolean" ? (value === true ? "Yes" : "No") : String(value);
  };
}

/** The first choice leaves the setting out, where that can be. */
function choicesOf(schema: JsonSchema, standard: unknown, words: Words, { required }: Place) {
  const choices = valuesOf(schema).map((value) => ({ value, name: words(value) }));
  if (required) return choices;
  return [{ name: standard === undefined ? "Not set" : `Default: ${words(standard)}` }, ...choices];
}

/** What is left out is shown, but not written: half a block would result, or a key of another driver. */
function standardOf(schema: JsonSchema, standard: unknown, { key, inList }: Place): JsonSchema {
  if (standard === undefined || standard === null || typeof standard === "object") return {};
  if (!inList && (schema.type === "boolean" || key === "name")) return { default: standard };
  return valuesOf(schema).length > 0 ? {} : { placeholder: String(standard) };
}
