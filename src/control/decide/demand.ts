/** What mode, people, vehicle and clock ask of a charger. */

import type { ManualStart, ManualStop } from "../../model/commands.js";
import type { ClockTime, MinimumReason, Reason, Upcoming } from "../../model/reasons.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { clockTime } from "../schedule/calendar.js";
import type { ActiveTarget } from "../schedule/targets.js";
import { vehicleOf } from "../schedule/vehicles.js";
import type { ChargerSettings, VehicleSettings } from "../settings.js";

/** What is asked of a charger. */
export type Demand = NoDemand | FastDemand | FixedDemand | SolarDemand | SolarWithMinimumDemand;

export type DemandKind = Demand["kind"];

/** Do not charge. */
export interface NoDemand {
  readonly kind: "none";
  readonly reason: Reason;
  /** It waits for a known time, and the plan of its next target still holds. */
  readonly isScheduled: boolean;
}

/** As much as there is headroom for. */
export interface FastDemand {
  readonly kind: "fast";
  readonly reason: Reason;
}

/** A current that does not depend on the surplus. */
export interface FixedDemand {
  readonly kind: "fixed";
  readonly reason: Reason;
  /** A per phase */
  readonly current: number;
}

/** The surplus only. */
export interface SolarDemand {
  readonly kind: "solar";
  /** W of surplus below which this vehicle is not charged; `null`: any will do. */
  readonly minPower: number | null;
  /** When it will charge fast by the clock; `null`: not known. */
  readonly later: Upcoming | null;
}

/** The surplus, and the minimum current without it. */
export interface SolarWithMinimumDemand {
  readonly kind: "solar-with-minimum";
  /** Why it has the minimum. */
  readonly reason: MinimumReason;
  /** As in `SolarDemand`. */
  readonly later: Upcoming | null;
}

/** The demands whose current follows the surplus. */
export type SurplusDemand = SolarDemand | SolarWithMinimumDemand;

export function followsSurplus(demand: Demand): demand is SurplusDemand {
  return demand.kind === "solar" || demand.kind === "solar-with-minimum";
}

export type DemandFacts = Pick<ChargerFacts, "mode" | "reading" | "persistent" | "settings" | "memory">;

/** What a demand depends on beside the charger. */
export interface DemandContext {
  /** ms since 1970 */
  readonly now: number;
  /** IANA name */
  readonly timeZone: string;
  /** Known cars. */
  readonly vehicles: readonly VehicleSettings[];
  /** Its next target; `null`: it has none. */
  readonly activeTarget: ActiveTarget | null;
  readonly tariff: TariffNow;
}

export interface TariffNow {
  /** When the present cheap time ends, in ms since 1970; `null`: it is not cheap now. */
  readonly cheapUntil: number | null;
  /** When it is cheap next, in ms since 1970; `null`: not known. */
  readonly cheapFrom: number | null;
  /** The present price per kWh; `null`: not known. */
  readonly price: number | null;
}

export function demandOf(charger: DemandFacts, context: DemandContext): Demand {
  const { mode, reading, persistent, settings } = charger;
  const forbidden = whyForbidden(charger, context);
  if (forbidden !== null) return none(forbidden);
  const { manual } = persistent;
  const started = manual?.kind === "start";
  const reason: Reason = started ? startedByHand(manual, context) : { code: "fast-mode" };
  if (mode === "off") return started ? { kind: "fast", reason } : none({ code: "mode-off" });

  const unplugged = reading?.state === "disconnected";
  const mayServeNext = !settings.refusesUnknownTags || !unplugged;
  if (mode === "fast" && mayServeNext) return { kind: "fast", reason };
  if (unplugged) {
    const { unpluggedCurrent } = settings;
    return unpluggedCurrent > 0
      ? fixed(unpluggedCurrent, { code: "ready-without-vehicle", current: unpluggedCurrent })
      : none({ code: "no-vehicle" });
  }
  if (reading?.state === null) return none({ code: "plug-state-unknown" });
  const timed = timedDemand(charger, context);
  if (timed !== null) return timed;
  if (mode === "scheduled") return started ? { kind: "fast", reason } : scheduledDemand(charger, context);
  return solarDemand(charger, context);
}

