/** Who is served first where not even the minimum is left for all. */

import { turnLength } from "../limits.js";
import type { Situation } from "../situation.js";
import type { Share } from "./ledger.js";

/**
 * Cars that want current before those that don't, important ones before others. Among equals who charges goes on for
 * its turn, and then makes way for those that have waited for as long, the longest first.
 */
export function inTurn(shares: readonly Share[], situation: Situation): readonly Share[] {
  const places = shares.map((share) => placeOf(share, situation));
  places.sort(
    (a, b) => Number(b.wants) - Number(a.wants) || b.priority - a.priority || a.rank - b.rank || a.since - b.since,
  );
  return places.map(({ share }) => share);
}

interface Place {
  readonly share: Share;
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

function placeOf(share: Share, { now, settings }: Situation): Place {
  const {
    holding,
    lasting,
    plugged,
    idle,
    settings: { priority },
  } = share.charger;
  const place = (rank: number, since: number) => ({ share, wants: plugged && !idle, priority, rank, since });
  if (holding.current > 0) {
    const startedAt = lasting.startedAt ?? now;
    return now - startedAt < turnLength ? place(goesOn, 0) : place(makesWay, -startedAt);
  }
  const pausedAt = lasting.pausedAt ?? 0;
  const hasHadItsTurn = now - pausedAt < Math.max(turnLength, settings.minimumPause);
  return place(hasHadItsTurn ? takesTheRest : waits, pausedAt);
}
