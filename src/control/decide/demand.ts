/** First step: what a charger is asked to do by its mode, by people, by its car and by the clock. */

import { timeText } from "../schedule/calendar.js";
import { vehicleOf } from "../schedule/vehicles.js";
import type { ActiveTarget } from "../schedule/targets.js";
import type { VehicleSettings } from "../settings.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { amperes, duration, kilowattHours } from "../format.js";

/**
 * `none`: do not charge · `full`: as much as there is room for · `held`: a current of its own · `sun`: what the sun
 * gives · `sun-and-minimum`: what the sun gives, and the minimum without it.
 */
export type DemandKind = "none" | "fast" | "fixed" | "solar" | "solar-with-minimum";

export interface Demand {
  readonly kind: DemandKind;
  readonly reason: string;
  /** A; only where it is held. */
  readonly current?: number;
  /** W of surplus below which, for `sun`, there is as good as none. */
  readonly minPower?: number;
  /** What will change it by itself, and when; as half a sentence. */
  readonly later?: string;
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
    return { kind: "solar-with-minimum", reason: byHand(charger, circumstances), ...later };
  const car = vehicleOf(memory.tag, circumstances.vehicles);
  const sunOnly = car?.sunOnly ?? mode === "solar";
  if (!sunOnly) return { kind: "solar-with-minimum", reason: "the minimum at least", ...later };
  const minPower = car !== null && car.minPower > 0 ? { minPower: car.minPower } : {};
  return { kind: "solar", reason: "", ...later, ...minPower };
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
  const { later } = laterOf(charger, circumstances);
  if (later === undefined) return none("waits for a target or a cheap hour: none is set");
  return { ...none(`waits: ${later}`), later };
}

/** What the clock will bring. */
function laterOf(
  { settings, mode }: DemandFacts,
  { now, timeZone, activeTarget, tariff }: DemandContext,
): Pick<Demand, "later"> {
  const time = (at: number) => timeText(timeZone, at, now);
  if (activeTarget !== null && activeTarget.plan.energy !== 0) {
    const { by, energy, from } = activeTarget.plan;
    const aim = energy === null ? `to be full by ${time(by)}` : `for ${kilowattHours(energy)} by ${time(by)}`;
    return { later: `all current from ${time(from)} ${aim}` };
  }
  if (!(settings.cheapHours || mode === "scheduled") || tariff.cheapFrom === null) return {};
  return { later: `all current from ${time(tariff.cheapFrom)}, when energy is cheap` };
}

function fixed(current: number, reason: string): Demand {
  return { kind: "fixed", current, reason };
}

function none(reason: string): Demand {
  return { kind: "none", reason };
}
