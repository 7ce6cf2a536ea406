/** The demand on every charger, with its next target and the tariff taken into account. */

import type { Plan } from "../../model/commands.js";
import type { Reason } from "../../model/reasons.js";
import type { Headrooms } from "../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import type { Session } from "../observe/charger-memory.js";
import { activeTargetOf, vehiclesOn, type PlanningContext } from "../schedule/targets.js";
import { cheapestFirst, cheapFrom, cheapUntil, tariffPeriodsFrom, type TariffPeriod } from "../schedule/tariff.js";
import { demandOf, type Demand, type TariffNow } from "./demand.js";

/** The demand on a charger, and the plan of its next target. */
export interface PlannedDemand {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
  /** Of its next target; `null`: it has none, no car, or shall not charge. */
  readonly plan: Plan | null;
  /** To be remembered: the session, updated for that target; `null`: no car is plugged in. */
  readonly session: Session | null;
}

/**
 * The demands on all chargers, in the order of the settings.
 * @param stopped why no charger may charge; `null`: they may
 */
export function demandsOf(
  situation: Situation,
  headrooms: Headrooms,
  stopped: Reason | null,
): readonly PlannedDemand[] {
  const { settings, memory, now, chargers } = situation;
  const tariff = { ...settings.tariff, prices: memory.prices ?? settings.tariff.prices };
  const periods = tariffPeriodsFrom(now, tariff, settings.timeZone);
  const planning: PlanningContext = {
    situation,
    headrooms,
    vehicles: chargers.some(isPlanned) ? vehiclesOn(situation, headrooms) : new Map(),
    cheapest: cheapestFirst(periods),
    cost: periods[0]?.cost ?? Infinity,
  };
  const { timeZone, vehicles } = settings;
  const context = { now, timeZone, vehicles, tariff: tariffNow(periods), activeTarget: null };
  return chargers.map((charger): PlannedDemand => {
    const active = activeTargetOf(charger, planning);
    const demand: Demand =
      stopped === null
        ? demandOf(charger, active === null ? context : { ...context, activeTarget: active.activeTarget })
        : { kind: "none", reason: stopped, isScheduled: false };
    if (active === null) return { charger, demand, plan: null, session: charger.persistent.session };
    const { activeTarget, session } = active;
    if (demand.kind !== "none") return { charger, demand, plan: activeTarget.plan, session };
    const plan = demand.isScheduled ? activeTarget.plan : null;
    return { charger, demand, plan, session: { ...session, targetActiveSince: null } };
  });
}

function isPlanned({ plugged, persistent, settings }: ChargerFacts): boolean {
  return plugged && (persistent.targets ?? settings.targets).length > 0;
}

function tariffNow(periods: readonly TariffPeriod[]): TariffNow {
  const cost = periods[0]?.cost ?? Infinity;
  const price = Number.isFinite(cost) ? cost : null;
  return { cheapUntil: cheapUntil(periods), cheapFrom: cheapFrom(periods), price };
}
