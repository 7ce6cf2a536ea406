import {
  cheapestFirst,
  cheapFrom,
  cheapUntil,
  tariffPeriodsFrom,
  type Tariff,
} from "../../../src/control/schedule/tariff.js";
import { weekdays } from "../../../src/model/weekdays.js";

const berlin = "Europe/Berlin";
const at = (text: string) => Date.parse(text);
const clock = (hours: number, minutes = 0) => hours * 60 + minutes;

const none: Tariff = { cheapHours: [], prices: [], priceLimit: null };
const night: Tariff = { ...none, cheapHours: [{ days: weekdays, from: clock(22), to: clock(6) }] };
/** 22 November 2026 is a Sunday. */
const weekend: Tariff = {
  ...none,
  cheapHours: [
    { days: [1, 2, 3, 4, 5], from: clock(1), to: clock(5) },
    { days: [6, 0], from: clock(0), to: clock(24) },
  ],
};

function cheapAt(tariff: Tariff, now: string) {
  const periods = tariffPeriodsFrom(at(now), tariff, berlin);
  const text = (moment: number | null) => moment && new Date(moment).toISOString();
  return { until: text(cheapUntil(periods)), next: text(cheapFrom(periods)) };
}

test.each<[why: string, tariff: Tariff, now: string, until: string | null]>([
  ["none are known", none, "2026-11-23T02:00:00+01:00", null],
  ["over midnight: before it", night, "2026-11-23T23:00:00+01:00", "2026-11-24T05:00:00.000Z"],
  ["over midnight: after it", night, "2026-11-23T02:00:00+01:00", "2026-11-23T05:00:00.000Z"],
  ["they begin", night, "2026-11-23T22:00:00+01:00", "2026-11-24T05:00:00.000Z"],
  ["they end", night, "2026-11-23T06:00:00+01:00", null],
  ["by day", night, "2026-11-23T12:00:00+01:00", null],
  ["a weekend in one piece", weekend, "2026-11-21T12:00:00+01:00", "2026-11-22T23:00:00.000Z"],
  ["not on this day of the week", weekend, "2026-11-23T00:30:00+01:00", null],
  ["on this one", weekend, "2026-11-23T01:30:00+01:00", "2026-11-23T04:00:00.000Z"],
  [
    "the night in which clocks go back is an hour longer",
    night,
    "2026-10-24T22:00:00+02:00",
    "2026-10-25T05:00:00.000Z",
  ],
  ["the night in which they go forward, shorter", night, "2026-03-28T22:00:00+01:00", "2026-03-29T04:00:00.000Z"],
])("cheap hours: %s", (_why, tariff, now, until) => expect(cheapAt(tariff, now).until).toBe(until));

test("hours over midnight belong to the day on which they begin", () => {
  const friday: Tariff = { ...none, cheapHours: [{ days: [5], from: clock(22), to: clock(6) }] };
  expect(cheapAt(friday, "2026-11-20T02:00:00+01:00").until).toBeNull();
  expect(cheapAt(friday, "2026-11-21T02:00:00+01:00").until).toBe("2026-11-21T05:00:00.000Z");
});

test("from a time to the same time is a whole day", () => {
  const sunday: Tariff = { ...none, cheapHours: [{ days: [0], from: clock(6), to: clock(6) }] };
  expect(cheapAt(sunday, "2026-11-23T05:00:00+01:00").until).toBe("2026-11-23T05:00:00.000Z");
});

test("when it is cheap next", () => {
  expect(cheapAt(night, "2026-11-23T12:00:00+01:00").next).toBe("2026-11-23T21:00:00.000Z");
  expect(cheapAt(none, "2026-11-23T12:00:00+01:00").next).toBeNull();
});

const hourly = [0.3, 0.2, 0.1, 0.25].map((price, hour) => ({
  start: at(`2026-11-23T0${hour}:00:00Z`),
  price,
}));

