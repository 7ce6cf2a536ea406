/** Who is served first where not even the minimum is left for all. */

import type { ChargerFacts, Situation } from "../../estimate/situation.js";
import { rotationPeriod } from "../../parameters.js";

/**
 * Cars that want current before those that don't, important ones before others. Among equals who charges goes on for
 * its turn, and then makes way for those that have waited for as long, the longest first.
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

type RotationFacts = Pick<ChargerFacts, "activeSetpoint" | "persistent" | "plugged" | "idle" | "settings">;

interface Place {
  /** It has a car that takes current. */
  readonly wants: boolean;
  readonly priority: number;
  readonly rank: number;
  readonly since: number;
}

const goesOn = 0;
const waits = 1;
const makesWay = 2;
const takesTheRest = 3;

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
  const hasHadItsTurn = now - pausedAt < Math.max(rotationPeriod, minimumPause);
  return place(hasHadItsTurn ? takesTheRest : waits, pausedAt);
}
