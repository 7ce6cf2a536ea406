/**
 * The times of a week in the house's own time zone, also where daylight-saving time begins and ends. Pure: zone and
 * time are arguments.
 */

import type { ClockTime } from "../../model/reasons.js";
import { weekdays, type Weekday } from "../../model/weekdays.js";

/** A time of some days of the week. */
export interface WeeklyTime {
  readonly days: readonly Weekday[];
  /** min since midnight, local time; 1440 is the midnight that ends the day. */
  readonly time: number;
}

const minute = 60_000;
const day = 86_400_000;

/** In ms: clocks are changed at multiples of it only, in all zones since 1972. */
const quarterHour = 15 * minute;

/** Instants in some 40 days, as many as anybody asks for; then they are worked out anew. */
const offsetsKept = 4_096;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}

/** What was worked out once, because `Intl` is slow. */
const zones = new Map<string, Zone>();

/** The first moment after `after` at which it is this time of the week; `null`: on no day. */
export function nextTime(zone: string, { days, time }: WeeklyTime, after: number): number | null {
  const today = dayOf(zone, after);
  for (let ahead = 0; ahead <= 8; ahead++) {
    if (!days.includes(weekdayOf(today + ahead))) continue;
    const at = momentOf(zone, today + ahead, time);
    if (at > after) return at;
  }
  return null;
}

/** The day of the calendar that it is then, counted from 1970-01-01. */
export function dayOf(zone: string, at: number): number {
  return Math.floor((at + offsetAt(zone, at)) / day);
}

/** 1970-01-01 was a Thursday. */
export function weekdayOf(dayOfCalendar: number): Weekday {
  return weekdays.find((weekday) => (dayOfCalendar + 4 - weekday) % 7 === 0) ?? 0;
}

/**
 * When it is so late on this day. A time that clocks leave out is the moment at which they jump over it; of a time that
 * comes twice it is the first.
 */
export function momentOf(zone: string, dayOfCalendar: number, time: number): number {
  const shown = dayOfCalendar * day + time * minute;
  const [before, after] = [offsetAt(zone, shown - day), offsetAt(zone, shown + day)];
  const fitting = [before, after].map((offset) => shown - offset).filter((at) => at + offsetAt(zone, at) === shown);
  if (fitting.length > 0) return Math.min(...fitting);
  let jump = Math.floor((shown - after) / quarterHour) * quarterHour;
  while (offsetAt(zone, jump) !== after) jump += quarterHour;
  return jump;
}

/** What clocks show then, and which day of the week it is, where it is a day away or more. */
export function clockTime(zone: string, at: number, now: number): ClockTime {
  const local = at + offsetAt(zone, at);
  const date = Math.floor(local / day);
  return {
    weekday: at - now < day ? null : weekdayOf(date),
    minutes: Math.floor((local - date * day) / minute),
  };
}

/** ms by which clocks in this zone are ahead of UTC then. */
function offsetAt(zone: string, at: number): number {
  const { format, offsets } = zoneOf(zone);
  const quarter = Math.floor(at / quarterHour);
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const shown = new Map(format.formatToParts(quarter * quarterHour).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  const offset = local - quarter * quarterHour;
  if (offsets.size >= offsetsKept) offsets.clear();
  offsets.set(quarter, offset);
  return offset;
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const zone: Zone = {
    format: new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }),
    offsets: new Map(),
  };
  zones.set(timeZone, zone);
  return zone;
}