test.each<[why: string, limit: number | null, now: string, until: string | null]>([
  ["without a limit none is cheap", null, "2026-11-23T02:10:00Z", null],
  ["at the limit is cheap", 0.2, "2026-11-23T01:10:00Z", "2026-11-23T03:00:00.000Z"],
  ["above it is not", 0.2, "2026-11-23T00:10:00Z", null],
  ["the last price holds as long as the one before", 0.25, "2026-11-23T03:59:59Z", "2026-11-23T04:00:00.000Z"],
  ["a price that is not known is not cheap", 0.25, "2026-11-23T04:00:00Z", null],
  ["nor is one before the first", 1, "2026-11-22T23:59:59Z", null],
])("prices: %s", (_why, priceLimit, now, until) => {
  expect(cheapAt({ ...none, prices: hourly, priceLimit }, now).until).toBe(until);
});

const list = (...prices: [time: string, price: number][]): Tariff => ({
  ...none,
  prices: prices.map(([time, price]) => ({ start: at(`2026-11-23T${time}:00Z`), price })),
  priceLimit: 0.05,
});
const gap = list(["13:00", 0.3], ["14:00", 0.01], ["19:00", 0.4], ["20:00", 0.4]);
const quarters = list(["13:00", 0.3], ["13:15", 0.01], ["13:45", 0.01], ["14:00", 0.3]);

test.each<[why: string, tariff: Tariff, now: string, until: string | null]>([
  ["the hour before a missing stretch is as long as the others", gap, "14:10", "15:00"],
  ["a missing stretch is not cheap", gap, "15:00", null],
  ["a missing quarter neither", quarters, "13:30", null],
  ["the quarter before it is a quarter", quarters, "13:20", "13:30"],
  [
    "a stretch that is missing after the first price",
    list(["13:00", 0.01], ["17:00", 0.3], ["18:00", 0.3]),
    "14:00",
    null,
  ],
  [
    "a price alone between two stretches",
    list(["13:00", 1], ["14:00", 1], ["18:00", 0.01], ["22:00", 1]),
    "19:00",
    null,
  ],
  ["hours, then quarters", list(["12:00", 1], ["13:00", 0.01], ["14:00", 1], ["14:15", 1]), "13:50", "14:00"],
  ["where prices are hours apart, each holds until the next", list(["06:00", 0.01], ["22:00", 1]), "21:00", "22:00"],
])("prices: %s", (_why, tariff, now, until) => {
  const end = until === null ? null : `2026-11-23T${until}:00.000Z`;
  expect(cheapAt(tariff, `2026-11-23T${now}:00Z`).until).toBe(end);
});

test("a single price holds for an hour, and may be negative", () => {
  const tariff = { ...none, prices: [{ start: at("2026-11-23T00:00:00Z"), price: -0.05 }], priceLimit: 0 };
  expect(cheapAt(tariff, "2026-11-23T00:30:00Z").until).toBe("2026-11-23T01:00:00.000Z");
});

test("costs: what is known counts; else cheap hours come first, and all others last", () => {
  const tariff: Tariff = { cheapHours: night.cheapHours, prices: hourly, priceLimit: 0.2 };
  const periods = tariffPeriodsFrom(at("2026-11-23T02:00:00Z"), tariff, berlin);
  expect(periods.slice(0, 4).map(({ cost, cheap }) => [cost, cheap])).toEqual([
    [0.1, true],
    [0.25, true],
    [-Infinity, true],
    [Infinity, false],
  ]);
  expect(periods.every(({ from }, i) => i === 0 || from === periods[i - 1]?.to)).toBe(true);
});

test("the cheapest first, and of what costs the same the latest", () => {
  const period = (from: number, cost: number) => ({ from, to: from + 1, cost, cheap: false });
  const order = cheapestFirst([period(0, 2), period(1, 1), period(2, Infinity), period(3, 1), period(4, Infinity)]);
  expect(order.map(({ from }) => from)).toEqual([3, 1, 0, 4, 2]);
});
