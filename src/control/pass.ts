/**
 * One pass of the controller: from what was remembered and what is new to what every charger shall do now, and why.
 * The chain: what mode and people want → what the sun gives → what charger, cable and owner allow → what the
 * circuits carry → what can be trusted → what starts and stops may follow each other.
 */

import type { Decision } from "../model/commands.js";
import { isPlugged, recent } from "./chargers.js";
import { freshForStaying, phaseSwitchesPerHour } from "./limits.js";
import type { ChargerMemory, Memory } from "./memory.js";
import { stoppedByMonitor } from "./monitors.js";
import type { Observation } from "./observation.js";
import { observe } from "./remember.js";
import { roomsOf } from "./room.js";
import type { ControlSettings } from "./settings.js";
import type { ChargerFacts, Situation } from "./situation.js";
import { surplusTrust } from "./surplus.js";
import { shareCircuits, type Claim } from "./steps/circuits.js";
import { demandOf, type Demand } from "./steps/demand.js";
import { fullWish } from "./steps/full.js";
import { ownLimit } from "./steps/own-limit.js";
import { failSafe } from "./steps/safety.js";
import { settle } from "./steps/settle.js";
import { shareSun, type SunWish } from "./steps/sun.js";
import { atMost, type Wish } from "./steps/wish.js";
import { circuitsOf } from "./steps/paths.js";

export interface Outcome {
  readonly memory: Memory;
  /** For every charger of the settings, by its name. */
  readonly decisions: { readonly [charger: string]: Decision };
}

/**
 * Decides for all chargers. Changes nothing but what it returns.
 * @throws RangeError if time goes back
 */
export function pass(settings: ControlSettings, memory: Memory, observation: Observation): Outcome {
  if (observation.time < memory.time) throw new RangeError("time goes back");
  const situation = observe(settings, memory, observation);
  const { chargers } = situation;
  const rooms = roomsOf(situation);
  const surplus = surplusTrust(situation);

  const stopped = stoppedByMonitor(settings, situation.memory);
  const demands = chargers.map((charger) => ({
    charger,
    demand: stopped === null ? demandOf(charger) : { pull: "none" as const, reason: stopped },
  }));
  const sun = shareSun(
    situation,
    demands.filter(({ demand }) => dependsOnSun(demand)),
  );
  const claims = demands.map(({ charger, demand }): Claim => {
    const wish = sun.get(charger.settings.name)?.wish ?? wishWithoutSun(charger, demand, situation, rooms);
    return { charger, wish: limitToItself(wish, charger, situation) };
  });
  const shared = shareCircuits(situation, claims, rooms);

  const decisions: Record<string, Decision> = {};
  const remembered: Record<string, ChargerMemory> = { ...situation.memory.chargers };
  demands.forEach(({ charger, demand }, index) => {
    const { name } = charger.settings;
    const trusts = circuitsOf(charger.settings.circuit, rooms).map(({ trust }) => trust);
    const inputs = dependsOnSun(demand) ? [...trusts, surplus] : trusts;
    const { failsafeCurrent } = settings;
    const safe = failSafe(shared[index] ?? nothing(charger), { charger, now: situation.now, inputs, failsafeCurrent });
    const wish = settle(safe, charger, situation);
    decisions[name] = { allowCharging: wish.current > 0, ...wish };
    remembered[name] = rememberDecision(charger, wish, sun.get(name), situation.now);
  });
  return { memory: { ...situation.memory, chargers: remembered }, decisions };
}

function dependsOnSun({ pull }: Demand): boolean {
  return pull === "sun" || pull === "sun-and-minimum";
}

function wishWithoutSun(
  charger: ChargerFacts,
  { pull, reason }: Demand,
  situation: Situation,
  rooms: ReturnType<typeof roomsOf>,
): Wish {
  return pull === "full" ? fullWish(charger, reason, situation, rooms) : { ...nothing(charger), reason };
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

function rememberDecision(charger: ChargerFacts, wish: Wish, sun: SunWish | undefined, now: number): ChargerMemory {
  const { memory, holding, lasting, reading } = charger;
  const kept = { ...memory, regret: 0, phaseRegret: 0, ...sun?.memory };
  const { given } = lasting;
  if (given !== null && given.current === wish.current && given.phases === wish.phases) return kept;

  const command = { at: now, current: wish.current, phases: wish.phases };
  const starts = holding.current === 0 && wish.current > 0;
  const pauses = holding.current > 0 && wish.current === 0;
  const switches = holding.current > 0 && wish.current > 0 && holding.phases !== wish.phases;
  return {
    ...kept,
    commands: [...recent(kept.commands, now), command],
    switches: switches ? [...kept.switches.slice(1 - phaseSwitchesPerHour), now] : kept.switches,
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
