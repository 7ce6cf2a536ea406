/** The order in which chargers are served where there is not enough for the minimum of each. */

import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import { rotationPeriod } from "../../parameters.js";

type RotationFacts = Pick<ChargerFacts, "activeSetpoint" | "persistent" | "plugged" | "idle" | "settings">;

/** A charger's place in the order: by `wants`, `priority`, `rank` and `since`. */
interface Place {
  /** It has a car that takes current. */
  readonly wants: boolean;
  readonly priority: number;
  /** One of the four below. */
  readonly rank: number;
  /** Lower comes first. */
  readonly since: number;
}

const goesOn = 0;
const waits = 1;
const makesWay = 2;
const servedLast = 3;

/**
 * Cars that take current first, then by priority. Among equals, one that charges goes on for half an hour, and then
 * makes way for those that have waited at least as long, the longest wait first.
 */
export function byRotation<T extends { readonly charger: RotationFacts }>(
  all: readonly T[],
  { now, settings }: Pick<Situation, "now" | "settings">,
): readonly T[] {
  const places = all.map((each) => ({ each, place: placeOf(each.charger, now, settings.minimumPause) }));
  places.sort(
    ({ place: a }, { place: b }) =>
      Number(b.wants) - Number(a.wants) || b.priority - a.priority || a.rank - b.rank || a.since - b.since,
  );
  return places.map(({ each }) => each);
}

function placeOf(
  { activeSetpoint, persistent, plugged, idle, settings }: RotationFacts,
  now: number,
  minimumPause: number,
): Place {
  const place = (rank: number, since: number) => {
    return { wants: plugged && !idle, priority: settings.priority, rank, since };
  };
  if (activeSetpoint.current > 0) {
    const startedAt = persistent.startedAt ?? now;
    return now - startedAt < rotationPeriod ? place(goesOn, 0) : place(makesWay, -startedAt);
  }
  const pausedAt = persistent.pausedAt ?? 0;
  const pausedRecently = now - pausedAt < Math.max(rotationPeriod, minimumPause);
  return place(pausedRecently ? servedLast : waits, pausedAt);
}
