/**
 * Keeps every circuit below its limit, phase by phase: lowers at once on the reading that shows the need, counting
 * what was already commanded but does not show yet; raises only into room that has lasted.
 */

import { perPhase, phaseIndexes, type PerPhase, type PhaseIndex } from "../../../model/phases.js";
import { holdingOverload, roomMemory } from "../../parameters.js";
import type { Room, Rooms } from "../../estimate/headroom.js";
import type { ChargerSettings } from "../../settings.js";
import { newestDraw, type ChargerFacts, type Situation } from "../../estimate/situation.js";
import { amperes, duration, watts } from "../../format.js";
import { Ledger, type Entry, type Share } from "./ledger.js";
import { floorTo } from "../own-limit.js";
import { inTurn } from "./rotation.js";
import type { Wish } from "../setpoint.js";

/** A charger and what it wishes so far. */
export interface Claim {
  readonly charger: ChargerFacts;
  readonly wish: Wish;
}

/** Floating point adds and takes this much. */
const dust = 1e-6;

/** A of other chargers that are worth a word. */
const noticeableShare = 0.05;

/** A charger with what it has been given: what is fair, and what of that it may have now. */
interface Party extends Share {
  readonly fair: Entry;
  readonly now: Entry;
}

/** Each wish, lowered to what its circuits carry; in the order of the claims. */
export function shareCircuits(situation: Situation, claims: readonly Claim[], rooms: Rooms): readonly Wish[] {
  const shares = claims.map((claim) => shareOf(claim, rooms));
  const held = heldOn(shares);
  // What is fair, as if all that they hold could stay; then what of it may be given now.
  const fair = new Ledger(situation, (circuit) => roomToShare(circuit, held.get(circuit)));
  const now = new Ledger(situation, ({ toRaise }) => toRaise);
  const parties = shares.map((share): Party => ({ ...share, fair: fair.open(share), now: now.open(share) }));
  const order = inTurn(parties, situation);
  handOut(order, {
    entry: (party) => party.fair,
    from: () => 0,
    to: ({ wish }) => wish.current,
    tolerates: (party) => party.charger.holding.current > 0 && isTolerated(party, situation),
  });
  for (const party of order) reserveWhatIsLowered(party, now);
  handOut(order, {
    entry: (party) => party.now,
    from: (party) => Math.min(party.charger.holding.current, party.fair.given),
    to: (party) => party.fair.given,
    tolerates: () => false,
  });

  return parties.map((party) => {
    const { wish, charger } = party;
    const { minCurrent, step } = charger.settings;
    if (charger.silent || wish.current < minCurrent) return wish;
    const current = floorTo(party.now.given, step);
    if (wish.current <= current) return wish;
    const reason = reasonFor(party.now, situation);
    const needed = current > 0 ? "" : `; charging needs at least ${amperes(minCurrent)}`;
    return { ...wish, current, reason: reason + needed };
  });
}

function shareOf({ charger, wish }: Claim, rooms: Rooms): Share {
  const { holding, settings, silent } = charger;
  // What does not answer is not commanded either.
  const { phases } = silent ? holding : wish;
  const loads = charger.loads(phases);
  const held = holding.current === 0 ? [] : holding.phases === phases ? loads : charger.loads(holding.phases);
  const newLoads = held === loads ? [] : loads.filter((phase) => !held.includes(phase));
  return {
    charger,
    wish: phases === wish.phases ? wish : { ...wish, phases },
    loads,
    newLoads,
    path: rooms.of(settings),
  };
}

/** A per phase that the chargers on each circuit hold together. */
function heldOn(shares: readonly Share[]): ReadonlyMap<Room, PerPhase<number>> {
  const held = new Map<Room, [number, number, number]>();
  for (const { charger, loads, path } of shares)
    for (const circuit of path) {
      const sum = held.get(circuit) ?? [0, 0, 0];
      held.set(circuit, sum);
      for (const phase of loads) sum[phase] += charger.holding.current * charger.greed;
    }
  return held;
}

/** More than has lasted only as far as they hold it: nobody gives up what nobody else may have yet. */
function roomToShare({ toStay, toRaise }: Room, held: PerPhase<number> = [0, 0, 0]): PerPhase<number> {
  return perPhase((i) => Math.min(toStay[i], Math.max(toRaise[i], held[i])));
}

