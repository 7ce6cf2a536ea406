/** What every charger is asked to do now, with what its next target and the tariff have to say to it. */

import type { Plan } from "../../model/commands.js";
import type { Session } from "../memory.js";
import { carsOn, pursue, type Prospect } from "../schedule/targets.js";
import type { Rooms } from "../estimate/headroom.js";
import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { demandOf, type Demand, type TariffNow } from "./demand.js";
import { cheapestFirst, cheapFrom, cheapUntil, stretchesFrom, type Stretch } from "../schedule/tariff.js";

export interface Asked {
  readonly charger: ChargerFacts;
  readonly demand: Demand;
  /** What its next target asks for; `null`: it has none, no car, or is not to charge. */
  readonly plan: Plan | null;
  /** To be remembered: the session, with what was noted of that target. */
  readonly session: Session | null;
}

/** @param stopped why no charger may charge; `null`: they may */
export function askAll(situation: Situation, rooms: Rooms, stopped: string | null): readonly Asked[] {
  const { settings, memory, now, chargers } = situation;
  const tariff = { ...settings.tariff, prices: memory.prices ?? settings.tariff.prices };
  const stretches = stretchesFrom(now, tariff, settings.timeZone);
  const prospect: Prospect = {
    situation,
    rooms,
    cars: chargers.some(isPlanned) ? carsOn(situation, rooms) : new Map(),
    cheapest: cheapestFirst(stretches),
    cost: stretches[0]?.cost ?? Infinity,
  };
  const { timeZone, cars } = settings;
  const circumstances = { now, timeZone, cars, tariff: tariffNow(stretches), pursuit: null };
  return chargers.map((charger): Asked => {
    const pursued = pursue(charger, prospect);
    const demand: Demand =
      stopped === null
        ? demandOf(charger, pursued === null ? circumstances : { ...circumstances, pursuit: pursued.pursuit })
        : { pull: "none", reason: stopped };
    if (pursued === null) return { charger, demand, plan: null, session: charger.lasting.session };
    const { pursuit, session } = pursued;
    if (demand.pull !== "none") return { charger, demand, plan: pursuit.plan, session };
    const plan = demand.later === undefined ? null : pursuit.plan;
    return { charger, demand, plan, session: { ...session, pursuedSince: null } };
  });
}

function isPlanned({ plugged, lasting, settings }: ChargerFacts): boolean {
  return plugged && (lasting.targets ?? settings.targets).length > 0;
}

function tariffNow(stretches: readonly Stretch[]): TariffNow {
  const cost = stretches[0]?.cost ?? Infinity;
  const price = Number.isFinite(cost) ? cost : null;
  return { cheapUntil: cheapUntil(stretches), cheapFrom: cheapFrom(stretches), price };
}
