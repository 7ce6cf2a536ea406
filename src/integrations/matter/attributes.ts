/** What the attributes of Energy EVSE say of a charger, in Matter's units: mA, mWh, and seconds since 1970. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { Plan } from "../../model/commands.js";
import type { ChargerView } from "../../site/site-view.js";
import type { Facts } from "../charger-facts.js";
import { highestOf, lowestOf, type Limits } from "./limits.js";
import { secondsOf, type Session, type Shown } from "./session.js";

const { FaultState, SupplyState } = EnergyEvse;

/** Of Matter's time: 2000, 0 on the wire. matter.js counts from 1970. */
const beginningOfTime = 946_684_800;

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
  const capacity = milli(range.max);
  return {
    state: shown.state,
    faultState: shown.fault,
    supplyState: shown.fault === FaultState.NoError ? supplyOf(enabled) : SupplyState.DisabledError,
    chargingEnabledUntil: enabled ? until && epoch(until) : beginningOfTime,
    circuitCapacity: capacity,
    minimumChargeCurrent: enabled ? milli(lowestOf(userSettings.minAmpere, range)) : 0,
    maximumChargeCurrent: enabled ? milli(highestOf(limits, range, facts?.reading.cableEncoding ?? null)) : 0,
    userMaximumChargeCurrent: limits.user === null ? capacity : milli(limits.user),
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
  return {
    nextChargeStartTime: Math.min(epoch(plan.from), epoch(plan.by) - 1),
    nextChargeTargetTime: epoch(plan.by),
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
    sessionDuration: secondsOf(session, now),
    sessionEnergyCharged: milliWattHours(session.energy),
  };
}

export function milliWattHours(kilowattHours: number): number {
  return Math.round(kilowattHours * 1e6);
}

export function milli(value: number): number {
  return Math.round(value * 1_000);
}

function epoch(ms: number): number {
  return Math.max(beginningOfTime, Math.round(ms / 1_000));
}
