/** First step: what a charger is asked to do by its mode, by people, by its car and by the clock. */

import { timeText } from "../schedule/calendar.js";
import { carOf } from "../schedule/vehicles.js";
import type { Pursuit } from "../schedule/targets.js";
import type { CarSettings } from "../settings.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { amperes, duration, kilowattHours } from "../format.js";

/**
 * `none`: do not charge · `full`: as much as there is room for · `held`: a current of its own · `sun`: what the sun
 * gives · `sun-and-minimum`: what the sun gives, and the minimum without it.
 */
export type Pull = "none" | "full" | "held" | "sun" | "sun-and-minimum";

export interface Demand {
  readonly pull: Pull;
  readonly reason: string;
  /** A; only where it is held. */
  readonly current?: number;
  /** W of surplus below which, for `sun`, there is as good as none. */
  readonly minPower?: number;
  /** What will change it by itself, and when; as half a sentence. */
  readonly later?: string;
}

export type DemandFacts = Pick<ChargerFacts, "mode" | "reading" | "lasting" | "settings" | "memory">;

/** What is known of the house when a demand is made. */
export interface Circumstances {
  readonly now: number;
  readonly timeZone: string;
  readonly cars: readonly CarSettings[];
  /** What its next target asks for; `null`: it has none. */
  readonly pursuit: Pursuit | null;
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

export function demandOf(charger: DemandFacts, circumstances: Circumstances): Demand {
  const { mode, reading, lasting, settings } = charger;
  const forbidden = whyForbidden(charger, circumstances);
  if (forbidden !== null) return none(forbidden);
  const started = lasting.manual === "start";
  const reason = started ? byHand(charger, circumstances) : "fast charging";
  if (mode === "off")
    return started ? { pull: "full", reason } : none("switched off: charges only when started by hand");

  const unplugged = reading?.state === "disconnected";
  const whoComesIsKnown = !settings.refusesUnknownTags || !unplugged;
  if (mode === "fast" && whoComesIsKnown) return { pull: "full", reason };
  if (unplugged) {
    const { unpluggedCurrent } = settings;
    const idle = "no car is plugged in";
    return unpluggedCurrent > 0
      ? held(unpluggedCurrent, `${idle}: ready with ${amperes(unpluggedCurrent)}`)
      : none(idle);
  }
  if (reading?.state === null) return none("the charger does not tell whether a car is plugged in");
  const timely = forNow(charger, circumstances);
  if (timely !== null) return timely;
  if (mode === "scheduled") return started ? { pull: "full", reason } : atItsTime(charger, circumstances);
  return byTheSun(charger, circumstances);
}

/** What keeps it from charging in every mode; `null`: nothing. */
function whyForbidden(charger: DemandFacts, { cars, now, timeZone }: Circumstances): string | null {
  const { reading, lasting, settings, memory } = charger;
  if (reading === null) return "the charger has not answered yet";
  if (reading.state === "fault") return `the charger reports a fault${reading.error ? `: ${reading.error}` : ""}`;
  if (lasting.manual === "stop") return whyStopped(charger, (at) => timeText(timeZone, at, now));
  if (reading.state === "disconnected") return null;
  if (settings.refusesUnknownTags && carOf(memory.tag, cars) === null)
    return memory.tag === null ? "waits for the tag of a known car" : "the tag belongs to no known car: refused";
  const limit = energyLimitOf(charger);
  const charged = reading.sessionChargeConsumption ?? memory.charged;
  return limit !== null && charged >= limit ? `the session has its ${limit} kWh` : null;
}

/** What goes before the sun at this moment; `null`: nothing. */
function forNow(
  { settings, lasting, mode }: DemandFacts,
  { now, timeZone, pursuit, tariff }: Circumstances,
): Demand | null {
  const time = (at: number) => timeText(timeZone, at, now);
  const { plugInHold, cheapHours } = settings;
  const since = lasting.session?.since ?? null;
  const holdLeft = plugInHold === null || since === null ? 0 : since + plugInHold.duration - now;
  if (plugInHold !== null && holdLeft > 0)
    return held(plugInHold.current, `${amperes(plugInHold.current)} after plugging in, for ${duration(holdLeft)} more`);
  if (pursuit?.isTime) return { pull: "full", reason: whyPursued(pursuit, time) };
  const { cheapUntil, price } = tariff;
  if (!(cheapHours || mode === "scheduled") || cheapUntil === null) return null;
  const cost = price === null ? "" : ` (${price} per kWh)`;
  return { pull: "full", reason: `energy is cheap until ${time(cheapUntil)}${cost}` };
}

function byTheSun(charger: DemandFacts, circumstances: Circumstances): Demand {
  const { mode, lasting, memory } = charger;
  const later = laterOf(charger, circumstances);
  if (lasting.manual === "start") return { pull: "sun-and-minimum", reason: byHand(charger, circumstances), ...later };
  const car = carOf(memory.tag, circumstances.cars);
  const sunOnly = car?.sunOnly ?? mode === "solar";
  if (!sunOnly) return { pull: "sun-and-minimum", reason: "the minimum at least", ...later };
  const minPower = car !== null && car.minPower > 0 ? { minPower: car.minPower } : {};
  return { pull: "sun", reason: "", ...later, ...minPower };
}

function byHand({ lasting: { until } }: DemandFacts, { timeZone, now }: Circumstances): string {
  return until === null ? "started by hand" : `started by hand until ${timeText(timeZone, until, now)}`;
}

function whyStopped({ lasting, settings }: DemandFacts, time: (at: number) => string): string {
  if (lasting.until !== null) return `it was started until ${time(lasting.until)}: stopped until someone starts it`;
  if (settings.stopOnUnplug) return "stopped, by hand or since a car was unplugged: until someone starts it";
  return "stopped by hand, until it is started again or the car is unplugged";
}

/** kWh of the session after which charging ends: ours, and the one set in the charger; `null`: none. */
function energyLimitOf({ reading, lasting, settings }: DemandFacts): number | null {
  const ours = lasting.energyLimit ?? settings.sessionEnergyLimit;
  const theirs = reading?.sessionChargeConsumptionLimit ?? 0;
  if (ours > 0 && theirs > 0) return Math.min(ours, theirs);
  return ours > 0 ? ours : theirs > 0 ? theirs : null;
}

function whyPursued({ plan, possible }: Pursuit, time: (at: number) => string): string {
  if (plan.energy === null) return `charges until the car is full, by ${time(plan.by)}`;
  const reason = `charges ${kilowattHours(plan.energy)} more by ${time(plan.by)}`;
  return possible === null ? reason : `${reason}, of which ${kilowattHours(possible)} are possible`;
}

/** In the mode that waits for its time alone. */
function atItsTime(charger: DemandFacts, circumstances: Circumstances): Demand {
  const { later } = laterOf(charger, circumstances);
  if (later === undefined) return none("waits for a target or a cheap hour: none is set");
  return { ...none(`waits: ${later}`), later };
}

/** What the clock will bring. */
function laterOf(
  { settings, mode }: DemandFacts,
  { now, timeZone, pursuit, tariff }: Circumstances,
): Pick<Demand, "later"> {
  const time = (at: number) => timeText(timeZone, at, now);
  if (pursuit !== null && pursuit.plan.energy !== 0) {
    const { by, energy, from } = pursuit.plan;
    const aim = energy === null ? `to be full by ${time(by)}` : `for ${kilowattHours(energy)} by ${time(by)}`;
    return { later: `all current from ${time(from)} ${aim}` };
  }
  if (!(settings.cheapHours || mode === "scheduled") || tariff.cheapFrom === null) return {};
  return { later: `all current from ${time(tariff.cheapFrom)}, when energy is cheap` };
}

function held(current: number, reason: string): Demand {
  return { pull: "held", current, reason };
}

function none(reason: string): Demand {
  return { pull: "none", reason };
}
