import { clockTime, dayOf, momentOf, nextTime, weekdayOf } from "../../../src/control/schedule/calendar.js";
import type { ClockTime } from "../../../src/model/reasons.js";
import { weekdays, type Weekday } from "../../../src/model/weekdays.js";

const berlin = "Europe/Berlin";

function at(text: string): number {
  return Date.parse(text);
}

test.each<[why: string, zone: string, days: readonly Weekday[], time: number, after: string, next: string]>([
  ["later today", berlin, weekdays, 420, "2026-11-23T05:00:00+01:00", "2026-11-23T07:00:00+01:00"],
  ["now is not next", berlin, weekdays, 420, "2026-11-23T07:00:00+01:00", "2026-11-24T07:00:00+01:00"],
  ["a minute late: tomorrow", berlin, weekdays, 420, "2026-11-23T07:01:00+01:00", "2026-11-24T07:00:00+01:00"],
  ["the day it is for", berlin, [1], 420, "2026-11-20T12:00:00+01:00", "2026-11-23T07:00:00+01:00"],
  ["the one day was today: in a week", berlin, [1], 420, "2026-11-23T08:00:00+01:00", "2026-11-30T07:00:00+01:00"],
  ["the day begins by local time", berlin, [2], 0, "2026-11-23T22:30:00Z", "2026-11-23T23:00:00Z"],
  ["the last minute of the day", berlin, [0], 1_439, "2026-11-22T22:58:59Z", "2026-11-22T22:59:00Z"],
  ["over the end of the year", berlin, [5], 60, "2026-12-31T12:00:00Z", "2027-01-01T00:00:00Z"],
  ["07:00 on the day clocks go forward", berlin, [0], 420, "2026-03-28T12:00:00Z", "2026-03-29T05:00:00Z"],
  ["07:00 on the day clocks go back", berlin, [0], 420, "2026-10-24T12:00:00Z", "2026-10-25T06:00:00Z"],
  ["02:30 is left out: 03:00", berlin, [0], 150, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"],
  ["02:30 comes twice: the first", berlin, [0], 150, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"],
  ["02:30 came once: the second is not another", berlin, [0], 150, "2026-10-25T00:45:00Z", "2026-11-01T01:30:00Z"],
  ["half an hour in Lord Howe", "Australia/Lord_Howe", [0], 135, "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z"],
  ["and back", "Australia/Lord_Howe", [0], 105, "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z"],
  ["half hours in St John's", "America/St_Johns", [0], 150, "2026-03-07T00:00:00Z", "2026-03-08T05:30:00Z"],
  ["west of Greenwich", "America/Los_Angeles", [1], 60, "2026-11-23T08:30:00Z", "2026-11-23T09:00:00Z"],
  ["in UTC", "UTC", [1], 60, "2026-11-23T00:30:00Z", "2026-11-23T01:00:00Z"],
])("%s", (_why, zone, days, time, after, next) => {
  const found = nextTime(zone, { days, time }, at(after));
  expect(new Date(found ?? 0).toISOString()).toBe(new Date(at(next)).toISOString());
});

test("on no day there is no next", () => {
  expect(nextTime(berlin, { days: [], time: 0 }, 0)).toBeNull();
});

test.each(["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "UTC"])(
  "every time of every day of a year in %s comes after the one before, within the day",
  (zone) => {
    const first = dayOf(zone, at("2026-01-01T12:00:00Z"));
    let before = momentOf(zone, first - 1, 1_439);
    for (let day = first; day < first + 365; day++)
      for (const time of [0, 90, 105, 120, 135, 150, 180, 720, 1_439]) {
        const moment = momentOf(zone, day, time);
        expect(moment).toBeGreaterThanOrEqual(before);
        expect(dayOf(zone, moment)).toBe(day);
        before = moment;
      }
  },
);

test("midnight at the end of a day is the one at which the next begins", () => {
  const day = dayOf(berlin, at("2026-10-24T12:00:00Z"));
  expect(momentOf(berlin, day, 1_440)).toBe(momentOf(berlin, day + 1, 0));
});

test("weekdays follow each other", () => {
  const monday = dayOf(berlin, at("2026-11-23T00:00:00+01:00"));
  expect([0, 1, 2, 3, 4, 5, 6].map((ahead) => weekdayOf(monday + ahead))).toEqual([1, 2, 3, 4, 5, 6, 0]);
  expect(weekdayOf(-1)).toBe(3);
});

test.each<[why: string, when: string, now: string, shown: ClockTime]>([
  ["today", "2026-11-23T06:05:00Z", "2026-11-23T00:00:00Z", { weekday: null, minutes: 425 }],
  ["tomorrow, within a day", "2026-11-24T06:00:00Z", "2026-11-23T06:30:00Z", { weekday: null, minutes: 420 }],
  ["later: with its day", "2026-11-24T06:00:00Z", "2026-11-23T06:00:00Z", { weekday: 2, minutes: 420 }],
  ["midnight", "2026-11-22T23:00:00Z", "2026-11-22T22:00:00Z", { weekday: null, minutes: 0 }],
])("people read: %s", (_why, when, now, shown) => {
  expect(clockTime(berlin, at(when), at(now))).toEqual(shown);
});
