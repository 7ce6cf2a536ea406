/** Publishes the state of a charger on its endpoint: states at once, numbers not too often, each change in one transaction. */

import { BridgedDeviceBasicInformationServer } from "@matter/main/behaviors/bridged-device-basic-information";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { Plan } from "../../model/commands.js";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import { SerialQueue } from "../../model/serial-queue.js";
import { milliWattHours, planOf, sessionOf, type EvseState } from "./attributes.js";
import { esaState, forecastOf, type PowerRange } from "./device-energy-management.js";
import type { energyEvseServer } from "./energy-evse.js";
import type { Evse } from "./evse.js";
import type { SessionEvent, Session } from "./session.js";

const { FaultState, State } = EnergyEvse;

/** ms at least between two reports of numbers that only count on. */
const quietInterval = 60_000;

/** All there is to publish of a charger, beside what is measured. */
export interface ChargerState {
  readonly state: EvseState;
  readonly mode: number;
  readonly session: Session | null;
  readonly plan: Plan | null;
  readonly powerRange: PowerRange;
  readonly reachable: boolean;
  /** Bytes of a tag that was read just now. */
  readonly tag: Uint8Array | null;
  readonly sessionEvents: readonly SessionEvent[];
}

export class Publisher {
  readonly #evse: Evse;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changes = new SerialQueue();
  readonly #states = new Group(0);
  readonly #session = new Group(quietInterval);
  readonly #plan = new Group(quietInterval);
  #target: number | null = null;
  #failing = false;

  constructor(evse: Evse, clock: Clock, log: Log) {
    this.#evse = evse;
    this.#clock = clock;
    this.#log = log;
  }

  publish(charger: ChargerState): void {
    const now = this.#clock.now();
    const { endpoint } = this.#evse;
    const { mode, reachable, sessionEvents, tag } = charger;
    const bridged = endpoint.behaviors.has(BridgedDeviceBasicInformationServer);
    const esa = esaState(reachable, charger.state.faultState !== FaultState.NoError);
    const session = sessionOf(charger.session, now);
    const plan = planOf(charger.plan);
    const forecast = forecastOf(charger.plan, charger.powerRange, now);

    const newStates = this.#states.isNew({ state: charger.state, mode, esa, reachable }, now);
    const newSession = this.#session.isNew(session, now, sessionEvents.length > 0);
    const newPlan = this.#plan.isNew({ plan, forecast }, now, plan.nextChargeTargetTime !== this.#target);
    if (newPlan) this.#target = plan.nextChargeTargetTime;
    if (!newStates && !newSession && !newPlan && sessionEvents.length === 0 && tag === null) return;
    this.enqueue(async () => {
      await endpoint.act(async (agent) => {
        const { energyEvse, energyEvseMode, deviceEnergyManagement, context } = agent;
        const { transaction } = context;
        // A controller's write may hold them until it is stored.
        await transaction.begin();
        await transaction.addResources(energyEvse, energyEvseMode, deviceEnergyManagement);
        const { state, events } = energyEvse;
        Object.assign(state, newStates && charger.state, newSession && session, newPlan && plan);
        if (newStates) {
          energyEvseMode.state.currentMode = mode;
          deviceEnergyManagement.state.esaState = esa;
          if (bridged) agent.get(BridgedDeviceBasicInformationServer).state.reachable = reachable;
        }
        if (newPlan) deviceEnergyManagement.state.forecast = forecast;
        for (const event of sessionEvents) emit(energyEvse, event, charger.state);
        if (tag !== null) events.rfid?.emit({ uid: tag }, context);
      });
    });
  }

  /** Makes a change after those that were asked for before. A failure is logged once. */
  enqueue(change: () => Promise<void>): void {
    void this.#changes.run(async () => {
      try {
        await change();
        this.#failing = false;
      } catch (error) {
        if (!this.#failing) this.#log.warn(`Matter: ${messageOf(error)}`);
        this.#failing = true;
        this.forget();
      }
    });
  }

  /** Resolves once all that was to be published is there. */
  settled(): Promise<void> {
    return this.#changes.idle();
  }

  /** The endpoint may show something else: everything has to be published anew. */
  forget(): void {
    for (const group of [this.#states, this.#session, this.#plan]) group.forget();
  }
}

type EnergyEvseBehavior = InstanceType<ReturnType<typeof energyEvseServer>>;

/** As an event of Energy EVSE. */
function emit({ events, context }: EnergyEvseBehavior, event: SessionEvent, { maximumChargeCurrent }: EvseState): void {
  switch (event.event) {
    case "connected": {
      const { sessionId } = event;
      events.evConnected.emit({ sessionId }, context);
      break;
    }
    case "not-detected": {
      const { sessionId, state, duration: sessionDuration, energy } = event;
      const sessionEnergyCharged = milliWattHours(energy);
      events.evNotDetected.emit({ sessionId, state, sessionDuration, sessionEnergyCharged }, context);
      break;
    }
    case "started": {
      const { sessionId } = event;
      const maximumCurrent = maximumChargeCurrent;
      events.energyTransferStarted.emit({ sessionId, state: State.PluggedInCharging, maximumCurrent }, context);
      break;
    }
    case "stopped": {
      const { sessionId, reason, energy } = event;
      const state = State.PluggedInCharging;
      const energyTransferred = milliWattHours(energy);
      events.energyTransferStopped.emit({ sessionId, state, reason, energyTransferred }, context);
      break;
    }
    case "fault": {
      const { sessionId, state, before: faultStatePreviousState, now: faultStateCurrentState } = event;
      events.fault.emit({ sessionId, state, faultStatePreviousState, faultStateCurrentState }, context);
      break;
    }
  }
}

/** Values that are published together. */
class Group {
  readonly #interval: number;
  #text = "";
  #at = -Infinity;

  /** @param interval ms at least between two reports */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Whether they are to be published now; then they count as published. @param urgent the interval does not matter */
  isNew(values: object, now: number, urgent = false): boolean {
    const text = JSON.stringify(values);
    if (text === this.#text || (!urgent && now - this.#at < this.#interval)) return false;
    this.#text = text;
    this.#at = now;
    return true;
  }

  forget(): void {
    this.#text = "";
    this.#at = -Infinity;
  }
}
