/** Times of the week in the site's time zone, correct where daylight-saving time begins and ends. */

import type { ClockTime } from "../../model/reasons.js";
import { weekdays, type Weekday } from "../../model/weekdays.js";

/** A time of some days of the week. */
export interface WeeklyTime {
  readonly days: readonly Weekday[];
  /** min since midnight, local time, 0–1440; 1440 is the midnight that ends the day. */
  readonly time: number;
}

const minute = 60_000;
const day = 86_400_000;

/** ms; clocks change at multiples of it only, in all zones since 1972. */
const quarterHour = 15 * minute;

/** Quarter hours whose offset is kept: some 40 days, more than one plan looks ahead. */
const offsetsKept = 4_096;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}

/** A cache, because `Intl` is slow. */
const zones = new Map<string, Zone>();

/** The first moment after `after` at which it is this time of the week, in ms since 1970; `null`: on no day. */
export function nextTime(zone: string, { days, time }: WeeklyTime, after: number): number | null {
  const today = dayOf(zone, after);
  for (let ahead = 0; ahead <= 8; ahead++) {
    if (!days.includes(weekdayOf(today + ahead))) continue;
    const at = momentOf(zone, today + ahead, time);
    if (at > after) return at;
  }
  return null;
}

/** The local calendar day at a time, counted from 1970-01-01. */
export function dayOf(zone: string, at: number): number {
  return Math.floor((at + offsetAt(zone, at)) / day);
}

/** The weekday of a calendar day, counted from 1970-01-01. */
export function weekdayOf(dayOfCalendar: number): Weekday {
  // 1970-01-01 was a Thursday, 4.
  return weekdays.find((weekday) => (dayOfCalendar + 4 - weekday) % 7 === 0) ?? 0;
}

/**
 * The moment of a local time on a calendar day, in ms since 1970. A time that the clocks skip is the moment at which
 * they are put forward; of a time that occurs twice it is the first.
 * @param time min since midnight
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

/** The local time at `at`, with the weekday where it is a day or more from now. */
export function clockTime(zone: string, at: number, now: number): ClockTime {
  const local = at + offsetAt(zone, at);
  const date = Math.floor(local / day);
  return {
    weekday: at - now < day ? null : weekdayOf(date),
    minutes: Math.floor((local - date * day) / minute),
  };
}

/** ms by which the zone is ahead of UTC at a time. */
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
