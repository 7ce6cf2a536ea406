/** Texts for what was written and for what is allowed. Secrets are never shown. */

import type { z } from "zod";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Characters of a value that a message repeats. */
const longest = 60;

/** A tag opens whatever trusts it. */
export const secretKeys: readonly PropertyKey[] = ["password", "token", "tags", "key", "authenticationKey"];

/** The value as written, in short. What may hold a secret is left out, and so is what stands inside of blocks. */
export function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (path.some((key) => secretKeys.includes(key))) return "the value given";
  const words = formatted(value);
  return words.length > longest ? `${words.slice(0, longest - 1)}…` : words;
}

function formatted(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(withoutLogin(value));
  if (Array.isArray(value)) {
    return value.every((entry) => typeof entry !== "object") ? `[${value.map(formatted).join(", ")}]` : "[…]";
  }
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0 ? "{}" : "{…}";
  return typeof value === "function" ? "a function" : String(value);
}

/** People put logins into addresses: `user:secret@host`, `http://host/?token=secret`. */
function withoutLogin(address: string): string {
  const [scheme = ""] = /^[a-z][a-z\d+.-]*:\/\//i.exec(address) ?? [];
  const host = address.lastIndexOf("@");
  const bare = address.slice(0, Math.max(host, 0)).includes(":") ? `${scheme}…${address.slice(host)}` : address;
  return bare.replace(/([?&][^=&]*=)[^&]*/g, "$1…");
}

/** What a schema allows, as half a sentence: `a number from 6 to 32 A`. */
export function allowed(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return alternatives(schema.anyOf.map((each) => allowed(asSchema(each))));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return alternatives(schema.enum.map((value) => JSON.stringify(value)));
  switch (schema.type) {
    case "integer":
      return `a whole number${limits(schema.minimum, schema.maximum)}${unit(schema)}`;
    case "number":
      return `a number${limits(schema.minimum, schema.maximum)}${unit(schema)}`;
    case "string":
      return schema.maxLength === undefined
        ? `a text${example(schema.description)}`
        : `a text of ${schema.minLength ?? 0} to ${schema.maxLength} characters`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return `a list${schema.minItems === undefined ? "" : " that is not empty"}`;
    default:
      return "a block of settings";
  }
}

/** The description of a text mostly says how one looks. */
function example(description: string | undefined): string {
  if (description === undefined) return "";
  const words = description.replace(/\.$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  return ` (${words})`;
}

/** The schema of the value at a path; an empty one where there is none. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema {
  return path.reduce<JsonSchema>((outer, key) => {
    if (typeof key === "number") return Array.isArray(outer.items) ? {} : asSchema(outer.items);
    const properties = outer.properties ?? {};
    return typeof key === "string" && Object.hasOwn(properties, key) ? asSchema(properties[key]) : {};
  }, schema);
}

/** JSON Schema also knows `true` for "anything" and `false` for "nothing". */
function asSchema(schema: JsonSchema | boolean | undefined): JsonSchema {
  return typeof schema === "object" ? schema : {};
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

function limits(minimum: number | undefined, maximum: number | undefined): string {
  const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? null : minimum;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : maximum;
  if (low !== null && high !== null) return ` from ${low} to ${high}`;
  if (low !== null) return ` of at least ${low}`;
  return high === null ? "" : ` of at most ${high}`;
}

function unit(schema: JsonSchema): string {
  return typeof schema["unit"] === "string" ? ` ${schema["unit"]}` : "";
}
