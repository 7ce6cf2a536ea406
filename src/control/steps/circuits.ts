/**
 * Keeps every circuit below its limit, phase by phase: lowers at once on the reading that shows the need, counting
 * what was already commanded but does not show yet; raises only into room that has lasted.
 */

import type { PhaseIndex } from "../../model/phases.js";
import { holdingOverload } from "../limits.js";
import type { Room } from "../room.js";
import { newestDraw, type ChargerFacts, type Situation } from "../situation.js";
import { amperes, watts } from "../words.js";
import { Ledger, type Share } from "./ledger.js";
import { floorTo } from "./own-limit.js";
import { circuitsOf } from "./paths.js";
import { atMost, type Wish } from "./wish.js";

/** A charger and what it wishes so far. */
export interface Claim {
  readonly charger: ChargerFacts;
  readonly wish: Wish;
}

/** Floating point adds and takes this much. */
const dust = 1e-6;

/** Each wish, lowered to what its circuits carry; in the order of the claims. */
export function shareCircuits(situation: Situation, claims: readonly Claim[], rooms: readonly Room[]): readonly Wish[] {
  const shares = claims.map((claim) => shareOf(claim, rooms));
  const order = [...shares].sort(
    (a, b) =>
      Number(wantsCurrent(b)) - Number(wantsCurrent(a)) ||
      b.charger.settings.priority - a.charger.settings.priority ||
      Number(b.charger.holding.current > 0) - Number(a.charger.holding.current > 0),
  );
  // What is fair, as if all room had lasted; then what of it may be given now.
  const fair = handOut(order, new Ledger(situation, "toStay"), {
    from: () => 0,
    to: ({ wish }) => wish.current,
    tolerates: (share, ledger) => share.charger.holding.current > 0 && isTolerated(share, situation, ledger),
  });
  const ledger = handOut(order, new Ledger(situation, "toRaise"), {
    from: (share) => Math.min(share.charger.holding.current, fair.given(share)),
    to: (share) => fair.given(share),
    tolerates: () => false,
  });

  return shares.map((share) => {
    const { wish, charger } = share;
    if (charger.silent || wish.current < charger.settings.minCurrent) return wish;
    const current = floorTo(ledger.given(share), charger.settings.step);
    return atMost(wish, current, reasonFor(share, situation, fair));
  });
}

function shareOf({ charger, wish }: Claim, rooms: readonly Room[]): Share {
  return {
    charger,
    wish,
    loads: charger.loads(wish.phases),
    held: charger.holding.current > 0 ? charger.loads(charger.holding.phases) : [],
    path: circuitsOf(charger.settings.circuit, rooms),
  };
}

interface Terms {
  /** What a charger has without asking. */
  from(share: Share): number;
  to(share: Share): number;
  /** Whether the minimum may be given although there is no room for it. */
  tolerates(share: Share, ledger: Ledger): boolean;
}

/** First the minimum for each in turn, then, among equals, an ampere for each in turn. */
function handOut(order: readonly Share[], ledger: Ledger, { from, to, tolerates }: Terms): Ledger {
  for (const share of order) {
    const { holding, silent } = share.charger;
    ledger.give(share, silent ? Math.max(holding.current, ...newestDraw(share.charger)) : from(share));
  }
  const asking = order.filter((share) => !share.charger.silent);
  for (const share of asking) {
    const { minCurrent } = share.charger.settings;
    if (ledger.given(share) > 0 || to(share) < minCurrent) continue;
    if (minCurrent <= ledger.room(share) + dust || tolerates(share, ledger)) ledger.give(share, minCurrent);
  }
  for (const priority of new Set(asking.map(({ charger }) => charger.settings.priority))) {
    let growing = asking.filter((share) => share.charger.settings.priority === priority && ledger.given(share) > 0);
    while (growing.length > 0)
      growing = growing.filter((share) => {
        const more = Math.min(1, to(share) - ledger.given(share), ledger.room(share));
        if (more < dust) return false;
        ledger.give(share, more);
        return true;
      });
  }
  return ledger;
}

/** Who has no car, or one that takes nothing, is served from what is left. */
function wantsCurrent({ charger }: Claim): boolean {
  return charger.plugged && !charger.idle;
}

/** The minimum may go on for a while where the house asked for it, as long as the fuse is sure to hold. */
function isTolerated(share: Share, { memory, settings, now }: Situation, ledger: Ledger): boolean {
  const { minCurrent } = share.charger.settings;
  if (ledger.budgetFor(share) < minCurrent) return false;
  return share.path.every((circuit) => {
    const overload = minCurrent - Math.min(...share.loads.map((phase) => ledger.leftOn(circuit, phase, share)));
    if (overload <= 0) return true;
    const since = memory.overloadedSince[circuit.name] ?? now;
    return now - since < settings.overloadTolerance && overload <= (holdingOverload - 1) * circuit.limit;
  });
}

/** Names the limit that leaves least. */
function reasonFor(share: Share, { memory: { powerLimit } }: Situation, ledger: Ledger): string {
  let least = ledger.budgetFor(share);
  let reason = powerLimit === null ? "" : `the grid operator allows ${watts(powerLimit)} for all chargers together`;
  for (const circuit of share.path)
    for (const phase of share.loads) {
      const left = ledger.leftOn(circuit, phase, share);
      if (left >= least) continue;
      least = left;
      const others = Math.max(0, circuit.limit - circuit.toStay[phase]);
      reason = `${circuit.name}: others draw ${amperes(others)} of ${amperes(circuit.limit)} on ${phaseName(phase)}`;
    }
  return reason;
}

function phaseName(phase: PhaseIndex): string {
  return `L${phase + 1}`;
}