/** Why it must not charge in any mode; `null`: it may. */
function whyForbidden(charger: DemandFacts, { vehicles, now, timeZone }: DemandContext): Reason | null {
  const { reading, persistent, settings, memory } = charger;
  if (reading === null) return { code: "charger-not-heard" };
  if (reading.state === "fault") return { code: "charger-fault", error: reading.error };
  const { manual } = persistent;
  if (manual?.kind === "stop") return whyStopped(manual, settings, (at) => clockTime(timeZone, at, now));
  if (reading.state === "disconnected") return null;
  if (settings.refusesUnknownTags && vehicleOf(memory.tag, vehicles) === null)
    return { code: memory.tag === null ? "tag-missing" : "tag-unknown" };
  const limit = energyLimitOf(charger);
  const charged = reading.sessionChargeConsumption ?? memory.charged;
  return limit !== null && charged >= limit ? { code: "session-limit-reached", limit } : null;
}

/** A demand by time, which takes precedence over the surplus; `null`: none now. */
function timedDemand(
  { settings, persistent, mode }: DemandFacts,
  { now, timeZone, activeTarget, tariff }: DemandContext,
): Demand | null {
  const time = (at: number) => clockTime(timeZone, at, now);
  const { plugInHold, cheapHours } = settings;
  const since = persistent.session?.since ?? null;
  const holdLeft = plugInHold === null || since === null ? 0 : since + plugInHold.duration - now;
  if (plugInHold !== null && holdLeft > 0)
    return fixed(plugInHold.current, { code: "plug-in-hold", current: plugInHold.current, left: holdLeft });
  if (activeTarget?.isTime) return { kind: "fast", reason: targetReason(activeTarget, time) };
  const { cheapUntil, price } = tariff;
  if (!(cheapHours || mode === "scheduled") || cheapUntil === null) return null;
  return { kind: "fast", reason: { code: "cheap-energy", until: time(cheapUntil), price } };
}

function solarDemand(charger: DemandFacts, context: DemandContext): Demand {
  const { mode, persistent, memory } = charger;
  const later = upcomingOf(charger, context);
  if (persistent.manual?.kind === "start")
    return { kind: "solar-with-minimum", reason: startedByHand(persistent.manual, context), later };
  const car = vehicleOf(memory.tag, context.vehicles);
  const sunOnly = car?.sunOnly ?? mode === "solar";
  if (!sunOnly) return { kind: "solar-with-minimum", reason: { code: "minimum-mode" }, later };
  return { kind: "solar", minPower: car !== null && car.minPower > 0 ? car.minPower : null, later };
}

function startedByHand({ until }: ManualStart, { timeZone, now }: DemandContext): MinimumReason {
  return { code: "started-by-hand", until: until === null ? null : clockTime(timeZone, until, now) };
}

function whyStopped(
  { endedStart }: ManualStop,
  { stopOnUnplug }: ChargerSettings,
  time: (at: number) => ClockTime,
): Reason {
  if (endedStart !== null) return { code: "timed-start-over", until: time(endedStart) };
  return { code: stopOnUnplug ? "stopped-until-start" : "stopped-by-hand" };
}

/** kWh of the session after which charging ends: the lower one of ours and the charger's own; `null`: none. */
function energyLimitOf({ reading, persistent, settings }: DemandFacts): number | null {
  const ours = persistent.energyLimit ?? settings.sessionEnergyLimit;
  const theirs = reading?.sessionChargeConsumptionLimit ?? 0;
  if (ours > 0 && theirs > 0) return Math.min(ours, theirs);
  return ours > 0 ? ours : theirs > 0 ? theirs : null;
}

function targetReason({ plan, possible }: ActiveTarget, time: (at: number) => ClockTime): Reason {
  return { code: "target-due", energy: plan.energy, by: time(plan.by), possible };
}

/** In the mode `scheduled`, outside its times. */
function scheduledDemand(charger: DemandFacts, context: DemandContext): Demand {
  const next = upcomingOf(charger, context);
  if (next === null) return none({ code: "nothing-scheduled" });
  return { kind: "none", reason: { code: "waits-for-schedule", next }, isScheduled: true };
}

/** When it will next charge fast by the clock; `null`: not known. */
function upcomingOf(
  { settings, mode }: DemandFacts,
  { now, timeZone, activeTarget, tariff }: DemandContext,
): Upcoming | null {
  const time = (at: number) => clockTime(timeZone, at, now);
  if (activeTarget !== null && activeTarget.plan.energy !== 0) {
    const { by, energy, from } = activeTarget.plan;
    return { code: "target-upcoming", from: time(from), energy, by: time(by) };
  }
  if (!(settings.cheapHours || mode === "scheduled") || tariff.cheapFrom === null) return null;
  return { code: "cheap-energy-upcoming", from: time(tariff.cheapFrom) };
}

function fixed(current: number, reason: Reason): Demand {
  return { kind: "fixed", current, reason };
}

function none(reason: Reason): Demand {
  return { kind: "none", reason, isScheduled: false };
}
