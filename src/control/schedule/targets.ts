/**
 * What a charger's next target asks for, and when to charge for it: as late as it can still be reached, so that the
 * sun has its chance, and where energy costs more or less, in the cheapest of the time that is left.
 */

import type { ChargeTarget, Plan } from "../../model/commands.js";
import type { PhaseCount } from "../../model/phases.js";
import { nextTime } from "./calendar.js";
import { planReserve, planSlack, unknownRest, usualBattery } from "../parameters.js";
import type { Session } from "../memory.js";
import type { Rooms } from "../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { phaseOptions } from "../decide/solar/start-stop.js";
import { ownLimit } from "../decide/own-limit.js";
import type { Stretch } from "./tariff.js";

/** A target that is being worked for. */
export interface Pursuit {
  readonly plan: Plan;
  /** Now is one of the times at which it charges with all current for it. */
  readonly isTime: boolean;
  /** kWh that can still be charged by then, if not all that is missing; `null`: all can. */
  readonly possible: number | null;
}

/** What is known when a plan is made. */
export interface Prospect {
  readonly situation: Situation;
  readonly rooms: Rooms;
  /** How many cars want to charge through each circuit, and `""`: in the whole house. */
  readonly cars: ReadonlyMap<string, number>;
  /** The time to come: the cheapest first, and of what costs the same the latest. */
  readonly cheapest: readonly Stretch[];
  /** What energy costs now, as in a stretch. */
  readonly cost: number;
}

/** The next target of a charger with a car at it, and its session with what was noted of it; `null`: there is none. */
export function pursue(
  charger: ChargerFacts,
  prospect: Prospect,
): { readonly pursuit: Pursuit; readonly session: Session } | null {
  const { lasting, settings, memory, plugged } = charger;
  const { now, settings: site } = prospect.situation;
  if (lasting.session === null || !plugged) return null;
  const session = afterDue(lasting.session, memory.charged, now);
  const targets = lasting.targets ?? settings.targets;
  const next = targets.length === 0 ? null : nextTarget(targets, site.timeZone, now);
  if (next === null) return null;

  const missing = missingFor(next.target, memory.charged, session);
  const power = expectedPower(charger, prospect);
  const hours = missing / (power / 1_000);
  const needed = missing === 0 ? 0 : hours * 3_600_000 * (1 + planReserve.share) + planReserve.time;
  const times = bestTimes(prospect.cheapest, next.by, needed);
  const goesOn =
    session.pursuedSince !== null && missing > 0 && times.first - now <= planSlack && prospect.cost <= times.cost;
  const isTime = missing > 0 && (times.first <= now || goesOn);
  const pursuedSince = isTime ? (session.pursuedSince ?? now) : null;
  const reachable = (power / 1_000) * ((next.by - now) / 3_600_000);
  return {
    pursuit: {
      plan: { by: next.by, energy: next.target.energy === null ? null : missing, from: pursuedSince ?? times.first },
      isTime,
      possible: next.target.energy !== null && reachable < missing ? reachable : null,
    },
    session: { ...session, due: next.by, pursuedSince },
  };
}

/** A target whose time has come is over, reached or not: the next one counts from here. */
function afterDue(session: Session, charged: number, now: number): Session {
  if (session.due === null || now < session.due) return session;
  return { ...session, countsFrom: charged, due: null, pursuedSince: null };
}

/** Of several at one time the one that asks for most. */
function nextTarget(
  targets: readonly ChargeTarget[],
  zone: string,
  now: number,
): { readonly target: ChargeTarget; readonly by: number } | null {
  const asks = ({ energy }: ChargeTarget) => energy ?? Infinity;
  const coming = targets.flatMap((target) => {
    const by = nextTime(zone, target, now);
    return by === null ? [] : [{ target, by }];
  });
  return coming.sort((a, b) => a.by - b.by || asks(b.target) - asks(a.target))[0] ?? null;
}

/** kWh */
function missingFor({ energy }: ChargeTarget, charged: number, { countsFrom }: Session): number {
  const since = charged - countsFrom;
  return energy === null ? Math.max(unknownRest, usualBattery - since) : Math.max(0, energy - since);
}

/**
 * W that it is sure to take when it may have all: what charger, cable, owner and car allow, and its part of what every
 * circuit has now. A car that has never shown how many phases it uses may use one: the first minutes of charging tell.
 */
export function expectedPower(charger: ChargerFacts, { situation, rooms, cars }: Prospect): number {
  const { settings, lasting } = charger;
  const { voltage, memory } = situation;
  const powerWith = (phases: PhaseCount) => {
    const budget = (memory.powerLimit ?? Infinity) / (cars.get("") ?? 1) / (phases * voltage);
    const parts = rooms
      .of(settings)
      .flatMap(({ name, toStay }) => charger.loads(phases).map((i) => toStay[i] / (cars.get(name) ?? 1)));
    const current = Math.min(ownLimit(charger, phases, voltage).current, budget, ...parts);
    const taken = Math.min(current, lasting.appetite.current ?? Infinity);
    return current < settings.minCurrent ? 0 : taken * voltage * Math.min(phases, lasting.appetite.phases ?? 1);
  };
  const options: readonly PhaseCount[] = phaseOptions(charger, situation);
  return Math.max(settings.minCurrent * voltage, ...options.map(powerWith));
}

/** How many cars want current through each circuit. */
export function carsOn({ chargers }: Situation, rooms: Rooms): ReadonlyMap<string, number> {
  const cars = new Map<string, number>();
  for (const { settings, plugged, idle } of chargers) {
    if (!plugged || idle) continue;
    for (const name of ["", ...rooms.of(settings).map((room) => room.name)]) cars.set(name, (cars.get(name) ?? 0) + 1);
  }
  return cars;
}

/**
 * The cheapest of the time until then that is enough; of what costs the same, the latest.
 * `first`: when it begins, at the end if nothing is needed; `cost`: that of the dearest of it.
 */
function bestTimes(
  cheapest: readonly Stretch[],
  by: number,
  needed: number,
): { readonly first: number; readonly cost: number } {
  let first = by;
  let cost = -Infinity;
  let missing = needed;
  for (const stretch of cheapest) {
    if (missing <= 0) break;
    if (stretch.from >= by) continue;
    const to = Math.min(stretch.to, by);
    first = Math.min(first, Math.max(stretch.from, to - missing));
    cost = stretch.cost;
    missing -= to - stretch.from;
  }
  return { first, cost };
}
