/** Problems of a configuration: where, what, and what is allowed. */

import { z } from "zod";
import { allowed, schemaAt, shown } from "./describe.js";
import { suggestion } from "./nearest.js";

export interface Problem {
  /** Where in the block, like `chargers[0].minCurrent`; empty: the block as a whole. */
  readonly path: string;
  /** One sentence for people, without a full stop. Never holds a secret. */
  readonly message: string;
  /** The device that does not start because of it, or Matter, which does without that setting. Absent: nothing starts. */
  readonly device?: string;
}

/** A part of the configuration that was read: its value, unless there are problems. */
export interface Checked<T> {
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

/** One line for people: `chargers[0].mode (Garage): "sun" does not fit: …`. */
export function problemLine({ path, message, device }: Problem): string {
  const where = device === undefined || device === path ? path : `${path} (${device})`;
  return where === "" ? message : `${where}: ${message}`;
}

/** `chargers`, 0, `name` → `chargers[0].name` */
export function pathText(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    const name = plainName(String(key));
    return path === "" ? name : `${path}.${name}`;
  }, "");
}

/** Nothing that a terminal would obey, and nothing that fills it. */
function plainName(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : JSON.stringify(key.length > 60 ? `${key.slice(0, 59)}…` : key);
}

/** Reads one part of the block; reports everything that is wrong in it, once per place. */
export function check<S extends z.ZodObject>(
  schema: S,
  value: unknown,
  base: readonly PropertyKey[],
): Checked<z.output<S>> {
  const result = readBy(schema, value);
  if (result === null)
    return { value: null, problems: [{ path: pathText(base), message: "can't be read: a length in it is no number" }] };
  if (result.success) return { value: result.data, problems: [] };
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const problems = result.error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(schemaAt(json, issue.path).properties ?? {});
      return issue.keys.map((key) => unknownKey([...base, ...issue.path], key, known));
    }
    const written = valueAt(value, issue.path);
    const rule = issue.message === "" ? `it takes ${allowed(schemaAt(json, issue.path))}` : issue.message;
    const path = [...base, ...issue.path];
    return [{ path: pathText(path), message: misfit(written, path, rule) }];
  });
  return { value: null, problems: oncePerPlace(problems) };
}

/**
 * What zod makes of it. `null`: zod has thrown. It compares the lengths even of what is neither text nor list, and falls
 * over one like `{ "toString": 1, "valueOf": 1 }` (4.6).
 */
export function readBy<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> | null {
  try {
    // No wording of zod's: what comes without a message of ours is described from the schema.
    return schema.safeParse(value, { error: () => "" });
  } catch {
    return null;
  }
}

/** Says of a value that it is missing, or that it is not what the rule allows. */
export function misfit(written: unknown, path: readonly PropertyKey[], rule: string): string {
  return written === undefined ? `missing: ${rule}` : `${shown(written, path)} does not fit: ${rule}`;
}

export function unknownKey(base: readonly PropertyKey[], key: string, known: readonly string[]): Problem {
  const name = JSON.stringify(key.length > 60 ? `${key.slice(0, 59)}…` : key);
  return { path: pathText([...base, key]), message: `${name} is not a known key: ${suggestion(key, known)}` };
}

/** The first problem of each place; later ones mostly follow from it. */
export function oncePerPlace(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ path }, index) => problems.findIndex((other) => other.path === path) === index);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((outer, key) => {
    if (Array.isArray(outer)) return typeof key === "number" ? outer[key] : undefined;
    return isBlock(outer) && typeof key === "string" ? outer[key] : undefined;
  }, value);
}

/** A JSON object. */
export function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
