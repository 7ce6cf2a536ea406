/** The option `values` of generic meters: the name, path and scale of each value. */

import { z } from "zod";
import type { OptionProblem } from "../driver.js";
import { readField } from "./fields.js";
import type { MeterRole } from "../../model/readings.js";
import { knownNames, parseName, plausibilityOf, roleOf } from "./value-names.js";
import { parsePath, type Path, valueAt } from "./path.js";

/** For the description of the option `values`. */
export const namesOfValues =
  'power, powerL1 to L3, currentL1 to L3, voltageL1 to L3, importEnergy, exportEnergy, soc; "pv.power" and the like ' +
  "for a device that measures several things";

/** Options of one value in text or JSON, to be spread into others. */
export const valueInJson = {
  path: z
    .string()
    .transform((text, context): Path => {
      const path = parsePath(text);
      if (path !== null) return path;
      context.addIssue({ code: "custom", message: 'write it like a.b[0], or ["a.b"] for a key with dots or blanks' });
      return z.NEVER;
    })
    .prefault("")
    .describe("Path in the JSON, like a.b[0]; left out: the whole text is the number."),
  scale: z
    .number()
    .refine((scale) => scale !== 0, "write a number other than 0")
    .default(1)
    .describe("W, A, V, kWh or % per count; negative where the device has the opposite sign."),
};

interface Where {
  readonly path: Path;
  readonly scale: number;
}

const unknownName = `is no value of a meter: choose from ${knownNames}; with "pv." and the like before it`;

/** Checks the names of values. */
export function problemsOfNames(values: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  const names = Object.keys(values);
  if (names.length === 0) return [{ path: "values", message: 'is empty: name at least one value, such as "power"' }];
  return names
    .filter((name) => parseName(name) === null)
    .map((name) => ({ path: `values.${name}`, message: unknownName }));
}

/** Checks the names of values against the option `measures`. */
export function problemsOfRoles(
  measures: readonly MeterRole[],
  values: Readonly<Record<string, unknown>>,
): readonly OptionProblem[] {
  const named = Object.keys(values).flatMap((name) => {
    const role = roleOf(name, measures);
    return role === null ? [] : [{ name, role }];
  });
  const unlisted = named.filter(({ role }) => !measures.includes(role));
  const withoutValue = measures.filter((role) => named.every((each) => each.role !== role));
  return [
    ...unlisted.map(({ name, role }) => ({
      path: `values.${name}`,
      message: `"${role}" is not among what the meter measures: add it to measures`,
    })),
    ...withoutValue.map((role) => ({
      path: "measures",
      message: `"${role}" has no value: name one "${role}.power", or take it out`,
    })),
  ];
}

/** Extracts one value from a response; `null`: missing, malformed or implausible. */
export type Extract = (json: unknown) => number | null;

/** The configured values, each with its extractor. */
export function extractorsOf<W extends Where>(
  values: Readonly<Record<string, W>>,
): readonly (W & { readonly name: string; readonly extract: Extract })[] {
  return Object.entries(values).flatMap(([name, where]) => {
    const channel = parseName(name)?.channel;
    if (channel === undefined) return [];
    const field = { key: name, scale: where.scale, ...plausibilityOf(channel) };
    return [{ ...where, name, extract: (json) => readField(field, new Map([[name, valueAt(json, where.path)]])) }];
  });
}
