/**
 * Keeps every circuit below its limit, phase by phase: lowers at once, counting commands in flight, and raises only
 * into headroom that has lasted.
 */

import { perPhase, phaseIndexes, type PerPhase } from "../../../model/phases.js";
import type { Reason } from "../../../model/reasons.js";
import { floorTo } from "../../../model/rounding.js";
import type { Headroom, Headrooms } from "../../estimate/headroom.js";
import { newestDraw, type ChargerFacts, type Situation } from "../../estimate/situation.js";
import { headroomMemory, holdingOverload } from "../../parameters.js";
import type { ChargerSettings } from "../../settings.js";
import { blameFor, isOverdrawing } from "../disobedience.js";
import type { Setpoint } from "../setpoint.js";
import { Ledger, type Entry, type Share } from "./ledger.js";
import { byRotation } from "./rotation.js";

/** A charger and its setpoint so far. */
export interface Request {
  readonly charger: ChargerFacts;
  readonly setpoint: Setpoint;
}

/** A; rounding errors of sums. */
const roundingError = 1e-6;

/** A of other chargers from which on a reason mentions them. */
const noticeableShare = 0.05;

/** A charger with its fair share, and what of it may be allotted now. */
interface Participant extends Share {
  readonly fair: Entry;
  readonly now: Entry;
}

/** How current is handed out to the chargers. */
interface HandOutRules {
  /** The entry that is written to. */
  entry(participant: Participant): Entry;
  /** A per phase that it has from the beginning. */
  from(participant: Participant): number;
  /** A per phase that it shall have at most. */
  to(participant: Participant): number;
  /** Whether it may have the minimum without headroom for it. */
  tolerates(participant: Participant): boolean;
}

/** A charger that can be commanded, while current is handed out. */
interface Candidate {
  readonly participant: Participant;
  readonly settings: ChargerSettings;
  readonly entry: Entry;
  /** A per phase that it shall have at most. */
  readonly goal: number;
}

/** Each setpoint, lowered to what its circuits carry; in the order of the requests. */
export function allocate(
  situation: Situation,
  requests: readonly Request[],
  headrooms: Headrooms,
): readonly Setpoint[] {
  const shares = requests.map((request) => shareOf(request, headrooms));
  const held = heldOn(shares);
  // First fair shares, as if all that they hold could stay; then what of them may be allotted now.
  const fair = new Ledger(situation, (circuit) => headroomToShare(circuit, held.get(circuit)));
  const now = new Ledger(situation, ({ toRaise }) => toRaise);
  const participants = shares.map((share): Participant => ({ ...share, fair: fair.open(share), now: now.open(share) }));
  const order = byRotation(participants, situation);
  handOut(order, {
    entry: (participant) => participant.fair,
    from: () => 0,
    to: ({ setpoint }) => setpoint.current,
    tolerates: (participant) => participant.charger.activeSetpoint.current > 0 && isTolerated(participant, situation),
  });
  for (const participant of order) reserveWhatIsLowered(participant, now);
  handOut(order, {
    entry: (participant) => participant.now,
    from: (participant) => Math.min(participant.charger.activeSetpoint.current, participant.fair.allotted),
    to: (participant) => participant.fair.allotted,
    tolerates: () => false,
  });

  const overdrawing = participants.filter(({ charger }) => isOverdrawing(charger));
  return participants.map((participant) => {
    const { setpoint, charger } = participant;
    const { minCurrent, step } = charger.settings;
    if (charger.silent || setpoint.current < minCurrent) return setpoint;
    const current = floorTo(participant.now.allotted, step);
    if (setpoint.current <= current) return setpoint;
    const reasons = reasonsFor(participant.now, situation, overdrawing);
    if (current > 0) return { ...setpoint, current, reasons };
    return { ...setpoint, current, reasons: [...reasons, { code: "below-minimum", current: minCurrent }] };
  });
}

function shareOf({ charger, setpoint }: Request, headrooms: Headrooms): Share {
  const { activeSetpoint, settings, silent } = charger;
  // A silent charger can't be counted on to follow a command.
  const { phases } = silent ? activeSetpoint : setpoint;
  const loads = charger.loads(phases);
  const held =
    activeSetpoint.current === 0 ? [] : activeSetpoint.phases === phases ? loads : charger.loads(activeSetpoint.phases);
  const newLoads = held === loads ? [] : loads.filter((phase) => !held.includes(phase));
  return {
    charger,
    setpoint: phases === setpoint.phases ? setpoint : { ...setpoint, phases },
    loads,
    newLoads,
    path: headrooms.of(settings),
  };
}

