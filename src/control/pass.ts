/**
 * One pass of the controller: from what was remembered and what is new to what every charger shall do now, and why.
 * The chain: what mode and people want → what the sun gives → what charger, cable and owner allow → what can be
 * trusted → what starts and stops may follow each other → what the circuits carry, and whether that is enough.
 */

import type { Decision, Plan } from "../model/commands.js";
import { byName } from "../model/names.js";
import { askAll, type Asked } from "./decide/demands.js";
import { isPlugged } from "./observe/chargers.js";
import { recent } from "./observe/history.js";
import { blockHold, freshForStaying, mostClosings, phaseSwitchPause } from "./parameters.js";
import { changed, type ChargerMemory, type Memory } from "./memory.js";
import { stoppedByMonitor } from "./observe/residual-current.js";
import type { Observation } from "./observation.js";
import { observe } from "./observe/observe.js";
import { roomsOf, type Rooms } from "./estimate/headroom.js";
import type { ControlSettings } from "./settings.js";
import type { ChargerFacts, Situation, Trust } from "./estimate/situation.js";
import { surplusTrust } from "./estimate/surplus.js";
import { shareCircuits, type Claim } from "./decide/load-management/allocate.js";
import type { Demand } from "./decide/demand.js";
import { chargesFromGrid, type Charge } from "./decide/discharge-block.js";
import { fullWish, heldWish } from "./decide/fast.js";
import { ownLimit } from "./decide/own-limit.js";
import { failSafe } from "./decide/failsafe.js";
import { settle } from "./decide/settle.js";
import { shareSun, type SunWish } from "./decide/solar/share.js";
import { atMost, type Wish } from "./decide/setpoint.js";

export interface Outcome {
  readonly memory: Memory;
  /** For every charger of the settings, by its name. */
  readonly decisions: { readonly [charger: string]: Decision };
  /** What the next target of each charger asks for; absent: it has none, no car, or is not to charge. */
  readonly plans: { readonly [charger: string]: Plan };
  /** House batteries shall give nothing now, where they can be told so. */
  readonly blockDischarge: boolean;
}

/**
 * Decides for all chargers. Changes nothing but what it returns.
 * @throws RangeError if time goes back
 */
export function pass(settings: ControlSettings, memory: Memory, observation: Observation): Outcome {
  if (observation.time < memory.time) throw new RangeError("time goes back");
  const observed = observe(settings, memory, observation);
  const situation = withinLimit(observed.situation, settings.powerLimit);
  const rooms = roomsOf(situation, observed.backgrounds);
  const surplus = surplusTrust(situation);

  const stopped = stoppedByMonitor(settings, situation.memory);
  const asked = askAll(situation, rooms, stopped);
  const sun = shareSun(
    situation,
    asked.filter(({ demand }) => dependsOnSun(demand)),
  );
  const { failsafeCurrent } = settings;
  const allowed = (wish: Wish, charger: ChargerFacts, demand: Demand): Wish => {
    const inputs = inputsOf(charger, demand, rooms, surplus);
    return settle(failSafe(wish, { charger, now: situation.now, inputs, failsafeCurrent }), charger, situation);
  };
  // What can't be had anyway is not kept from others.
  const claims = asked.map(({ charger, demand }): Claim => {
    const followed = sun.get(charger.settings.name)?.wish;
    const wish = followed ? withLater(followed, demand) : wishWithoutSun(charger, demand, situation, rooms);
    return { charger, wish: allowed(limitToItself(wish, charger, situation), charger, demand) };
  });
  const shared = shareCircuits(situation, claims, rooms);

  const decisions = byName<Decision>();
  const charges: Charge[] = [];
  const plans = byName<Plan>();
  const remembered = byName<ChargerMemory>();
  asked.forEach((each, index) => {
    const { charger, demand, plan } = each;
    const { name } = charger.settings;
    const given = shared[index] ?? nothing(charger);
    const wish = given === claims[index]?.wish ? given : allowed(given, charger, demand);
    const { current, phases, reason } = wish;
    const decision: Decision = { allowCharging: current > 0, current, phases, reason };
    decisions[name] = decision;
    charges.push({ charger, demand, decision });
    if (plan !== null) plans[name] = plan;
    remembered[name] = rememberDecision(each, wish, sun.get(name), situation.now);
  });
  const { now } = situation;
  const gridChargeAt = chargesFromGrid(charges, situation) ? now : situation.memory.gridChargeAt;
  const blockDischarge = gridChargeAt !== null && now - gridChargeAt < blockHold;
  return {
    memory: { ...observed.situation.memory, chargers: remembered, gridChargeAt },
    decisions,
    plans,
    blockDischarge,
  };
}

