/** Decodes values of JSON responses, one row per value; missing, malformed and implausible values are `null`. */

import { z } from "zod";
import { scaled } from "../../model/rounding.js";

/** Key, scale and range of one value. */
export interface Field {
  readonly key: string;
  /** Index, where the value at the key is a list. */
  readonly at?: number;
  /** Unit of the scaled value, for messages. */
  readonly unit: string;
  /** Unit per count. */
  readonly scale?: number;
  /** Plausible values, in the unit. */
  readonly range: readonly [min: number, max: number];
  /** Alternative in other firmware. */
  readonly or?: Field;
}

/** A text that is not empty. zod's `min` throws for an object whose length can't be compared (4.6). */
export const someText = z.string().refine((text) => text !== "");

/** A device's response by key. A map, so that no key can reach a prototype. */
export type Answer = ReadonlyMap<string, unknown>;

/** The entries of a JSON object; `null`: it is no object. */
export function answerOf(json: unknown): Answer | null {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  return new Map(Object.entries(json));
}

/** Decodes all values of a table. */
export function readFields<N extends string>(
  fields: Readonly<Record<N, Field>>,
  answer: Answer,
): Record<N, number | null>;
export function readFields(fields: Readonly<Record<string, Field>>, answer: Answer): Record<string, number | null> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, readField(field, answer)]));
}

export function readField({ key, at, scale = 1, range, or }: Field, answer: Answer): number | null {
  const found = answer.get(key);
  const raw = at === undefined ? found : Array.isArray(found) ? listItem(found, at) : undefined;
  if (raw === undefined && or) return readField(or, answer);
  const count = toNumber(raw);
  return count === null ? null : plausible(scaled(count, scale), range);
}

export function plausible(value: number, [min, max]: readonly [number, number]): number | null {
  return value >= min && value <= max ? value : null;
}

/** A finite number, or one written as text. */
export function toNumber(raw: unknown): number | null {
  if (typeof raw === "string") return parseNumber(raw);
  return typeof raw === "number" && Number.isFinite(raw) ? raw : null;
}

/** A decimal number and nothing else: no unit, no comma, no blank, no "nan". */
export function parseNumber(text: string): number | null {
  if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function listItem(list: readonly unknown[], at: number): unknown {
  return list[at];
}
