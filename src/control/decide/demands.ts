/** What every charger is asked to do now, with what its next target and the tariff have to say to it. */

import type { Plan } from "../../model/commands.js";
import type { Reason } from "../../model/reasons.js";
import type { Headrooms } from "../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import type { Session } from "../observe/charger-memory.js";
import { activeTargetOf, vehiclesOn, type PlanningContext } from "../schedule/targets.js";
import { cheapestFirst, cheapFrom, cheapUntil, tariffPeriodsFrom, type TariffPeriod } from "../schedule/tariff.js";
import { demandOf, type Demand, type TariffNow } from "./demand.js";

export interface PlannedDemand {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
  /** What its next target asks for; `null`: it has none, no car, or is not to charge. */
  readonly plan: Plan | null;
  /** To be remembered: the session, with what was noted of that target. */
  readonly session: Session | null;
}

/** @param stopped why no charger may charge; `null`: they may */
export function demandsOf(
  situation: Situation,
  headrooms: Headrooms,
  stopped: Reason | null,
): readonly PlannedDemand[] {
  const { settings, memory, now, chargers } = situation;
  const tariff = { ...settings.tariff, prices: memory.prices ?? settings.tariff.prices };
  const periods = tariffPeriodsFrom(now, tariff, settings.timeZone);
  const prospect: PlanningContext = {
    situation,
    headrooms,
    vehicles: chargers.some(isPlanned) ? vehiclesOn(situation, headrooms) : new Map(),
    cheapest: cheapestFirst(periods),
    cost: periods[0]?.cost ?? Infinity,
  };
  const { timeZone, vehicles } = settings;
  const circumstances = { now, timeZone, vehicles, tariff: tariffNow(periods), activeTarget: null };
  return chargers.map((charger): PlannedDemand => {
    const active = activeTargetOf(charger, prospect);
    const demand: Demand =
      stopped === null
        ? demandOf(charger, active === null ? circumstances : { ...circumstances, activeTarget: active.activeTarget })
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
