/** First step: what a charger is asked to do by its mode, by people, by its car and by the clock. */

import { timeText } from "../schedule/calendar.js";
import { vehicleOf } from "../schedule/vehicles.js";
import type { ActiveTarget } from "../schedule/targets.js";
import type { VehicleSettings } from "../settings.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { amperes, duration, kilowattHours } from "../format.js";

/** What a charger is asked to do. */
export type Demand = NoDemand | FastDemand | FixedDemand | SolarDemand | SolarWithMinimumDemand;

export type DemandKind = Demand["kind"];

/** Do not charge. */
export interface NoDemand {
  readonly kind: "none";
  readonly reason: string;
  /** It waits for a time that is known: what its next target asks for still holds. */
  readonly isScheduled: boolean;
}

/** As much as there is headroom for. */
export interface FastDemand {
  readonly kind: "fast";
  readonly reason: string;
}

/** A current that does not depend on the surplus. */
export interface FixedDemand {
  readonly kind: "fixed";
  readonly reason: string;
  /** A per phase */
  readonly current: number;
}

/** The surplus only. */
export interface SolarDemand {
  readonly kind: "solar";
  /** W of surplus below which there is as good as none for this vehicle; `null`: it takes any. */
  readonly minPower: number | null;
  /** When it will charge fast by itself, as half a sentence; `null`: that is not known. */
  readonly later: string | null;
}

/** The surplus, and the minimum current without it. */
export interface SolarWithMinimumDemand {
  readonly kind: "solar-with-minimum";
  /** Why it has the minimum. */
  readonly reason: string;
  /** As in `SolarDemand`. */
  readonly later: string | null;
}

/** Those whose current follows the surplus. */
export type SurplusDemand = SolarDemand | SolarWithMinimumDemand;

export function followsSurplus(demand: Demand): demand is SurplusDemand {
  return demand.kind === "solar" || demand.kind === "solar-with-minimum";
}

export type DemandFacts = Pick<ChargerFacts, "mode" | "reading" | "persistent" | "settings" | "memory">;

/** What is known of the house when a demand is made. */
export interface DemandContext {
  readonly now: number;
  readonly timeZone: string;
  readonly vehicles: readonly VehicleSettings[];
  /** What its next target asks for; `null`: it has none. */
  readonly activeTarget: ActiveTarget | null;
  readonly tariff: TariffNow;
}

export interface TariffNow {
  /** When the cheap time that it is ends; `null`: it is none. */
  readonly cheapUntil: number | null;
  /** When it is cheap next; `null`: not known. */
  readonly cheapFrom: number | null;
  /** Per kWh; `null`: not known. */
  readonly price: number | null;
}

export function demandOf(charger: DemandFacts, circumstances: DemandContext): Demand {
  const { mode, reading, persistent, settings } = charger;
  const forbidden = whyForbidden(charger, circumstances);
  if (forbidden !== null) return none(forbidden);
  const started = persistent.manual === "start";
  const reason = started ? byHand(charger, circumstances) : "fast charging";
  if (mode === "off")
    return started ? { kind: "fast", reason } : none("switched off: charges only when started by hand");

  const unplugged = reading?.state === "disconnected";
  const whoComesIsKnown = !settings.refusesUnknownTags || !unplugged;
  if (mode === "fast" && whoComesIsKnown) return { kind: "fast", reason };
  if (unplugged) {
    const { unpluggedCurrent } = settings;
    const idle = "no car is plugged in";
    return unpluggedCurrent > 0
      ? fixed(unpluggedCurrent, `${idle}: ready with ${amperes(unpluggedCurrent)}`)
      : none(idle);
  }
  if (reading?.state === null) return none("the charger does not tell whether a car is plugged in");
  const timely = timedDemand(charger, circumstances);
  if (timely !== null) return timely;
  if (mode === "scheduled") return started ? { kind: "fast", reason } : scheduledDemand(charger, circumstances);
  return solarDemand(charger, circumstances);
}

/** What keeps it from charging in every mode; `null`: nothing. */
function whyForbidden(charger: DemandFacts, { vehicles, now, timeZone }: DemandContext): string | null {
  const { reading, persistent, settings, memory } = charger;
  if (reading === null) return "the charger has not answered yet";
  if (reading.state === "fault") return `the charger reports a fault${reading.error ? `: ${reading.error}` : ""}`;
  if (persistent.manual === "stop") return whyStopped(charger, (at) => timeText(timeZone, at, now));
  if (reading.state === "disconnected") return null;
  if (settings.refusesUnknownTags && vehicleOf(memory.tag, vehicles) === null)
    return memory.tag === null ? "waits for the tag of a known car" : "the tag belongs to no known car: refused";
  const limit = energyLimitOf(charger);
  const charged = reading.sessionChargeConsumption ?? memory.charged;
  return limit !== null && charged >= limit ? `the session has its ${limit} kWh` : null;
}