/** With the grid operator's limit as it holds: the configured one, where that is lower. */
function withinLimit(situation: Situation, configured: number | null): Situation {
  if (configured === null) return situation;
  const { memory } = situation;
  return { ...situation, memory: { ...memory, powerLimit: Math.min(configured, memory.powerLimit ?? Infinity) } };
}

/** Says also what the clock will bring. */
function withLater(wish: Wish, { later }: Demand): Wish {
  return later === undefined ? wish : { ...wish, reason: `${wish.reason}; ${later}` };
}

/** What a charger's current depends on; nothing, if it shall not charge. */
function inputsOf({ settings }: ChargerFacts, demand: Demand, rooms: Rooms, surplus: Trust): readonly Trust[] {
  if (demand.pull === "none") return [];
  const trusts = rooms.trustsIn(settings);
  return dependsOnSun(demand) ? [...trusts, surplus] : trusts;
}

function dependsOnSun({ pull }: Demand): boolean {
  return pull === "sun" || pull === "sun-and-minimum";
}

function wishWithoutSun(
  charger: ChargerFacts,
  { pull, reason, current = 0 }: Demand,
  situation: Situation,
  rooms: Rooms,
): Wish {
  if (pull === "full") return fullWish(charger, reason, situation, rooms);
  if (pull === "held") return heldWish(charger, current, reason, situation);
  return { ...nothing(charger), reason };
}

function nothing({ holding }: ChargerFacts): Wish {
  return { current: 0, phases: holding.phases, reason: "" };
}

/** Where a circuit is shared, who takes nothing holds no more than the minimum of it. */
function limitToItself(wish: Wish, charger: ChargerFacts, { voltage, chargers }: Situation): Wish {
  const own = ownLimit(charger, wish.phases, voltage);
  const limited = atMost(wish, own.current, own.reason);
  if (chargers.length === 1 || (charger.plugged && !charger.idle)) return limited;
  const reason = charger.plugged ? "the car takes nothing" : "no car is plugged in";
  return atMost(limited, charger.settings.minCurrent, reason);
}

function rememberDecision(
  { charger, demand, session }: Asked,
  wish: Wish,
  sun: SunWish | undefined,
  now: number,
): ChargerMemory {
  const { memory, holding, reading } = charger;
  const lasting = changed(charger.lasting, { session });
  const full = demand.pull === "full" || demand.pull === "held";
  const kept = changed(memory, { lasting, full, regret: 0, phaseRegret: 0, ...sun?.memory });
  const { given } = lasting;
  if (given !== null && given.current === wish.current && given.phases === wish.phases) return kept;

  const command = { at: now, current: wish.current, phases: wish.phases };
  const starts = wish.current > 0 && (holding.current === 0 || given === null);
  const pauses = holding.current > 0 && wish.current === 0;
  const switches = holding.current > 0 && wish.current > 0 && holding.phases !== wish.phases;
  const closesAt = switches ? now + phaseSwitchPause : now;
  return {
    ...kept,
    commands: [...recent(kept.commands, now), command],
    closings: starts || switches ? [...kept.closings.slice(1 - mostClosings), closesAt] : kept.closings,
    lasting: {
      ...lasting,
      given: command,
      confirmed: lasting.confirmed && !starts && !pauses,
      startedAt: starts ? now : lasting.startedAt,
      pausedAt: pauses && reading !== null && isPlugged(reading) ? now : lasting.pausedAt,
      switchedAt: switches ? now : lasting.switchedAt,
    },
  };
}

/** What all chargers shall do while nobody watches: what would be decided if no device were ever heard again. */
export function unattended(settings: ControlSettings, memory: Memory): Outcome {
  const time = memory.time + freshForStaying + 1;
  return pass(settings, memory, { time, meters: {}, chargers: {}, commands: {} });
}