/** A per phase that the chargers on each circuit hold together. */
function heldOn(shares: readonly Share[]): ReadonlyMap<Headroom, PerPhase<number>> {
  const held = new Map<Headroom, [number, number, number]>();
  for (const { charger, loads, path } of shares)
    for (const circuit of path) {
      const sum = held.get(circuit) ?? [0, 0, 0];
      held.set(circuit, sum);
      for (const phase of loads) sum[phase] += charger.activeSetpoint.current * charger.overdrawRatio;
    }
  return held;
}

/** Headroom that has not lasted counts only as far as they hold it: none is taken before another may have it. */
function headroomToShare({ toStay, toRaise }: Headroom, held: PerPhase<number> = [0, 0, 0]): PerPhase<number> {
  return perPhase((i) => Math.min(toStay[i], Math.max(toRaise[i], held[i])));
}

/** What a charger has to give up now is reserved until its draw has fallen. */
function reserveWhatIsLowered({ charger, loads, path, fair }: Participant, ledger: Ledger): void {
  if (charger.silent || fair.allotted >= charger.activeSetpoint.current) return;
  const draw = newestDraw(charger);
  for (const phase of phaseIndexes) {
    const lowered = draw[phase] - (loads.includes(phase) ? fair.allotted * charger.overdrawRatio : 0);
    if (lowered > 0) ledger.reserve(path, phase, lowered);
  }
}

/** First the minimum for each in turn, then more by priority. */
function handOut(order: readonly Participant[], { entry: entryOf, from, to, tolerates }: HandOutRules): void {
  const candidates: Candidate[] = [];
  for (const participant of order) {
    const { activeSetpoint, silent, settings } = participant.charger;
    const entry = entryOf(participant);
    entry.allot(silent ? Math.max(activeSetpoint.current, ...newestDraw(participant.charger)) : from(participant));
    if (!silent) candidates.push({ participant, settings, entry, goal: to(participant) });
  }
  for (const { participant, settings, entry, goal } of candidates) {
    const { minCurrent } = settings;
    if (entry.allotted > 0 || goal < minCurrent) continue;
    if (minCurrent <= entry.headroom + roundingError || tolerates(participant)) entry.allot(minCurrent);
  }
  for (const equals of byPriority(candidates.filter(({ entry }) => entry.allotted > 0))) raiseInTurn(equals);
}

/** 1 A for each in turn, as far as there is headroom for a whole step. */
function raiseInTurn(equals: readonly Candidate[]): void {
  let growing = equals.map((each) => ({ ...each, begin: each.entry.allotted }));
  for (let round = 1; growing.length > 0; round++)
    growing = growing.filter(({ settings: { step }, entry, goal, begin }) => {
      const most = floorTo(Math.min(goal, entry.allotted + entry.headroom), step);
      if (most - entry.allotted < roundingError) return false;
      const next = Math.min(most, floorTo(begin + round, step));
      if (next > entry.allotted) entry.allot(next - entry.allotted);
      return true;
    });
}

function byPriority(candidates: readonly Candidate[]): Iterable<readonly Candidate[]> {
  const groups = new Map<number, Candidate[]>();
  for (const each of candidates) {
    const { priority } = each.settings;
    const group = groups.get(priority);
    if (group === undefined) groups.set(priority, [each]);
    else group.push(each);
  }
  return groups.values();
}

/** Whether it may stay at its minimum during an overload: for the configured time, as long as the fuse holds. */
function isTolerated({ charger, fair }: Participant, { memory, settings, now }: Situation): boolean {
  const { minCurrent } = charger.settings;
  if (fair.ofBudget < minCurrent) return false;
  return fair.everyCircuit((circuit, left) => {
    const overload = minCurrent - left;
    if (overload <= 0) return true;
    const since = memory.overloadedSince[circuit.name] ?? now;
    return now - since < settings.overloadTolerance && overload <= (holdingOverload - 1) * circuit.limit;
  });
}

/**
 * The tightest limit, with what others take of it; empty: there is none.
 * @param overdrawing chargers that draw far above their limit: on their circuits they are the reason
 */
function reasonsFor(
  { tightest, ofBudget }: Entry,
  { memory: { powerLimit } }: Situation,
  overdrawing: readonly Share[],
): readonly Reason[] {
  if (tightest === null || ofBudget <= tightest.left)
    return powerLimit === null ? [] : [{ code: "site-power-limit", power: powerLimit }];
  const { circuit, phase, shared } = tightest;
  const blame = overdrawing.flatMap(({ charger, path }) =>
    path.includes(circuit) ? (blameFor(charger, circuit.name) ?? []) : [],
  );
  if (blame.length > 0) return blame;
  return [
    {
      code: "circuit-limit",
      circuit: circuit.name,
      phase,
      limit: circuit.limit,
      baseLoad: Math.max(0, circuit.limit - circuit.toStay[phase]),
      highestBaseLoad: Math.max(0, circuit.limit - circuit.toRaise[phase]),
      within: headroomMemory,
      otherChargers: shared < noticeableShare ? 0 : shared,
    },
  ];
}
