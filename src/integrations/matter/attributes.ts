/** What the attributes of Energy EVSE say of a charger, in Matter's units: mA, mWh, and seconds since 1970. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { Plan } from "../../model/commands.js";
import type { ChargerView } from "../../site/site-view.js";
import type { Facts } from "../charger-facts.js";
import { highestOf, lowestOf, userMaximumOf, type Limits } from "./limits.js";
import { secondsOf, type Session, type Shown } from "./session.js";

const { FaultState, SupplyState } = EnergyEvse;

/** s since 1970, as matter.js counts: 2000, 0 on the wire, and the highest of 32 bits, but for the one that means null. */
const beginningOfTime = 946_684_800;
export const endOfTime = beginningOfTime + 0xffff_fffe;

/** s, the longest that 32 bits hold, but for the one that means null. */
const longestDuration = 0xffff_fffe;

/** A state of charge that is not known can only be aimed at as "until it is full". */
const full = 100;

/** Charging is enabled unless a person has stopped it or switched it off. What its mode makes of it is another matter. */
export function isEnabled({ mode, userSettings }: ChargerView): boolean {
  if (userSettings.manual?.kind === "stop") return false;
  return mode !== "off" || userSettings.manual?.kind === "start";
}

interface EvseFacts {
  readonly charger: ChargerView;
  /** `null`: it does not answer. */
  readonly facts: Facts | null;
  readonly shown: Shown;
  readonly limits: Limits;
  /** ms since 1970; `null`: for good */
  readonly until: number | null;
}

export type EvseState = ReturnType<typeof stateOf>;

/** What states, limits and the fault say. */
export function stateOf({ charger, facts, shown, limits, until }: EvseFacts) {
  const { current: range, userSettings } = charger;
  const enabled = isEnabled(charger);
  return {
    state: shown.state,
    faultState: shown.fault,
    supplyState: shown.fault === FaultState.NoError ? supplyOf(enabled) : SupplyState.DisabledError,
    chargingEnabledUntil: enabled ? until && epochSeconds(until) : beginningOfTime,
    circuitCapacity: milli(range.max),
    minimumChargeCurrent: enabled ? milli(lowestOf(userSettings.minAmpere, range)) : 0,
    maximumChargeCurrent: enabled ? milli(highestOf(limits, range, facts?.reading.cableEncoding ?? null)) : 0,
    userMaximumChargeCurrent: milli(userMaximumOf(limits, userSettings.minAmpere, range)),
  };
}

function supplyOf(enabled: boolean): EnergyEvse.SupplyState {
  return enabled ? SupplyState.ChargingEnabled : SupplyState.Disabled;
}

/** What is to be charged next; `null`: nothing is. */
export function planOf(plan: Plan | null) {
  if (!isPending(plan))
    return {
      nextChargeStartTime: null,
      nextChargeTargetTime: null,
      nextChargeRequiredEnergy: null,
      nextChargeTargetSoC: null,
    };
  const by = Math.max(epochSeconds(plan.by), beginningOfTime + 1);
  return {
    nextChargeStartTime: Math.min(epochSeconds(plan.from), by - 1),
    nextChargeTargetTime: by,
    nextChargeRequiredEnergy: plan.energy === null ? null : milliWattHours(plan.energy),
    nextChargeTargetSoC: plan.energy === null ? full : null,
  };
}

/** A target that is reached is no longer one. */
function isPending(plan: Plan | null): plan is Plan {
  return plan !== null && plan.energy !== 0;
}

/** What has been charged since the car was plugged in. */
export function sessionOf(session: Session | null, now: number) {
  if (session === null) return { sessionId: null, sessionDuration: null, sessionEnergyCharged: null };
  return {
    sessionId: session.id,
    sessionDuration: duration(secondsOf(session, now)),
    sessionEnergyCharged: milliWattHours(session.energy),
  };
}

/** mWh, within what the attributes of energies take. */
export function milliWattHours(kilowattHours: number): number {
  return within(0, Math.round(kilowattHours * 1e6), Number.MAX_SAFE_INTEGER);
}

/** Thousandths, within what 64 bits and a JavaScript number hold. */
export function milli(value: number): number {
  return within(Number.MIN_SAFE_INTEGER, Math.round(value * 1_000), Number.MAX_SAFE_INTEGER);
}

/** s since 1970, within Matter's time. @param ms since 1970 */
export function epochSeconds(ms: number): number {
  return within(beginningOfTime, Math.round(ms / 1_000), endOfTime);
}

/** s, as long as Matter can say. */
export function duration(seconds: number): number {
  return within(0, Math.round(seconds), longestDuration);
}

/** Whether Matter's time has this moment. @param seconds since 1970 */
export function isInTime(seconds: number): boolean {
  return seconds >= beginningOfTime && seconds <= endOfTime;
}

function within(lowest: number, value: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest);
}
