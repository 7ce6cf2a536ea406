/**
 * Keeps every circuit below its limit, phase by phase: lowers at once on the reading that shows the need, counting
 * what was already commanded but does not show yet; raises only into room that has lasted.
 */

import { perPhase, phaseIndexes, type PerPhase } from "../../../model/phases.js";
import type { Reason } from "../../../model/reasons.js";
import { holdingOverload, headroomMemory } from "../../parameters.js";
import type { Headroom, Headrooms } from "../../estimate/headroom.js";
import type { ChargerSettings } from "../../settings.js";
import { newestDraw, type ChargerFacts, type Situation } from "../../estimate/situation.js";
import { blameFor } from "../disobedience.js";
import { Ledger, type Entry, type Share } from "./ledger.js";
import { byRotation } from "./rotation.js";
import type { Setpoint } from "../setpoint.js";
import { floorTo } from "../../../model/rounding.js";

/** A charger and what it wishes so far. */
export interface Request {
  readonly charger: ChargerFacts;
  readonly setpoint: Setpoint;
}

/** Floating point adds and takes this much. */
const dust = 1e-6;

/** A of other chargers that are worth a word. */
const noticeableShare = 0.05;

/** A charger with what it has been given: what is fair, and what of that it may have now. */
interface Participant extends Share {
  readonly fair: Entry;
  readonly now: Entry;
}

/** Each wish, lowered to what its circuits carry; in the order of the claims. */
export function allocate(
  situation: Situation,
  requests: readonly Request[],
  headrooms: Headrooms,
): readonly Setpoint[] {
  const shares = requests.map((claim) => shareOf(claim, headrooms));
  const held = heldOn(shares);
  // What is fair, as if all that they hold could stay; then what of it may be given now.
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

  return participants.map((participant) => {
    const { setpoint, charger } = participant;
    const { minCurrent, step } = charger.settings;
    if (charger.silent || setpoint.current < minCurrent) return setpoint;
    const current = floorTo(participant.now.allotted, step);
    if (setpoint.current <= current) return setpoint;
    const reasons = reasonsFor(participant.now, situation, participants);
    const none: readonly Reason[] = current > 0 ? [] : [{ code: "below-minimum", current: minCurrent }];
    return { ...setpoint, current, reasons: [...reasons, ...none] };
  });
}

function shareOf({ charger, setpoint }: Request, headrooms: Headrooms): Share {
  const { activeSetpoint, settings, silent } = charger;
  // What does not answer is not commanded either.
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

/** More than has lasted only as far as they hold it: nobody gives up what nobody else may have yet. */
function headroomToShare({ toStay, toRaise }: Headroom, held: PerPhase<number> = [0, 0, 0]): PerPhase<number> {
  return perPhase((i) => Math.min(toStay[i], Math.max(toRaise[i], held[i])));
}

/** What a car has to give up now is not there for others before it is seen to be gone. */
function reserveWhatIsLowered({ charger, loads, path, fair }: Participant, ledger: Ledger): void {
  if (charger.silent || fair.allotted >= charger.activeSetpoint.current) return;
  const draw = newestDraw(charger);
  for (const phase of phaseIndexes) {
    const lowered = draw[phase] - (loads.includes(phase) ? fair.allotted * charger.overdrawRatio : 0);
    if (lowered > 0) ledger.reserve(path, phase, lowered);
  }
}

interface HandOutRules {
  /** Where it is written down what each has. */
  entry(participant: Participant): Entry;
  /** What a charger has without asking. */
  from(participant: Participant): number;
  to(participant: Participant): number;
  /** Whether the minimum may be given although there is no room for it. */
  tolerates(participant: Participant): boolean;
}

/** First the minimum for each in turn, then, by priority, what it may have beyond that. */
function handOut(order: readonly Participant[], { entry: entryOf, from, to, tolerates }: HandOutRules): void {
  const asking: Candidate[] = [];
  for (const participant of order) {
    const { activeSetpoint, silent, settings } = participant.charger;
    const entry = entryOf(participant);
    entry.allot(silent ? Math.max(activeSetpoint.current, ...newestDraw(participant.charger)) : from(participant));
    if (!silent) asking.push({ participant, settings, entry, goal: to(participant) });
  }
  for (const { participant, settings, entry, goal } of asking) {
    const { minCurrent } = settings;
    if (entry.allotted > 0 || goal < minCurrent) continue;
    if (minCurrent <= entry.headroom + dust || tolerates(participant)) entry.allot(minCurrent);
  }
  for (const equals of byPriority(asking.filter(({ entry }) => entry.allotted > 0))) raiseInTurn(equals);
}

/** An ampere for each in turn, as far as there is room for a whole step. */
function raiseInTurn(equals: readonly Candidate[]): void {
  let growing = equals.map((each) => ({ ...each, begin: each.entry.allotted }));
  for (let round = 1; growing.length > 0; round++)
    growing = growing.filter(({ settings: { step }, entry, goal, begin }) => {
      const most = floorTo(Math.min(goal, entry.allotted + entry.headroom), step);
      if (most - entry.allotted < dust) return false;
      const next = Math.min(most, floorTo(begin + round, step));
      if (next > entry.allotted) entry.allot(next - entry.allotted);
      return true;
    });
}

interface Candidate {
  readonly participant: Participant;
  readonly settings: ChargerSettings;
  readonly entry: Entry;
  /** A per phase that it shall have at most. */
  readonly goal: number;
}

function byPriority(asking: readonly Candidate[]): Iterable<readonly Candidate[]> {
  const groups = new Map<number, Candidate[]>();
  for (const each of asking) {
    const { priority } = each.settings;
    const group = groups.get(priority);
    if (group === undefined) groups.set(priority, [each]);
    else group.push(each);
  }
  return groups.values();
}

/** The minimum may go on for a while where the house asked for it, as long as the fuse is sure to hold. */
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

/** Names the limit that leaves least, and who has the rest of it; empty: there is none. */
function reasonsFor(
  { tightest, ofBudget }: Entry,
  { memory: { powerLimit } }: Situation,
  shares: readonly Share[],
): readonly Reason[] {
  if (tightest === null || ofBudget <= tightest.left)
    return powerLimit === null ? [] : [{ code: "site-power-limit", power: powerLimit }];
  const { circuit, phase, shared } = tightest;
  const blame = shares.flatMap(({ charger, path }) =>
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
