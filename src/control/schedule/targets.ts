/**
 * What a charger's next target asks for, and when to charge for it: as late as it can still be reached, so that the
 * surplus is used first, and where prices differ, in the cheapest of the time that is left.
 */

import type { ChargeTarget, Plan } from "../../model/commands.js";
import type { PhaseCount } from "../../model/phases.js";
import { ownLimit } from "../decide/own-limit.js";
import { phaseOptions } from "../decide/phase-switching.js";
import type { Headrooms } from "../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import type { Session } from "../observe/charger-memory.js";
import { planReserve, planSlack, unknownRest, usualBattery } from "../parameters.js";
import { nextTime } from "./calendar.js";
import type { TariffPeriod } from "./tariff.js";

/** The next target of a charger. */
export interface ActiveTarget {
  readonly plan: Plan;
  /** It charges with all current for it now. */
  readonly isTime: boolean;
  /** kWh that can still be charged in time; `null`: all that is missing. */
  readonly possible: number | null;
}

/** What a plan depends on beside the charger. */
export interface PlanningContext {
  readonly situation: Situation;
  readonly headrooms: Headrooms;
  /** How many cars want to charge on each circuit, and on the whole site (`""`). */
  readonly vehicles: ReadonlyMap<string, number>;
  /** The periods to come: the cheapest first, and of what costs the same the latest. */
  readonly cheapest: readonly TariffPeriod[];
  /** What energy costs now, as in a `TariffPeriod`. */
  readonly cost: number;
}

/** The next target of a charger with a car, and the session with what is to be remembered of it; `null`: none. */
export function activeTargetOf(
  charger: ChargerFacts,
  context: PlanningContext,
): { readonly activeTarget: ActiveTarget; readonly session: Session } | null {
  const { persistent, settings, memory, plugged } = charger;
  const { now, settings: site } = context.situation;
  if (persistent.session === null || !plugged) return null;
  const session = afterDue(persistent.session, memory.charged, now);
  const targets = persistent.targets ?? settings.targets;
  const next = targets.length === 0 ? null : nextTarget(targets, site.timeZone, now);
  if (next === null) return null;

  const missing = missingFor(next.target, memory.charged, session);
  const power = expectedPower(charger, context);
  const hours = missing / (power / 1_000);
  const needed = missing === 0 ? 0 : hours * 3_600_000 * (1 + planReserve.share) + planReserve.time;
  const times = bestTimes(context.cheapest, next.by, needed);
  const goesOn =
    session.targetActiveSince !== null && missing > 0 && times.first - now <= planSlack && context.cost <= times.cost;
  const isTime = missing > 0 && (times.first <= now || goesOn);
  const targetActiveSince = isTime ? (session.targetActiveSince ?? now) : null;
  const reachable = (power / 1_000) * ((next.by - now) / 3_600_000);
  return {
    activeTarget: {
      plan: {
        by: next.by,
        energy: next.target.energy === null ? null : missing,
        from: targetActiveSince ?? times.first,
      },
      isTime,
      possible: next.target.energy !== null && reachable < missing ? reachable : null,
    },
    session: { ...session, due: next.by, targetActiveSince },
  };
}

/** A target that is due is over, reached or not: the next one counts from here. */
function afterDue(session: Session, charged: number, now: number): Session {
  if (session.due === null || now < session.due) return session;
  return { ...session, countsFrom: charged, due: null, targetActiveSince: null };
}

/** The earliest; of several at one time the one with most energy. */
function nextTarget(
  targets: readonly ChargeTarget[],
  zone: string,
  now: number,
): { readonly target: ChargeTarget; readonly by: number } | null {
  const energyOf = ({ energy }: ChargeTarget) => energy ?? Infinity;
  const coming = targets.flatMap((target) => {
    const by = nextTime(zone, target, now);
    return by === null ? [] : [{ target, by }];
  });
  return coming.sort((a, b) => a.by - b.by || energyOf(b.target) - energyOf(a.target))[0] ?? null;
}

/** kWh that the target still misses. */
function missingFor({ energy }: ChargeTarget, charged: number, { countsFrom }: Session): number {
  const since = charged - countsFrom;
  return energy === null ? Math.max(unknownRest, usualBattery - since) : Math.max(0, energy - since);
}

/**
 * W that a car is sure to take: what charger, cable, owner and observed vehicle limit allow, and its share of the
 * present headroom. A car of which the number of phases is not known is taken to use one.
 */
export function expectedPower(charger: ChargerFacts, { situation, headrooms, vehicles }: PlanningContext): number {
  const { settings, persistent } = charger;
  const { voltage, memory } = situation;
  const powerWith = (phases: PhaseCount) => {
    const budget = (memory.powerLimit ?? Infinity) / (vehicles.get("") ?? 1) / (phases * voltage);
    const parts = headrooms
      .of(settings)
      .flatMap(({ name, toStay }) => charger.loads(phases).map((i) => toStay[i] / (vehicles.get(name) ?? 1)));
    const current = Math.min(ownLimit(charger, phases, voltage).current, budget, ...parts);
    const taken = Math.min(current, persistent.vehicleLimit.current ?? Infinity);
    return current < settings.minCurrent ? 0 : taken * voltage * Math.min(phases, persistent.vehicleLimit.phases ?? 1);
  };
  const options: readonly PhaseCount[] = phaseOptions(charger, situation);
  return Math.max(settings.minCurrent * voltage, ...options.map(powerWith));
}

/** How many cars want to charge on each circuit, and on the whole site (`""`). */
export function vehiclesOn({ chargers }: Situation, headrooms: Headrooms): ReadonlyMap<string, number> {
  const vehicles = new Map<string, number>();
  for (const { settings, plugged, idle } of chargers) {
    if (!plugged || idle) continue;
    for (const name of ["", ...headrooms.of(settings).map((headroom) => headroom.name)])
      vehicles.set(name, (vehicles.get(name) ?? 0) + 1);
  }
  return vehicles;
}

/**
 * The cheapest time before the end that is enough; of what costs the same, the latest.
 * @param by the end, in ms since 1970
 * @param needed ms
 * @returns `first`: when it begins, `by` if nothing is needed; `cost`: of the most expensive part
 */
function bestTimes(
  cheapest: readonly TariffPeriod[],
  by: number,
  needed: number,
): { readonly first: number; readonly cost: number } {
  let first = by;
  let cost = -Infinity;
  let missing = needed;
  for (const period of cheapest) {
    if (missing <= 0) break;
    if (period.from >= by) continue;
    const to = Math.min(period.to, by);
    first = Math.min(first, Math.max(period.from, to - missing));
    cost = period.cost;
    missing -= to - period.from;
  }
  return { first, cost };
}
