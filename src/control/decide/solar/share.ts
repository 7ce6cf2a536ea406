/** Shares out the surplus: which chargers charge from it, and with how much. */

import type { SurplusSample } from "../../estimate/samples.js";
import { powerNow, type ChargerFacts, type Situation } from "../../estimate/situation.js";
import { deadTime, lagSearch, probingMemory, probingRaise, slowestCharger } from "../../parameters.js";
import type { SurplusDemand } from "../demand.js";
import type { Setpoint } from "../setpoint.js";
import { bestCurrent, meanValue, type Outlook } from "./current.js";
import { outlookOf } from "./outlook.js";
import type { SolarMemory } from "./solar-memory.js";
import { middle, minimumOf, type PhaseOption, type Pool, type SolarChoice } from "./start-stop.js";
import { chooseForVehicle } from "./vehicle-power.js";

/** A charger whose demand follows the surplus. */
export interface SolarRequest {
  readonly charger: ChargerFacts;
  readonly demand: SurplusDemand;
}

export interface SolarSetpoint {
  readonly setpoint: Setpoint;
  readonly memory: SolarMemory;
}

/** A charger that charges, with its possible setpoints. */
interface Member extends SolarRequest {
  readonly choice: SolarChoice;
  readonly option: PhaseOption;
}

/** W by which another setpoint must be better to be worth a command. */
const noticeableValue = 20;

/** A that are kept for a car above what it was observed to take. */
const vehicleLimitMargin = 1;

/**
 * The setpoint of each charger, by its name. Higher priority is served first; among equals each has its minimum, and
 * then all have the same power.
 */
export function shareSurplus(
  situation: Situation,
  requests: readonly SolarRequest[],
): ReadonlyMap<string, SolarSetpoint> {
  const newest = situation.memory.surplus.at(-1);
  const setpoints = new Map<string, SolarSetpoint>();
  if (newest === undefined) {
    for (const { charger, demand } of requests) setpoints.set(charger.settings.name, hold(charger, demand));
    return setpoints;
  }
  const outlook = outlookOf(
    situation,
    requests.map(({ charger }) => charger),
  );
  let pool = poolOf(newest, situation, requests);
  for (const priority of [...new Set(requests.map(({ charger }) => charger.settings.priority))].sort((a, b) => b - a)) {
    const equals = requests.filter(({ charger }) => charger.settings.priority === priority);
    const members: Member[] = [];
    let left = pool;
    for (const request of [...equals].sort(runningFirst)) {
      const choice = chooseForVehicle(request.charger, request.demand, left, situation);
      const { option, reasons } = choice;
      left = less(left, choice.claim);
      if (option !== null) members.push({ ...request, choice, option });
      const { phases } = request.charger.activeSetpoint;
      setpoints.set(request.charger.settings.name, {
        setpoint: { current: 0, phases, reasons },
        memory: choice.memory,
      });
    }
    for (const { charger, setpoint, choice } of setpointsOf(members.reverse(), pool, outlook, situation)) {
      setpoints.set(charger.settings.name, { setpoint, memory: choice.memory });
      pool = less(pool, takenBy(charger, setpoint, situation.voltage));
    }
  }
  return setpoints;
}

/** Where the lag of a running charger is not known, only surplus that has lasted counts. */
function poolOf({ low, high }: SurplusSample, { memory, now }: Situation, requests: readonly SolarRequest[]): Pool {
  if (requests.every(({ charger }) => charger.memory.lag.lag !== null || charger.activeSetpoint.current === 0))
    return { low, high };
  const lately = memory.surplus.filter(({ at }) => at >= now - probingMemory);
  return { low: Math.min(low, ...lately.map((sample) => sample.high)), high };
}

function runningFirst(a: SolarRequest, b: SolarRequest): number {
  return Number(b.charger.activeSetpoint.current > 0) - Number(a.charger.activeSetpoint.current > 0);
}

/** The setpoints of equals. What one can't use of its share, because it only starts, is left to the next. */
function setpointsOf(members: readonly Member[], pool: Pool, outlook: Outlook, situation: Situation) {
  const { voltage } = situation;
  const shares = { low: evenShares(members, pool.low, voltage), high: evenShares(members, pool.high, voltage) };
  const own: Outlook = { ...outlook, moves: outlook.moves.map((move) => move / members.length) };
  let rest: Pool = { low: 0, high: 0 };
  return members.map((member, index) => {
    const share: Pool = { low: (shares.low[index] ?? 0) + rest.low, high: (shares.high[index] ?? 0) + rest.high };
    const current = member.charger.idle ? member.option.lowest : currentFor(member, share, own, situation);
    const setpoint: Setpoint = { current, phases: member.option.phases, reasons: member.choice.reasons };
    if (middle(share) > minimumOf(member.option))
      rest = less(share, takenBy(member.charger, setpoint, situation.voltage));
    return { ...member, setpoint };
  });
}

