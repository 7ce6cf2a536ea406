/** Times of the week, and what energy costs when, as a person writes them. */

import { z } from "zod";
import type { Weekday } from "../model/weekdays.js";
import { listOf } from "./unasked.js";

const dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const weekdayOf: Readonly<Record<(typeof dayNames)[number], Weekday>> = {
  sun: 0,
  mon: 1,
  tue: 2,
  wed: 3,
  thu: 4,
  fri: 5,
  sat: 6,
};

const days = z
  .array(
    z.enum(dayNames).meta({
      labels: {
        mon: "Monday",
        tue: "Tuesday",
        wed: "Wednesday",
        thu: "Thursday",
        fri: "Friday",
        sat: "Saturday",
        sun: "Sunday",
      } satisfies Record<(typeof dayNames)[number], string>,
    }),
  )
  .min(1)
  .refine((names) => new Set(names).size === names.length, "it takes each day once")
  .default([...dayNames])
  .meta({ title: "Days", description: "None chosen: every day.", uniqueItems: true })
  .transform((names) => names.map((name) => weekdayOf[name]));

/** A text like this, or else this sentence. */
function written(pattern: RegExp, sentence: string) {
  return z.string(sentence).regex(pattern, sentence);
}

const timeOfDay = written(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "it takes a time like 07:00");

const endOfDay = written(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, "it takes a time like 06:00, or 24:00");

const instantSentence = "it takes a time with its offset, like 2026-11-21T13:00:00+01:00";

const instant = written(
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/,
  instantSentence,
).refine((text) => !Number.isNaN(Date.parse(text)), instantSentence);

/** min since midnight */
function minutes(text: string): number {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return 60 * hour + minute;
}

/** An amount by a time of the week. The same in the configuration and in commands. */
export const targetSchema = z.strictObject({
  days,
  time: timeOfDay.meta({ title: "By", description: "Local time, like 07:00." }).transform(minutes),
  energy: z.number().min(0.1).max(1000).nullable().default(null).meta({
    title: "Energy",
    unit: "kWh",
    description: "To charge since the car was plugged in, or since the target before; empty: until it is full.",
  }),
});

/** As many as Matter allows in a week. */
export const targetsSchema = listOf(targetSchema, 70);

const cheapHoursSchema = z.strictObject({
  days,
  from: timeOfDay.meta({ title: "From", description: "Local time, like 22:00." }).transform(minutes),
  to: endOfDay
    .meta({ title: "To", description: "Like 06:00; on the following day, unless it is after From." })
    .transform(minutes),
});

export const priceSchema = z.strictObject({
  start: instant
    .meta({ title: "Start", description: "Like 2026-11-21T13:00:00+01:00; it holds until the next one." })
    .transform((text) => Date.parse(text)),
  price: z.number().min(-1000).max(1000).meta({ title: "Price", description: "Per kWh, in whatever currency." }),
});

/** Half a month of quarter hours. */
export const pricesSchema = listOf(priceSchema, 1500);

export const tariffSchema = z.strictObject({
  cheapHours: listOf(cheapHoursSchema, 50).default([]).meta({
    title: "Cheap hours",
    entry: "Hours",
    description: "For chargers with cheapHours, and preferred for targets.",
  }),
  prices: pricesSchema.default([]).meta({
    title: "Prices",
    entry: "Price",
    description: "For targets, and for chargers with cheapHours up to priceLimit.",
  }),
  priceLimit: z.number().min(-1000).max(1000).optional().meta({
    title: "Price limit",
    description: "Energy that costs no more per kWh counts as cheap.",
  }),
});

export type TariffConfig = Readonly<z.output<typeof tariffSchema>>;