/** What a car has to give up now is not there for others before it is seen to be gone. */
function reserveWhatIsLowered({ charger, loads, path, fair }: Party, ledger: Ledger): void {
  if (charger.silent || fair.given >= charger.holding.current) return;
  const draw = newestDraw(charger);
  for (const phase of phaseIndexes) {
    const lowered = draw[phase] - (loads.includes(phase) ? fair.given * charger.greed : 0);
    if (lowered > 0) ledger.reserve(path, phase, lowered);
  }
}

interface Terms {
  /** Where it is written down what each has. */
  entry(party: Party): Entry;
  /** What a charger has without asking. */
  from(party: Party): number;
  to(party: Party): number;
  /** Whether the minimum may be given although there is no room for it. */
  tolerates(party: Party): boolean;
}

/** First the minimum for each in turn, then, by priority, what it may have beyond that. */
function handOut(order: readonly Party[], { entry: entryOf, from, to, tolerates }: Terms): void {
  const asking: Asking[] = [];
  for (const party of order) {
    const { holding, silent, settings } = party.charger;
    const entry = entryOf(party);
    entry.give(silent ? Math.max(holding.current, ...newestDraw(party.charger)) : from(party));
    if (!silent) asking.push({ party, settings, entry, goal: to(party) });
  }
  for (const { party, settings, entry, goal } of asking) {
    const { minCurrent } = settings;
    if (entry.given > 0 || goal < minCurrent) continue;
    if (minCurrent <= entry.room + dust || tolerates(party)) entry.give(minCurrent);
  }
  for (const equals of byPriority(asking.filter(({ entry }) => entry.given > 0))) raiseInTurn(equals);
}

/** An ampere for each in turn, as far as there is room for a whole step. */
function raiseInTurn(equals: readonly Asking[]): void {
  let growing = equals.map((each) => ({ ...each, begin: each.entry.given }));
  for (let round = 1; growing.length > 0; round++)
    growing = growing.filter(({ settings: { step }, entry, goal, begin }) => {
      const most = floorTo(Math.min(goal, entry.given + entry.room), step);
      if (most - entry.given < dust) return false;
      const next = Math.min(most, floorTo(begin + round, step));
      if (next > entry.given) entry.give(next - entry.given);
      return true;
    });
}

interface Asking {
  readonly party: Party;
  readonly settings: ChargerSettings;
  readonly entry: Entry;
  /** A per phase that it shall have at most. */
  readonly goal: number;
}

function byPriority(asking: readonly Asking[]): Iterable<readonly Asking[]> {
  const groups = new Map<number, Asking[]>();
  for (const each of asking) {
    const { priority } = each.settings;
    const group = groups.get(priority);
    if (group === undefined) groups.set(priority, [each]);
    else group.push(each);
  }
  return groups.values();
}

/** The minimum may go on for a while where the house asked for it, as long as the fuse is sure to hold. */
function isTolerated({ charger, fair }: Party, { memory, settings, now }: Situation): boolean {
  const { minCurrent } = charger.settings;
  if (fair.ofBudget < minCurrent) return false;
  return fair.everyCircuit((circuit, left) => {
    const overload = minCurrent - left;
    if (overload <= 0) return true;
    const since = memory.overloadedSince[circuit.name] ?? now;
    return now - since < settings.overloadTolerance && overload <= (holdingOverload - 1) * circuit.limit;
  });
}

/** Names the limit that leaves least, and who has the rest of it. */
function reasonFor({ tightest, ofBudget }: Entry, { memory: { powerLimit } }: Situation): string {
  if (tightest === null || ofBudget <= tightest.left)
    return powerLimit === null ? "" : `the grid operator allows ${watts(powerLimit)} for all chargers together`;
  const { circuit, phase, shared } = tightest;
  const draw = amperes(Math.max(0, circuit.limit - circuit.toStay[phase]));
  const drew = amperes(Math.max(0, circuit.limit - circuit.toRaise[phase]));
  const load = draw === drew ? `others draw ${draw}` : `others drew up to ${drew}`;
  const more = shared < noticeableShare ? "" : ` and other chargers have ${amperes(shared)}`;
  const when = draw === drew ? "" : ` in the last ${duration(roomMemory)}`;
  return `${circuit.name}: ${load}${more} of ${amperes(circuit.limit)} on ${phaseName(phase)}${when}`;
}

function phaseName(phase: PhaseIndex): string {
  return `L${phase + 1}`;
}
