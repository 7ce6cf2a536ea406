/**
 * One pass of the controller: from what was remembered and what is new to what every charger shall do now, and why.
 * The chain: what mode and people want → what the sun gives → what charger, cable and owner allow → what can be
 * trusted → what starts and stops may follow each other → what the circuits carry, and whether that is enough.
 */

import type { Decision, Plan } from "../model/commands.js";
import { byName } from "../model/names.js";
import { demandsOf, type PlannedDemand } from "./decide/demands.js";
import { recent } from "./observe/history.js";
import { blockHold, freshForStaying, mostClosings, phaseSwitchPause } from "./parameters.js";
import { changed, type ChargerMemory, type Memory } from "./memory.js";
import { stoppedByMonitor } from "./observe/residual-current.js";
import type { Observation } from "./observation.js";
import { observe } from "./observe/observe.js";
import { headroomsOf, type Headrooms } from "./estimate/headroom.js";
import type { ControlSettings } from "./settings.js";
import type { ChargerFacts, Situation } from "./estimate/situation.js";
import { surplusTrust } from "./estimate/surplus.js";
import { allocate, type Request } from "./decide/load-management/allocate.js";
import { followsSurplus, type Demand, type SurplusDemand } from "./decide/demand.js";
import { chargesFromGrid, type ChargeDecision } from "./decide/discharge-block.js";
import { fastSetpoint, fixedSetpoint } from "./decide/fast.js";
import { ownLimit } from "./decide/own-limit.js";
import { applyFailsafe } from "./decide/failsafe.js";
import { settle } from "./decide/settle.js";
import { shareSurplus, type SolarSetpoint } from "./decide/solar/share.js";
import { atMost, type Setpoint } from "./decide/setpoint.js";
import type { Trust } from "./estimate/trust.js";
import { isPlugged } from "./observe/charger-state.js";

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
  const headrooms = headroomsOf(situation, observed.baseLoads);
  const surplus = surplusTrust(situation);

  const stopped = stoppedByMonitor(settings, situation.memory);
  const planned = demandsOf(situation, headrooms, stopped);
  const sun = shareSurplus(
    situation,
    planned.flatMap(({ charger, demand }) => (followsSurplus(demand) ? [{ charger, demand }] : [])),
  );
  const { failsafeCurrent } = settings;
  const allowed = (setpoint: Setpoint, charger: ChargerFacts, demand: Demand): Setpoint => {
    const inputs = inputsOf(charger, demand, headrooms, surplus);
    return settle(
      applyFailsafe(setpoint, { charger, now: situation.now, inputs, failsafeCurrent }),
      charger,
      situation,
    );
  };
  // What can't be had anyway is not kept from others.
  const requests = planned.map(({ charger, demand }): Request => {
    const setpoint = followsSurplus(demand)
      ? withLater(sun.get(charger.settings.name)?.setpoint ?? nothing(charger), demand)
      : setpointWithoutSun(charger, demand, situation, headrooms);
    return { charger, setpoint: allowed(limitToItself(setpoint, charger, situation), charger, demand) };
  });
  const shared = allocate(situation, requests, headrooms);

  const decisions = byName<Decision>();
  const charges: ChargeDecision[] = [];
  const plans = byName<Plan>();
  const remembered = byName<ChargerMemory>();
  planned.forEach((each, index) => {
    const { charger, demand, plan } = each;
    const { name } = charger.settings;
    const given = shared[index] ?? nothing(charger);
    const setpoint = given === requests[index]?.setpoint ? given : allowed(given, charger, demand);
    const { current, phases, reasons } = setpoint;
    const decision: Decision = { allowCharging: current > 0, current, phases, reasons };
    decisions[name] = decision;
    charges.push({ charger, demand, decision });
    if (plan !== null) plans[name] = plan;
    remembered[name] = recordDecision(each, setpoint, sun.get(name), situation.now);
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
function withLater(setpoint: Setpoint, { later }: SurplusDemand): Setpoint {
  return later === null ? setpoint : { ...setpoint, reasons: [...setpoint.reasons, later] };
}

/** What a charger's current depends on; nothing, if it shall not charge. */
function inputsOf(
  { settings }: ChargerFacts,
  demand: Demand,
  headrooms: Headrooms,
  surplus: readonly Trust[],
): readonly Trust[] {
  if (demand.kind === "none") return [];
  const trusts = headrooms.trustsIn(settings);
  return followsSurplus(demand) ? [...trusts, ...surplus] : trusts;
}

function setpointWithoutSun(
  charger: ChargerFacts,
  demand: Exclude<Demand, SurplusDemand>,
  situation: Situation,
  headrooms: Headrooms,
): Setpoint {
  if (demand.kind === "fast") return fastSetpoint(charger, demand.reason, situation, headrooms);
  if (demand.kind === "fixed") return fixedSetpoint(charger, demand.current, demand.reason, situation);
  return { ...nothing(charger), reasons: [demand.reason] };
}

function nothing({ activeSetpoint }: ChargerFacts): Setpoint {
  return { current: 0, phases: activeSetpoint.phases, reasons: [] };
}

/** Where a circuit is shared, who takes nothing holds no more than the minimum of it. */
function limitToItself(setpoint: Setpoint, charger: ChargerFacts, { voltage, chargers }: Situation): Setpoint {
  const own = ownLimit(charger, setpoint.phases, voltage);
  const limited = atMost(setpoint, own.current, own.reason);
  if (chargers.length === 1 || (charger.plugged && !charger.idle)) return limited;
  return atMost(limited, charger.settings.minCurrent, { code: charger.plugged ? "vehicle-idle" : "no-vehicle" });
}

function recordDecision(
  { charger, demand, session }: PlannedDemand,
  setpoint: Setpoint,
  sun: SolarSetpoint | undefined,
  now: number,
): ChargerMemory {
  const { memory, activeSetpoint, reading } = charger;
  const persistent = changed(charger.persistent, { session });
  const ignoresSurplus = demand.kind === "fast" || demand.kind === "fixed";
  const kept = changed(memory, { persistent, ignoresSurplus, regret: 0, phaseRegret: 0, ...sun?.memory });
  const { lastCommand } = persistent;
  if (lastCommand !== null && lastCommand.current === setpoint.current && lastCommand.phases === setpoint.phases)
    return kept;

  const command = { at: now, current: setpoint.current, phases: setpoint.phases };
  const starts = setpoint.current > 0 && (activeSetpoint.current === 0 || lastCommand === null);
  const pauses = activeSetpoint.current > 0 && setpoint.current === 0;
  const switches = activeSetpoint.current > 0 && setpoint.current > 0 && activeSetpoint.phases !== setpoint.phases;
  const closesAt = switches ? now + phaseSwitchPause : now;
  return {
    ...kept,
    commands: [...recent(kept.commands, now), command],
    closings: starts || switches ? [...kept.closings.slice(1 - mostClosings), closesAt] : kept.closings,
    persistent: {
      ...persistent,
      lastCommand: command,
      commandConfirmed: persistent.commandConfirmed && !starts && !pauses,
      startedAt: starts ? now : persistent.startedAt,
      pausedAt: pauses && reading !== null && isPlugged(reading) ? now : persistent.pausedAt,
      switchedAt: switches ? now : persistent.switchedAt,
    },
  };
}

/** What all chargers shall do while nobody watches: what would be decided if no device were ever heard again. */
export function unattended(settings: ControlSettings, memory: Memory): Outcome {
  const time = memory.time + freshForStaying + 1;
  return pass(settings, memory, { time, meters: {}, chargers: {}, commands: {} });
}