/** What goes before the sun at this moment; `null`: nothing. */
function timedDemand(
  { settings, persistent, mode }: DemandFacts,
  { now, timeZone, activeTarget, tariff }: DemandContext,
): Demand | null {
  const time = (at: number) => timeText(timeZone, at, now);
  const { plugInHold, cheapHours } = settings;
  const since = persistent.session?.since ?? null;
  const holdLeft = plugInHold === null || since === null ? 0 : since + plugInHold.duration - now;
  if (plugInHold !== null && holdLeft > 0)
    return fixed(
      plugInHold.current,
      `${amperes(plugInHold.current)} after plugging in, for ${duration(holdLeft)} more`,
    );
  if (activeTarget?.isTime) return { kind: "fast", reason: targetReason(activeTarget, time) };
  const { cheapUntil, price } = tariff;
  if (!(cheapHours || mode === "scheduled") || cheapUntil === null) return null;
  const cost = price === null ? "" : ` (${price} per kWh)`;
  return { kind: "fast", reason: `energy is cheap until ${time(cheapUntil)}${cost}` };
}

function solarDemand(charger: DemandFacts, circumstances: DemandContext): Demand {
  const { mode, persistent, memory } = charger;
  const later = laterOf(charger, circumstances);
  if (persistent.manual === "start")
    return { kind: "solar-with-minimum", reason: byHand(charger, circumstances), later };
  const car = vehicleOf(memory.tag, circumstances.vehicles);
  const sunOnly = car?.sunOnly ?? mode === "solar";
  if (!sunOnly) return { kind: "solar-with-minimum", reason: "the minimum at least", later };
  return { kind: "solar", minPower: car !== null && car.minPower > 0 ? car.minPower : null, later };
}

function byHand({ persistent: { until } }: DemandFacts, { timeZone, now }: DemandContext): string {
  return until === null ? "started by hand" : `started by hand until ${timeText(timeZone, until, now)}`;
}

function whyStopped({ persistent, settings }: DemandFacts, time: (at: number) => string): string {
  if (persistent.until !== null)
    return `it was started until ${time(persistent.until)}: stopped until someone starts it`;
  if (settings.stopOnUnplug) return "stopped, by hand or since a car was unplugged: until someone starts it";
  return "stopped by hand, until it is started again or the car is unplugged";
}

/** kWh of the session after which charging ends: ours, and the one set in the charger; `null`: none. */
function energyLimitOf({ reading, persistent, settings }: DemandFacts): number | null {
  const ours = persistent.energyLimit ?? settings.sessionEnergyLimit;
  const theirs = reading?.sessionChargeConsumptionLimit ?? 0;
  if (ours > 0 && theirs > 0) return Math.min(ours, theirs);
  return ours > 0 ? ours : theirs > 0 ? theirs : null;
}

function targetReason({ plan, possible }: ActiveTarget, time: (at: number) => string): string {
  if (plan.energy === null) return `charges until the car is full, by ${time(plan.by)}`;
  const reason = `charges ${kilowattHours(plan.energy)} more by ${time(plan.by)}`;
  return possible === null ? reason : `${reason}, of which ${kilowattHours(possible)} are possible`;
}

/** In the mode that waits for its time alone. */
function scheduledDemand(charger: DemandFacts, circumstances: DemandContext): Demand {
  const later = laterOf(charger, circumstances);
  if (later === null) return none("waits for a target or a cheap hour: none is set");
  return { kind: "none", reason: `waits: ${later}`, isScheduled: true };
}

/** What the clock will bring; `null`: nothing. */
function laterOf(
  { settings, mode }: DemandFacts,
  { now, timeZone, activeTarget, tariff }: DemandContext,
): string | null {
  const time = (at: number) => timeText(timeZone, at, now);
  if (activeTarget !== null && activeTarget.plan.energy !== 0) {
    const { by, energy, from } = activeTarget.plan;
    const aim = energy === null ? `to be full by ${time(by)}` : `for ${kilowattHours(energy)} by ${time(by)}`;
    return `all current from ${time(from)} ${aim}`;
  }
  if (!(settings.cheapHours || mode === "scheduled") || tariff.cheapFrom === null) return null;
  return `all current from ${time(tariff.cheapFrom)}, when energy is cheap`;
}

function fixed(current: number, reason: string): Demand {
  return { kind: "fixed", current, reason };
}

function none(reason: string): Demand {
  return { kind: "none", reason, isScheduled: false };
}
