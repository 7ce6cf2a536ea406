/** Puts what is true of a charger onto its endpoint: states at once, numbers in bounds, each change in one piece. */

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
import type { Happening, Session } from "./session.js";

const { FaultState, State } = EnergyEvse;

/** ms at least between two reports of numbers that only count on. */
const calm = 60_000;

/** All there is to tell of a charger, beside what is measured. */
export interface News {
  readonly state: EvseState;
  readonly mode: number;
  readonly session: Session | null;
  readonly plan: Plan | null;
  readonly powerRange: PowerRange;
  readonly reachable: boolean;
  /** Bytes of a tag that was read just now. */
  readonly tag: Uint8Array | null;
  readonly happenings: readonly Happening[];
}

export class Publisher {
  readonly #evse: Evse;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changes = new SerialQueue();
  readonly #states = new Group(0);
  readonly #session = new Group(calm);
  readonly #plan = new Group(calm);
  #target: number | null = null;
  #failing = false;

  constructor(evse: Evse, clock: Clock, log: Log) {
    this.#evse = evse;
    this.#clock = clock;
    this.#log = log;
  }

  publish(news: News): void {
    const now = this.#clock.now();
    const { endpoint } = this.#evse;
    const { mode, reachable, happenings, tag } = news;
    const bridged = endpoint.behaviors.has(BridgedDeviceBasicInformationServer);
    const esa = esaState(reachable, news.state.faultState !== FaultState.NoError);
    const session = sessionOf(news.session, now);
    const plan = planOf(news.plan);
    const forecast = forecastOf(news.plan, news.powerRange, now);

    const newStates = this.#states.isNew({ state: news.state, mode, esa, reachable }, now);
    const newSession = this.#session.isNew(session, now, happenings.length > 0);
    const newPlan = this.#plan.isNew({ plan, forecast }, now, plan.nextChargeTargetTime !== this.#target);
    if (newPlan) this.#target = plan.nextChargeTargetTime;
    if (!newStates && !newSession && !newPlan && happenings.length === 0 && tag === null) return;
    this.inTurn(async () => {
      await endpoint.act(async (agent) => {
        const { energyEvse, energyEvseMode, deviceEnergyManagement, context } = agent;
        const { transaction } = context;
        // A controller's write may hold them until it is stored.
        await transaction.begin();
        await transaction.addResources(energyEvse, energyEvseMode, deviceEnergyManagement);
        const { state, events } = energyEvse;
        Object.assign(state, newStates && news.state, newSession && session, newPlan && plan);
        if (newStates) {
          energyEvseMode.state.currentMode = mode;
          deviceEnergyManagement.state.esaState = esa;
          if (bridged) agent.get(BridgedDeviceBasicInformationServer).state.reachable = reachable;
        }
        if (newPlan) deviceEnergyManagement.state.forecast = forecast;
        for (const happening of happenings) tell(energyEvse, happening, news.state);
        if (tag !== null) events.rfid?.emit({ uid: tag }, context);
      });
    });
  }

  /** After all that was to be told before. A failure is told once. */
  inTurn(change: () => Promise<void>): void {
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

  /** Resolves once all that was to be told is there. */
  settled(): Promise<void> {
    return this.#changes.idle();
  }

  /** The endpoint may show something else: everything has to be told anew. */
  forget(): void {
    for (const group of [this.#states, this.#session, this.#plan]) group.forget();
  }
}

type EnergyEvseBehavior = InstanceType<ReturnType<typeof energyEvseServer>>;

/** As an event of Energy EVSE. */
function tell(
  { events, context }: EnergyEvseBehavior,
  happening: Happening,
  { maximumChargeCurrent }: EvseState,
): void {
  switch (happening.event) {
    case "connected": {
      const { sessionId } = happening;
      events.evConnected.emit({ sessionId }, context);
      break;
    }
    case "not-detected": {
      const { sessionId, state, duration: sessionDuration, energy } = happening;
      const sessionEnergyCharged = milliWattHours(energy);
      events.evNotDetected.emit({ sessionId, state, sessionDuration, sessionEnergyCharged }, context);
      break;
    }
    case "started": {
      const { sessionId } = happening;
      const maximumCurrent = maximumChargeCurrent;
      events.energyTransferStarted.emit({ sessionId, state: State.PluggedInCharging, maximumCurrent }, context);
      break;
    }
    case "stopped": {
      const { sessionId, reason, energy } = happening;
      const state = State.PluggedInCharging;
      const energyTransferred = milliWattHours(energy);
      events.energyTransferStopped.emit({ sessionId, state, reason, energyTransferred }, context);
      break;
    }
    case "fault": {
      const { sessionId, state, before: faultStatePreviousState, now: faultStateCurrentState } = happening;
      events.fault.emit({ sessionId, state, faultStatePreviousState, faultStateCurrentState }, context);
      break;
    }
  }
}

/** Values that are told together. */
class Group {
  readonly #interval: number;
  #text = "";
  #at = -Infinity;

  /** @param interval ms at least between two tellings */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Whether they are to be told now; then they count as told. @param urgent the interval does not matter */
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
