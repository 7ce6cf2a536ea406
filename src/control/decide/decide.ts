/**
 * The setpoint of every charger with its reason, from memory. The steps: alarm → demand → solar or fast → own limit →
 * failsafe → settle → load management → discharge block.
 */

import type { Decision, Plan } from "../../model/commands.js";
import { byName } from "../../model/names.js";
import type { Reason } from "../../model/reasons.js";
import { headroomsOf, type Headrooms } from "../estimate/headroom.js";
import { situationOf, type ChargerFacts, type Situation } from "../estimate/situation.js";
import { surplusTrust } from "../estimate/surplus.js";
import type { Trust } from "../estimate/trust.js";
import type { Memory } from "../memory.js";
import type { ChargerMemory } from "../observe/charger-memory.js";
import { blockHold } from "../parameters.js";
import type { ControlSettings } from "../settings.js";
import { stoppedByMonitor } from "./alarm-stop.js";
import { followsSurplus, type Demand, type SurplusDemand } from "./demand.js";
import { demandsOf, type PlannedDemand } from "./demands.js";
import { chargesFromGrid, type ChargeDecision } from "./discharge-block.js";
import { pauseDisobedient } from "./disobedience.js";
import { applyFailsafe } from "./failsafe.js";
import { fastSetpoint, fixedSetpoint } from "./fast.js";
import { allocate, type Request } from "./load-management/allocate.js";
import { ownLimit } from "./own-limit.js";
import { recordDecision } from "./record.js";
import { atMost, type Setpoint } from "./setpoint.js";
import { settle } from "./settle.js";
import { shareSurplus } from "./solar/share.js";

/** What was decided, and the memory after it. */
export interface Outcome {
  readonly memory: Memory;
  /** Of every charger of the settings, by its name. */
  readonly decisions: { readonly [charger: string]: Decision };
  /** The next target of each charger; absent: it has none, no car, or shall not charge. */
  readonly plans: { readonly [charger: string]: Plan };
  /** House batteries shall not discharge now, where they can be controlled. */
  readonly blockDischarge: boolean;
}

/**
 * Decides for all chargers. Pure: neither reads a clock nor does I/O.
 * @throws RangeError before the first observation
 */
export function decide(settings: ControlSettings, memory: Memory): Outcome {
  const situation = withConfiguredLimit(situationOf(settings, memory), settings.powerLimit);
  const headrooms = headroomsOf(situation);
  const surplus = surplusTrust(situation);
  const planned = demandsOf(situation, headrooms, stoppedByMonitor(settings, memory));
  const solar = shareSurplus(
    situation,
    planned.flatMap(({ charger, demand }) => (followsSurplus(demand) ? [{ charger, demand }] : [])),
  );
  const permitted = (setpoint: Setpoint, { charger, demand }: PlannedDemand): Setpoint => {
    const inputs = inputsOf(charger, demand, headrooms, surplus);
    const { failsafeCurrent } = settings;
    const safe = applyFailsafe(setpoint, { charger, now: situation.now, inputs, failsafeCurrent });
    return settle(safe, charger, situation);
  };
  // Before load management, so that what failsafe and settling do not permit is left to others, and once more after it.
  const requests = planned.map((each): Request => {
    const { charger, demand } = each;
    const requested = followsSurplus(demand)
      ? withUpcoming(solar.get(charger.settings.name)?.setpoint ?? pauseOf(charger), demand)
      : setpointWithoutSurplus(charger, demand, situation, headrooms);
    const own = pauseDisobedient(withinOwnLimit(requested, charger, situation), charger);
    return { charger, setpoint: permitted(own, each) };
  });
  const allocated = allocate(situation, requests, headrooms);

  const decisions = byName<Decision>();
  const plans = byName<Plan>();
  const chargers = byName<ChargerMemory>();
  const decided: ChargeDecision[] = [];
  planned.forEach((each, index) => {
    const { charger, demand, plan } = each;
    const { name } = charger.settings;
    const share = allocated[index] ?? pauseOf(charger);
    const setpoint = share === requests[index]?.setpoint ? share : permitted(share, each);
    const { current, phases } = setpoint;
    const reasons = withHold(setpoint, charger);
    const decision: Decision = { allowCharging: current > 0, current, phases, reasons };
    decisions[name] = decision;
    decided.push({ charger, demand, decision });
    if (plan !== null) plans[name] = plan;
    chargers[name] = recordDecision(each, setpoint, solar.get(name)?.memory, situation.now);
  });
  const { now } = situation;
  const gridChargeAt = chargesFromGrid(decided, situation) ? now : memory.gridChargeAt;
  return {
    memory: { ...memory, chargers, gridChargeAt, undecidedTime: 0 },
    decisions,
    plans,
    blockDischarge: gridChargeAt !== null && now - gridChargeAt < blockHold,
  };
}

/** Replaces the grid operator's limit by the configured one where that is lower. */
function withConfiguredLimit(situation: Situation, configured: number | null): Situation {
  if (configured === null) return situation;
  const { memory } = situation;
  return { ...situation, memory: { ...memory, powerLimit: Math.min(configured, memory.powerLimit ?? Infinity) } };
}

/** Where the charger itself does not let the vehicle charge, it says why. */
function withHold({ current, reasons }: Setpoint, { reading }: ChargerFacts): readonly Reason[] {
  if (current === 0 || reading?.state !== "connected" || reading.hold === null) return reasons;
  return [{ code: "charger-holds", hold: reading.hold }];
}

/** Adds what will happen by the clock to the reasons. */
function withUpcoming(setpoint: Setpoint, { later }: SurplusDemand): Setpoint {
  return later === null ? setpoint : { ...setpoint, reasons: [...setpoint.reasons, later] };
}

/** Trust in all that a charger's current depends on; empty if it shall not charge. */
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

function setpointWithoutSurplus(
  charger: ChargerFacts,
  demand: Exclude<Demand, SurplusDemand>,
  situation: Situation,
  headrooms: Headrooms,
): Setpoint {
  if (demand.kind === "fast") return fastSetpoint(charger, demand.reason, situation, headrooms);
  if (demand.kind === "fixed") return fixedSetpoint(charger, demand.current, demand.reason, situation);
  return { ...pauseOf(charger), reasons: [demand.reason] };
}

function pauseOf({ activeSetpoint }: ChargerFacts): Setpoint {
  return { current: 0, phases: activeSetpoint.phases, reasons: [] };
}

/** Within its own limit; beside other chargers, one whose car takes nothing holds no more than its minimum. */
function withinOwnLimit(setpoint: Setpoint, charger: ChargerFacts, { voltage, chargers }: Situation): Setpoint {
  const own = ownLimit(charger, setpoint.phases, voltage);
  const limited = atMost(setpoint, own.current, own.reason);
  if (chargers.length === 1 || (charger.plugged && !charger.idle)) return limited;
  return atMost(limited, charger.settings.minCurrent, { code: charger.plugged ? "vehicle-idle" : "no-vehicle" });
}
