/** When energy from the grid is cheap: by the hours of a week, or by prices. */

import type { Price } from "../../model/commands.js";
import type { Weekday } from "../../model/weekdays.js";
import { dayOf, momentOf, weekdayOf } from "./calendar.js";

export interface Tariff {
  readonly cheapHours: readonly CheapHours[];
  /** In the order of their starts. */
  readonly prices: readonly Price[];
  /** Energy that costs no more is cheap; `null`: prices alone make none cheap. */
  readonly priceLimit: number | null;
}

/** Hours that begin on some days of the week. */
export interface CheapHours {
  readonly days: readonly Weekday[];
  /** min since midnight, local time */
  readonly from: number;
  /** Likewise; not after `from`: on the day after. */
  readonly to: number;
}

/** A stretch of time in which energy costs the same. */
export interface TariffPeriod {
  /** ms since 1970 */
  readonly from: number;
  readonly to: number;
  /** The price; where none is known, cheap hours cost less than any, and all others more. */
  readonly cost: number;
  readonly cheap: boolean;
}

/** A stretch of time with known ends. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** How long the last price holds where there is none before it, in ms. */
const oneHour = 3_600_000;

/** The time to come, as far as anybody may plan: ms of nine days, as no time of the week is further away. */
const horizon = 9 * 86_400_000;

/** The stretches from now on, one after the other without a gap. */
export function tariffPeriodsFrom(
  now: number,
  { cheapHours, prices, priceLimit }: Tariff,
  zone: string,
): readonly TariffPeriod[] {
  const end = now + horizon;
  const cheapSpans = spansOf(cheapHours, zone, now, end);
  const priced = prices.map(({ start, price }, i) => ({ from: start, to: endOfPrice(prices, i), price }));
  const bounds = [...cheapSpans, ...priced].flatMap(({ from, to }) => [from, to]).filter((at) => at > now && at < end);
  const starts = [...new Set([now, ...bounds])].sort((a, b) => a - b);
  return starts.map((from, i): TariffPeriod => {
    const inHours = cheapSpans.some((span) => includes(span, from));
    const price = priced.find((span) => includes(span, from))?.price ?? null;
    const cheap = inHours || (price !== null && priceLimit !== null && price <= priceLimit);
    return { from, to: starts[i + 1] ?? end, cost: price ?? (inHours ? -Infinity : Infinity), cheap };
  });
}

/** Of what costs the same the latest comes first: until then the sun may do it. */
export function cheapestFirst(periods: readonly TariffPeriod[]): readonly TariffPeriod[] {
  return [...periods].sort((a, b) => (a.cost === b.cost ? b.from - a.from : a.cost - b.cost));
}

/** When the cheap time that it is now ends; `null`: it is none. */
export function cheapUntil(periods: readonly TariffPeriod[]): number | null {
  const end = periods.find(({ cheap }) => !cheap) ?? periods.at(-1);
  return periods[0]?.cheap === true && end !== undefined ? (end.cheap ? end.to : end.from) : null;
}

/** When it is cheap next; `null`: that is not known. */
export function cheapFrom(periods: readonly TariffPeriod[]): number | null {
  return periods.find(({ cheap }) => cheap)?.from ?? null;
}

function spansOf(cheapHours: readonly CheapHours[], zone: string, now: number, end: number): readonly Span[] {
  if (cheapHours.length === 0) return [];
  const spans: Span[] = [];
  for (let day = dayOf(zone, now) - 1; momentOf(zone, day, 0) < end; day++)
    for (const { days, from, to } of cheapHours)
      if (days.includes(weekdayOf(day)))
        spans.push({ from: momentOf(zone, day, from), to: momentOf(zone, to > from ? day : day + 1, to) });
  return spans;
}

/** The last one holds as long as the one before it. */
function endOfPrice(prices: readonly Price[], index: number): number {
  const [before, it, next] = [prices[index - 1], prices[index], prices[index + 1]];
  if (next !== undefined) return next.start;
  if (it === undefined) return 0;
  return it.start + (before === undefined ? oneHour : it.start - before.start);
}

function includes({ from, to }: Span, at: number): boolean {
  return from <= at && at < to;
}
