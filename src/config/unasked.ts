/** What forms write without being asked: defaults, also those of other drivers, and entries with nothing in them. */

import { z } from "zod";
import { readBy } from "./problems.js";

type Shape = Readonly<Record<string, unknown>>;

/** Nothing, however it is written. */
export function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null || value === undefined || value === "";
  return Object.values(value).every(isEmpty);
}

/** Writing it changes nothing for whoever takes it. @param option as a shape of zod's holds it */
export function isDefault(value: unknown, option: unknown): boolean {
  if (!(option instanceof z.ZodType)) return false;
  if (value !== undefined && option.meta()?.["usual"] === value) return true;
  const standard = readBy(option, undefined);
  const read = readBy(option, value);
  if (standard?.success !== true || read?.success !== true) return false;
  return JSON.stringify(standard.data) === JSON.stringify(read.data);
}

/** An entry of a list in which nobody has written anything. @param shapes of all that an entry may be */
export function isBlankEntry(entry: unknown, shapes: readonly Shape[]): boolean {
  if (typeof entry !== "object" || entry === null) return isEmpty(entry);
  return Object.entries(entry).every(
    ([key, value]) => isEmpty(value) || value === false || shapes.some((shape) => isDefault(value, shape[key])),
  );
}

/** A list without the entries in which nobody has written anything. Places in it are counted with them. */
export function listOf<Entry extends z.ZodObject>(entry: Entry, most = Infinity) {
  const written = (value: unknown) => (isBlankEntry(value, [entry.shape]) ? undefined : value);
  const list = z.array(z.preprocess(written, entry.optional()));
  return (most === Infinity ? list : list.max(most)).transform((entries) =>
    entries.flatMap((each) => (each === undefined ? [] : [each])),
  );
}
