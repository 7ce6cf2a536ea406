/** A recorded day: a CSV with a time and what a house produced and consumed. */

import { secondOfDay } from "./time.js";

export interface DayRow {
  /** s since the first row */
  readonly at: number;
  /** W, production */
  readonly pv: number;
  /** W, the house without the car */
  readonly house: number;
}

export interface RecordedDay {
  readonly rows: readonly [DayRow, ...DayRow[]];
  /** Second of the day of the first row, in UTC where the times say what they are. */
  readonly start: number;
  /** s from the first row to the end of the last one, which lasts as long as the one before. */
  readonly length: number;
}

const columns = ["pv", "house", "grid"] as const;

type Column = (typeof columns)[number];

/** s; how long a day of a single row lasts */
const singleRow = 60;

const day = 86_400;

/** s; a recording of more is taken for a mistake in the times */
const longest = 8 * day;

/** W; beyond it a value is taken for a count of energy or another mistake */
const highest = 1_000_000;

/**
 * Reads a header row with `time` (ISO 8601, HH:MM, HH:MM:SS or seconds) and any of `pv`, `house` and `grid` in W, and
 * the rows below it; other columns are left alone, and an empty cell repeats the one above. Without `house` it follows
 * from `grid`; without both there is none.
 * @throws Error that names the line
 */
export function parseDay(csv: string): RecordedDay {
  const lines = csv.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = cellsOf(lines[0] ?? "").map((cell) => cell.toLowerCase());
  const timeColumn = header.indexOf("time");
  if (timeColumn < 0 && (lines[0] ?? "").includes(";"))
    throw new Error("line 1: the columns are separated by semicolons; separate them by commas");
  if (timeColumn < 0)
    throw new Error(`line 1: no column is named time; the first row names the columns, like time,pv,house`);
  if (!columns.some((column) => header.includes(column)))
    throw new Error("line 1: no column is named pv, house or grid; without one there is nothing to charge from");

  const rows: (DayRow & { readonly time: number })[] = [];
  const newest: Record<Column, number | null> = { pv: null, house: null, grid: null };
  lines.slice(1).forEach((line, index) => {
    if (line.trim() === "") return;
    const cells = cellsOf(line);
    const where = `line ${index + 2}`;
    const time = untilAfter(seconds(cells[timeColumn] ?? "", where), rows.at(-1)?.time, where);
    if (time - (rows[0]?.time ?? time) > longest)
      throw new Error(
        `${where}: more than ${longest / day} days after the first row; plain numbers are seconds, not ms`,
      );
    for (const column of columns)
      newest[column] = cellOf(cells, header.indexOf(column), column, where) ?? newest[column];
    const { grid } = newest;
    const pv = newest.pv ?? Math.max(0, -(grid ?? 0));
    const house = newest.house ?? (grid === null ? 0 : grid + pv);
    rows.push({ time, at: time - (rows[0]?.time ?? time), pv: Math.max(0, pv), house });
  });
  const [first, ...rest] = rows.map(({ at, pv, house }): DayRow => ({ at, pv, house }));
  if (first === undefined) throw new Error("line 2: the day has no rows");
  const [last, before] = [rest.at(-1) ?? first, rest.at(-2) ?? first];
  const start = secondOfDay(rows[0]?.time ?? 0);
  return { rows: [first, ...rest], start, length: last.at + (last === first ? singleRow : last.at - before.at) };
}

function cellsOf(line: string): string[] {
  return line.split(",").map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim(),
  );
}

/** `null`: there is no such column, or nothing was recorded. */
function cellOf(cells: readonly string[], index: number, column: Column, where: string): number | null {
  const cell = cells[index] ?? "";
  if (cell === "") return null;
  const value = Number(cell);
  if (!Number.isFinite(value))
    throw new Error(`${where}: ${column} is ${JSON.stringify(cell)}, which is no number of watts`);
  if (Math.abs(value) > highest)
    throw new Error(
      `${where}: ${column} is ${cell} W, which no house has; the columns are in W, and no counts of energy`,
    );
  return value;
}

/** s, on whatever scale the text has */
function seconds(text: string, where: string): number {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?$/.exec(text);
  if (clock) return Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  // A time without a zone is taken as UTC: a day must not change its length with the zone of who looks at it.
  const iso = /[Zz]$|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`;
  const time = isDate(text.slice(0, 10)) && /^[T ]/.test(text.slice(10)) ? Date.parse(iso) : NaN;
  if (Number.isNaN(time))
    throw new Error(`${where}: ${JSON.stringify(text)} is no time; it takes 2026-06-21T08:00:00Z, 08:00 or seconds`);
  return time / 1_000;
}

/** 2026-02-30 is none. */
function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Times of the day go over midnight; all others only forward. */
function untilAfter(time: number, before: number | undefined, where: string): number {
  if (before === undefined || time > before) return time;
  const next = time + day;
  if (time < day && next > before && before - time > day / 2) return next;
  throw new Error(`${where}: its time is not after that of the line before`);
}