/** W for each: the same for all, within their lowest and highest setpoints. */
function evenShares(members: readonly Member[], power: number, voltage: number): readonly number[] {
  const bounds = members.map(({ charger, option }) => {
    const most = Math.min(option.highest * option.wattsPerAmpere, powerLimitOf(charger, voltage));
    return { least: Math.min(most, minimumOf(option)), most };
  });
  const at = (level: number) => bounds.map(({ least, most }) => Math.min(most, Math.max(least, level)));
  const sum = (level: number) => at(level).reduce((total, share) => total + share, 0);
  let [low, high] = [0, Math.max(0, ...bounds.map(({ most }) => most))];
  if (members.length === 1 || sum(high) <= power) return members.length === 1 ? [power] : at(high);
  for (let i = 0; i < 24; i++) {
    const level = (low + high) / 2;
    if (sum(level) > power) high = level;
    else low = level;
  }
  const least = sum(0);
  return least > power ? bounds.map(({ least: own }) => own + (power - least) / members.length) : at(low);
}

/** Raised only into the low end of the share, lowered only below its high end, and not for a negligible gain. */
function currentFor({ charger, option }: Member, share: Pool, outlook: Outlook, situation: Situation): number {
  const { settings, memory, now } = situation;
  const { importPenalty } = settings;
  const { activeSetpoint, settings: own } = charger;
  const isSame = activeSetpoint.current > 0 && activeSetpoint.phases === option.phases;
  if (!isSame) return option.lowest;
  const held = Math.min(option.highest, Math.max(option.lowest, activeSetpoint.current));
  const isProbing = charger.memory.lag.lag === null;
  const raised = bestCurrent(share.low, option, outlook, importPenalty);
  const up = isProbing ? Math.min(raised, held + probingRaise) : raised;
  const down = bestCurrent(share.high, option, outlook, importPenalty);
  const best = up > held && memory.surplus.at(-1)?.isConfirmed && mayRaise(charger, now) ? up : Math.min(down, held);
  const worth = (current: number) => meanValue(current * option.wattsPerAmpere, middle(share), outlook, importPenalty);
  const isClear =
    outlook.isSteady || worth(best) - worth(held) >= noticeableValue || own.maxCurrent < activeSetpoint.current;
  return isClear ? best : held;
}

/** Until the lag is known, the first step of a charge must have shown in the meter, and each later one has to wait. */
function mayRaise({ memory, persistent }: ChargerFacts, now: number): boolean {
  if (memory.lag.lag !== null) return true;
  return now - (persistent.startedAt ?? 0) > lagSearch && now - (persistent.lastCommand?.at ?? 0) > deadTime;
}

function less({ low, high }: Pool, power: number): Pool {
  return { low: low - power, high: high - power };
}

/** W that a charger takes from the surplus: its offer, unless its car was observed to take less. */
function takenBy(charger: ChargerFacts, { current, phases }: Setpoint, voltage: number): number {
  if (current === 0 || !charger.plugged) return 0;
  return Math.min(
    current * voltage * charger.activePhases(phases) * charger.overdrawRatio,
    powerLimitOf(charger, voltage),
  );
}

/** W that its car was observed to take at most, being idle, derated or nearly full; ∞: not limited. */
function powerLimitOf(charger: ChargerFacts, voltage: number): number {
  const { memory, activeSetpoint, now, idle } = charger;
  if (idle) return powerNow(charger);
  const since = memory.persistent.lastCommand?.at ?? now;
  const lately = memory.draws.filter(({ at }) => at >= now - slowestCharger);
  if (now - since < 2 * slowestCharger || lately.length === 0) return Infinity;
  const most = lately.reduce((highest, { currents }) => Math.max(highest, ...currents), 0) + vehicleLimitMargin;
  return most < activeSetpoint.current ? most * voltage * charger.activePhases(activeSetpoint.phases) : Infinity;
}

/** Without any surplus sample nothing changes here; the failsafe lowers it if need be. */
function hold({ activeSetpoint, settings, memory }: ChargerFacts, { kind }: SurplusDemand): SolarSetpoint {
  const current =
    kind === "solar-with-minimum" ? Math.max(activeSetpoint.current, settings.minCurrent) : activeSetpoint.current;
  return {
    setpoint: { current, phases: activeSetpoint.phases, reasons: [{ code: "surplus-unknown" }] },
    memory: { ...memory.solar, regret: 0, phaseRegret: 0 },
  };
}
