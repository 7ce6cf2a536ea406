/** What energy from the grid costs and when it is cheap, by hours of the week and by prices. */

import type { Price } from "../../model/commands.js";
import type { Weekday } from "../../model/weekdays.js";
import { dayOf, momentOf, weekdayOf } from "./calendar.js";

/** As configured, or with prices from outside. */
export interface Tariff {
  readonly cheapHours: readonly CheapHours[];
  /** In the order of their starts. */
  readonly prices: readonly Price[];
  /** Per kWh; energy that costs no more is cheap. `null`: no price makes energy cheap. */
  readonly priceLimit: number | null;
}

/** Cheap hours that begin on some days of the week. */
export interface CheapHours {
  readonly days: readonly Weekday[];
  /** min since midnight, local time, 0–1440 */
  readonly from: number;
  /** Likewise; where it is not after `from`: on the day after. */
  readonly to: number;
}

/** A period in which energy costs the same. */
export interface TariffPeriod {
  /** ms since 1970 */
  readonly from: number;
  readonly to: number;
  /** The price per kWh; where none is known, −∞ in cheap hours and ∞ in all others. */
  readonly cost: number;
  readonly cheap: boolean;
}

/** ms since 1970 */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** How long a single price holds, and the longest step of a market, in ms. */
const oneHour = 3_600_000;

/** ms that are planned ahead: nine days, for no time of the week is further away. */
const horizon = 9 * 86_400_000;

/** The periods of the next nine days, one after the other without a gap. */
export function tariffPeriodsFrom(
  now: number,
  { cheapHours, prices, priceLimit }: Tariff,
  zone: string,
): readonly TariffPeriod[] {
  const end = now + horizon;
  const cheapSpans = spansOf(cheapHours, zone, now, end);
  const steps = prices.slice(1).map(({ start }, i) => start - (prices[i]?.start ?? start));
  const shortest = Math.min(...steps.filter((step) => step > 0));
  const priced = prices.map(({ start, price }, i) => ({ from: start, to: endOfPrice(prices, i, shortest), price }));
  const bounds = [...cheapSpans, ...priced].flatMap(({ from, to }) => [from, to]).filter((at) => at > now && at < end);
  const starts = [...new Set([now, ...bounds])].sort((a, b) => a - b);
  return starts.map((from, i): TariffPeriod => {
    const inHours = cheapSpans.some((span) => includes(span, from));
    const price = priced.find((span) => includes(span, from))?.price ?? null;
    const cheap = inHours || (price !== null && priceLimit !== null && price <= priceLimit);
    return { from, to: starts[i + 1] ?? end, cost: price ?? (inHours ? -Infinity : Infinity), cheap };
  });
}

/** Of what costs the same the latest comes first: until then the surplus may suffice. */
export function cheapestFirst(periods: readonly TariffPeriod[]): readonly TariffPeriod[] {
  return [...periods].sort((a, b) => (a.cost === b.cost ? b.from - a.from : a.cost - b.cost));
}

/** When the present cheap time ends, in ms since 1970; `null`: it is not cheap now. */
export function cheapUntil(periods: readonly TariffPeriod[]): number | null {
  const end = periods.find(({ cheap }) => !cheap) ?? periods.at(-1);
  return periods[0]?.cheap === true && end !== undefined ? (end.cheap ? end.to : end.from) : null;
}

/** When it is cheap next, or now, in ms since 1970; `null`: not known. */
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

/**
 * Prices of a market come each hour or more often: there, one holds for as long as the one before it, and what is beyond
 * is missing. Where all are further apart, each holds until the next.
 */
function endOfPrice(prices: readonly Price[], index: number, shortest: number): number {
  const [before, it, next] = [prices[index - 1], prices[index], prices[index + 1]];
  if (it === undefined) return 0;
  const own = before === undefined ? null : it.start - before.start;
  if (shortest > oneHour) return next?.start ?? it.start + (own ?? oneHour);
  const end = it.start + (own !== null && own > 0 && own <= oneHour ? own : shortest);
  return next === undefined ? end : Math.min(next.start, end);
}

function includes({ from, to }: Span, at: number): boolean {
  return from <= at && at < to;
}
