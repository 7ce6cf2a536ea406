/** The charging session as Matter shows it: from reading to reading, its state and its events. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { phasesOf } from "../../model/phase-channels.js";
import type { ChargerReading } from "../../model/readings.js";
import { isPlugged } from "../charger-facts.js";
import { faultOf } from "./faults.js";

const { State, FaultState, EnergyTransferStoppedReason: Reason } = EnergyEvse;

/** ms for which a car may take nothing of what it is offered before it counts as a car that wants nothing. */
const patience = 60_000;

/** A: below it a phase carries what the charger itself and a waiting car take. */
const noCurrent = 0.5;

/** Ids of sessions are positive and have 31 bits. */
export const highestId = 0x7fff_ffff;

/** What is remembered of the last or running session. Plain data: it survives a restart. */
export interface Session {
  readonly id: number;
  /** A car is plugged in. */
  readonly open: boolean;
  /** ms since 1970 at which the car was plugged in. */
  readonly since: number;
  /** ms since 1970 at which it was unplugged; `null`: it is still there. */
  readonly until: number | null;
  /** kWh */
  readonly energy: number;
  /** kWh of the session when the running transfer began; `null`: nothing flows. */
  readonly transferFrom: number | null;
  /** The car has shown that it wants to be charged. Pauses of ours do not change it. */
  readonly wanting: boolean;
  /** ms since 1970 since which the car is offered a current and takes none; `null`: neither. */
  readonly idleSince: number | null;
}

/** What is shown of a charger that answers. */
export interface Shown {
  readonly state: EnergyEvse.State | null;
  readonly fault: EnergyEvse.FaultState;
}

export type SessionEvent =
  | { readonly event: "connected"; readonly sessionId: number }
  | {
      readonly event: "not-detected";
      readonly sessionId: number;
      readonly state: EnergyEvse.State;
      /** s */
      readonly duration: number;
      /** kWh */
      readonly energy: number;
    }
  | { readonly event: "started"; readonly sessionId: number }
  | {
      readonly event: "stopped";
      readonly sessionId: number;
      readonly reason: EnergyEvse.EnergyTransferStoppedReason;
      /** kWh since it started */
      readonly energy: number;
    }
  | {
      readonly event: "fault";
      readonly sessionId: number | null;
      readonly state: EnergyEvse.State;
      readonly before: EnergyEvse.FaultState;
      readonly now: EnergyEvse.FaultState;
    };

export interface Progress {
  readonly session: Session | null;
  readonly shown: Shown;
  readonly events: readonly SessionEvent[];
}

export interface SessionFacts {
  readonly reading: ChargerReading;
  /** kWh charged since the car was plugged in, as the controller counts them; `null`: not known. */
  readonly energy: number | null;
  /** The charger offers the car a current. */
  readonly offered: boolean;
  /** ms since 1970 */
  readonly now: number;
}

/**
 * Follows the charger by one reading.
 * @param session `null`: there was never one
 * @param before what was shown last; `null`: nothing since the program started
 */
export function follow(session: Session | null, before: Shown | null, facts: SessionFacts): Progress {
  const events: SessionEvent[] = [];
  const fault = faultOf(facts.reading);
  const plugged = isPlugged(facts.reading) ?? session?.open === true;
  const charging = facts.reading.state === "charging";
  let current = session;

  const exchanged = before === null && current?.open === true && isAnother(current, facts.reading);
  if (current?.open === true && (!plugged || exchanged)) {
    if (!exchanged) current = counted(current, facts);
    if (current.transferFrom !== null) events.push(stopped(current, current.transferFrom, Reason.Other));
    events.push({
      event: "not-detected",
      sessionId: current.id,
      state: before?.state ?? State.PluggedInNoDemand,
      duration: secondsOf(current, facts.now),
      energy: current.energy,
    });
    current = { ...current, open: false, until: facts.now, transferFrom: null, wanting: false, idleSince: null };
  }
  if (plugged && current?.open !== true) {
    current = newSession(current, facts);
    events.push({ event: "connected", sessionId: current.id });
  }
  if (current?.open === true) current = noticeDemand(counted(current, facts), facts);

  const faultBefore = before?.fault ?? FaultState.NoError;
  if (fault !== faultBefore)
    events.push({
      event: "fault",
      sessionId: current?.id ?? null,
      state: before?.state ?? State.NotPluggedIn,
      before: faultBefore,
      now: fault,
    });

  if (current?.open === true && facts.reading.state !== null) {
    const faulty = fault !== FaultState.NoError;
    if (charging && current.transferFrom === null) {
      current = { ...current, transferFrom: current.energy };
      events.push({ event: "started", sessionId: current.id });
    } else if (faulty && current.transferFrom !== null && !isFlowing(facts.reading)) {
      // The car still wants to be charged once the fault is over.
      events.push(stopped(current, current.transferFrom, Reason.EvseStopped));
      current = { ...current, transferFrom: null };
    } else if (!faulty && !charging && current.transferFrom !== null) {
      const reason = facts.offered ? Reason.EvStopped : Reason.EvseStopped;
      events.push(stopped(current, current.transferFrom, reason));
      current = { ...current, transferFrom: null, wanting: reason === Reason.EvseStopped };
    }
  }
  return { session: current, shown: { state: stateOf(current, facts.reading, fault), fault }, events };
}

/** Whether current flows. A charger in a fault that does not measure it charges nothing: that is what the state says. */
function isFlowing(reading: ChargerReading): boolean {
  return phasesOf(reading, "currents").some((current) => (current ?? 0) > noCurrent);
}

/** s that the car was, or is, plugged in. */
export function secondsOf({ since, until }: Session, now: number): number {
  return Math.max(0, Math.round(((until ?? now) - since) / 1_000));
}

function stateOf(
  session: Session | null,
  { state }: ChargerReading,
  fault: EnergyEvse.FaultState,
): EnergyEvse.State | null {
  if (fault !== FaultState.NoError) return State.Fault;
  if (state === null) return null;
  if (session?.open !== true) return State.NotPluggedIn;
  if (state === "charging") return State.PluggedInCharging;
  return session.wanting ? State.PluggedInDemand : State.PluggedInNoDemand;
}

function newSession(last: Session | null, { now }: SessionFacts): Session {
  return {
    id: ((last?.id ?? 0) % highestId) + 1,
    open: true,
    since: now,
    until: null,
    energy: 0,
    transferFrom: null,
    wanting: false,
    idleSince: null,
  };
}

/** While the program was away, another car was plugged in: the charger has counted from 0 again. */
function isAnother({ energy }: Session, { sessionChargeConsumption: counted }: ChargerReading): boolean {
  return counted !== null && counted < energy;
}

/** It never goes back. */
function counted(session: Session, { energy }: SessionFacts): Session {
  return { ...session, energy: Math.max(session.energy, energy ?? 0) };
}

/** IEC 61851-1: in states C and D the car asks for current. In B it may only be waiting to be offered one. */
function noticeDemand(session: Session, { reading, offered, now }: SessionFacts): Session {
  if (reading.state === "charging" || /^[CD]\d?$/i.test(reading.pwmSignal ?? ""))
    return { ...session, wanting: true, idleSince: null };
  if (!offered) return { ...session, idleSince: null };
  const idleSince = session.idleSince ?? now;
  return { ...session, idleSince, wanting: session.wanting && now - idleSince < patience };
}

function stopped({ id, energy }: Session, from: number, reason: EnergyEvse.EnergyTransferStoppedReason): SessionEvent {
  return { event: "stopped", sessionId: id, reason, energy: Math.max(0, energy - from) };
}
