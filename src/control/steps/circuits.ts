/**
 * Keeps every circuit below its limit, phase by phase: lowers at once on the reading that shows the need, counting
 * what was already commanded but does not show yet; raises only into room that has lasted.
 */

import type { PhaseIndex } from "../../model/phases.js";
import { holdingOverload } from "../limits.js";
import type { Room } from "../room.js";
import { newestDraw, type ChargerFacts, type Situation } from "../situation.js";
import { amperes, watts } from "../words.js";
import { floorTo } from "./own-limit.js";
import { circuitsOf } from "./paths.js";
import { atMost, type Wish } from "./wish.js";

/** A charger and what it wishes so far. */
export interface Claim {
  readonly charger: ChargerFacts;
  readonly wish: Wish;
}

/** A claim while currents are handed out. */
interface Share extends Claim {
  readonly loads: readonly PhaseIndex[];
  /** Of these, the phases that it loads already. */
  readonly held: readonly PhaseIndex[];
  /** The circuits that it hangs on, the innermost first. */
  readonly path: readonly Room[];
  current: number;
}

/** The grid operator's limit for all chargers together, in W. */
interface Budget {
  left: number;
}

/** Each wish, lowered to what its circuits carry; in the order of the claims. */
export function shareCircuits(situation: Situation, claims: readonly Claim[], rooms: readonly Room[]): readonly Wish[] {
  const used = new Map(rooms.map((room) => [room.name, [0, 0, 0]]));
  const budget: Budget = { left: situation.memory.powerLimit ?? Infinity };
  const shares = claims.map(({ charger, wish }) => ({
    charger,
    wish,
    loads: charger.loads(wish.phases),
    held: charger.holding.current > 0 ? charger.loads(charger.holding.phases) : [],
    path: circuitsOf(charger.settings.circuit, rooms),
    current: 0,
  }));
  const give = (share: Share, more: number) => {
    share.current += more;
    budget.left -= more * wattsPerAmpere(share, situation.voltage);
    for (const { name } of share.path)
      for (const phase of share.loads) addTo(used.get(name), phase, more * share.charger.greed);
  };
  const leftOn = (share: Share, circuit: Room, phase: PhaseIndex, raising: boolean) => {
    const whole = raising || !share.held.includes(phase) ? circuit.toRaise : circuit.toStay;
    return (whole[phase] - (used.get(circuit.name)?.[phase] ?? 0)) / share.charger.greed;
  };
  const room = (share: Share, raising: boolean) =>
    Math.min(
      budget.left / wattsPerAmpere(share, situation.voltage),
      ...share.path.flatMap((circuit) => share.loads.map((phase) => leftOn(share, circuit, phase, raising))),
    );

  const order = [...shares].sort(
    (a, b) =>
      Number(wantsCurrent(b)) - Number(wantsCurrent(a)) ||
      b.charger.settings.priority - a.charger.settings.priority ||
      Number(b.charger.holding.current > 0) - Number(a.charger.holding.current > 0),
  );
  for (const share of order) {
    const { holding, settings, silent } = share.charger;
    if (silent) give(share, Math.max(holding.current, ...newestDraw(share.charger)));
    else if (share.wish.current >= settings.minCurrent) {
      const running = holding.current > 0;
      const fits = settings.minCurrent <= room(share, !running) + 1e-6;
      const least = (circuit: Room) => Math.min(...share.loads.map((phase) => leftOn(share, circuit, phase, false)));
      if (fits || (running && isTolerated(share, situation, least))) give(share, settings.minCurrent);
    }
  }
  for (const priority of new Set(order.map(({ charger }) => charger.settings.priority)))
    raiseTogether(
      order.filter(({ charger, current }) => charger.settings.priority === priority && !charger.silent && current > 0),
      give,
      room,
    );
  return shares.map((share) => {
    if (share.charger.silent || share.wish.current < share.charger.settings.minCurrent) return share.wish;
    const current = floorTo(share.current, share.charger.settings.step);
    return atMost(share.wish, current, reasonFor(share, situation, budget, used));
  });
}

/** Raises all by one ampere at a time, so that who joins gets as much as who was there. */
function raiseTogether(
  shares: readonly Share[],
  give: (share: Share, more: number) => void,
  room: (share: Share, raising: boolean) => number,
): void {
  let growing = shares;
  while (growing.length > 0)
    growing = growing.filter((share) => {
      const wanted = share.wish.current - share.current;
      const held = share.charger.holding.current - share.current;
      const more = Math.min(1, wanted, held > 0 ? Math.min(held, room(share, false)) : room(share, true));
      if (more < 1e-6) return false;
      give(share, more);
      return true;
    });
}

/** Who has no car, or one that takes nothing, is served from what is left. */
function wantsCurrent({ charger }: Claim): boolean {
  return charger.plugged && !charger.idle;
}

/**
 * The minimum may go on for a while where the house asked for it, as long as the fuse is sure to hold.
 * @param least A that a circuit has left on the fullest phase of this charger
 */
function isTolerated(
  { path, charger }: Share,
  { memory, settings, now }: Situation,
  least: (circuit: Room) => number,
): boolean {
  return path.every((circuit) => {
    const overload = charger.settings.minCurrent - least(circuit);
    if (overload <= 0) return true;
    const since = memory.overloadedSince[circuit.name] ?? now;
    return now - since < settings.overloadTolerance && overload <= (holdingOverload - 1) * circuit.limit;
  });
}

function wattsPerAmpere({ charger, wish }: Claim, voltage: number): number {
  return voltage * charger.activePhases(wish.phases) * charger.greed;
}

function addTo(sums: number[] | undefined, phase: PhaseIndex, more: number): void {
  if (sums !== undefined) sums[phase] = (sums[phase] ?? 0) + more;
}

/** Names the limit that leaves least. */
function reasonFor(
  { path, loads }: Share,
  { memory: { powerLimit }, voltage }: Situation,
  budget: Budget,
  used: ReadonlyMap<string, number[]>,
): string {
  let least = budget.left / voltage;
  let reason = powerLimit === null ? "" : `the grid operator allows ${watts(powerLimit)} for all chargers together`;
  for (const circuit of path)
    for (const phase of loads) {
      const left = circuit.toStay[phase] - (used.get(circuit.name)?.[phase] ?? 0);
      if (left >= least) continue;
      least = left;
      const others = Math.max(0, circuit.limit - circuit.toStay[phase]);
      reason = `${circuit.name}: others draw ${amperes(others)} of ${amperes(circuit.limit)} on L${phase + 1}`;
    }
  return reason;
}
