/** Charging targets: Matter's schedules by weekday, and the site's list of targets. They say the same. */

import type { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { Status, StatusResponseError } from "@matter/main/types";
import type { ChargeTarget } from "../../model/commands.js";
import { weekdays, type Weekday } from "../../model/weekdays.js";
import { milliWattHours } from "./attributes.js";

type Schedule = EnergyEvse.ChargingTargetSchedule;
type Target = EnergyEvse.ChargingTarget;

const dayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

const lastMinute = 1_439;
const targetsPerDay = 10;

/** mWh, as much as the configuration takes for a target: 1,000 kWh. */
const highestEnergy = 1e9;

/**
 * The only state of charge that can be aimed at without knowing it: until the car is full. Where an amount of energy
 * is given beside it, that counts (9.3.7.6.2).
 */
const full = 100;

/** @throws StatusResponseError for schedules that make no sense */
export function checkSchedules(schedules: readonly Schedule[]): void {
  const days = schedules.map(daysOf);
  if (days.some((each) => each.length === 0)) refuse("a schedule without a day");
  const named = days.flat();
  if (new Set(named).size < named.length) refuse("two schedules for one day");
  for (const { chargingTargets } of schedules) {
    if (chargingTargets.length > targetsPerDay)
      refuse(`more than ${targetsPerDay} targets a day`, Status.ResourceExhausted);
    chargingTargets.forEach(checkTarget);
  }
}

function checkTarget({ targetTimeMinutesPastMidnight, targetSoC, addedEnergy }: Target): void {
  if (targetTimeMinutesPastMidnight > lastMinute) refuse("a time beyond the day");
  if (targetSoC !== undefined && targetSoC !== full) refuse("a state of charge that is not known: only 100 % can be");
  if (targetSoC === undefined && addedEnergy === undefined) refuse("a target without an amount", Status.Failure);
  if (addedEnergy !== undefined && addedEnergy < 0) refuse("less energy than none");
  if (addedEnergy !== undefined && addedEnergy > highestEnergy) refuse("more energy than any car takes");
}

function refuse(what: string, status = Status.ConstraintError): never {
  throw new StatusResponseError(`The schedules have ${what}`, status);
}

/** The schedules as they stand after these have replaced those of the days that they name. */
export function replaced(before: readonly Schedule[], newer: readonly Schedule[]): readonly Schedule[] {
  const named = new Set(newer.flatMap(daysOf));
  const kept = before.flatMap((schedule) => {
    const days = daysOf(schedule).filter((day) => !named.has(day));
    return days.length === 0 ? [] : [{ ...schedule, dayOfWeekForSequence: bitmapOf(days) }];
  });
  return [...kept, ...newer];
}

export function targetsOf(schedules: readonly Schedule[]): readonly ChargeTarget[] {
  return schedules.flatMap((schedule) =>
    schedule.chargingTargets.map(({ targetTimeMinutesPastMidnight, addedEnergy }) => ({
      days: daysOf(schedule),
      time: targetTimeMinutesPastMidnight,
      energy: addedEnergy === undefined ? null : Number(addedEnergy) / 1e6,
    })),
  );
}

/** Days with the same targets share a schedule; days without any have none. */
export function schedulesOf(targets: readonly ChargeTarget[]): readonly Schedule[] {
  const schedules = new Map<string, { days: Weekday[]; chargingTargets: Target[] }>();
  for (const day of weekdays) {
    const chargingTargets = targets
      .filter(({ days }) => days.includes(day))
      .sort((a, b) => a.time - b.time)
      .slice(0, targetsPerDay)
      .map(({ time, energy }) => ({
        targetTimeMinutesPastMidnight: time,
        ...(energy === null ? { targetSoC: full } : { addedEnergy: milliWattHours(energy) }),
      }));
    if (chargingTargets.length === 0) continue;
    const key = JSON.stringify(chargingTargets);
    const same = schedules.get(key);
    if (same === undefined) schedules.set(key, { days: [day], chargingTargets });
    else same.days.push(day);
  }
  return [...schedules.values()].map(({ days, chargingTargets }) => ({
    dayOfWeekForSequence: bitmapOf(days),
    chargingTargets,
  }));
}

function daysOf({ dayOfWeekForSequence }: Schedule): Weekday[] {
  return weekdays.filter((day) => dayOfWeekForSequence[dayNames[day]] === true);
}

function bitmapOf(days: readonly Weekday[]): EnergyEvse.TargetDayOfWeek {
  return Object.fromEntries(dayNames.map((name, day) => [name, days.some((each) => each === day)]));
}
