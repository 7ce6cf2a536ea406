/** `values`, the language in which people say where a generic meter's values stand: names, paths and factors. */

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

/** To be spread into the options of one value that stands in text or JSON. */
export const valueInJson = {
  path: z
    .string()
    .refine((path) => parsePath(path) !== null, 'write it like a.b[0], or ["a.b"] for a key with dots or blanks')
    .default("")
    .describe("Where it stands in the JSON, like a.b[0]; left out: all there is is the number."),
  scale: z
    .number()
    .refine((scale) => scale !== 0, "write a number other than 0")
    .default(1)
    .describe("What one count is worth in W, A, V, kWh or %; negative where the device counts the other way."),
};

interface Where {
  readonly path: string;
  readonly scale: number;
}

const noName = `is no value of a meter: choose from ${knownNames}; with "pv." and the like before it`;

/** What is wrong with the names. */
export function problemsOfNames(values: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  const names = Object.keys(values);
  if (names.length === 0) return [{ path: "values", message: 'is empty: name at least one value, such as "power"' }];
  return names.filter((name) => parseName(name) === null).map((name) => ({ path: `values.${name}`, message: noName }));
}

/** What does not fit between the names and what the meter is said to measure. */
export function problemsOfRoles(
  measures: readonly MeterRole[],
  values: Readonly<Record<string, unknown>>,
): readonly OptionProblem[] {
  const named = Object.keys(values).flatMap((name) => {
    const role = roleOf(name, measures);
    return role === null ? [] : [{ name, role }];
  });
  const strangers = named.filter(({ role }) => !measures.includes(role));
  const silent = measures.filter((role) => named.every((each) => each.role !== role));
  return [
    ...strangers.map(({ name, role }) => ({
      path: `values.${name}`,
      message: `"${role}" is not among what the meter measures: add it to measures`,
    })),
    ...silent.map((role) => ({
      path: "measures",
      message: `"${role}" has no value: name one "${role}.power", or take it out`,
    })),
  ];
}

/** Finds one value in what a device says; `null`: missing, malformed or implausible. */
export type Extract = (json: unknown) => number | null;

/** @throws TypeError for a name or path that the options refuse */
export function extractor(name: string, { path, scale }: Where): Extract {
  const parsed = parseName(name);
  const steps: Path | null = parsePath(path);
  if (parsed === null || steps === null) throw new TypeError(`${name}: a value that check() refuses`);
  const field = { key: name, scale, ...plausibilityOf(parsed.channel) };
  return (json) => readField(field, new Map([[name, valueAt(json, steps)]]));
}
