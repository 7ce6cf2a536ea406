/** Publishes the state of a charger on its endpoint: states at once, numbers not too often; what can't be shown holds up nothing else. */

import { BridgedDeviceBasicInformationServer } from "@matter/main/behaviors/bridged-device-basic-information";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import type { ChargeTarget, Plan } from "../../model/commands.js";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import { SerialQueue } from "../../model/serial-queue.js";
import { duration, milliWattHours, planOf, sessionOf, type EvseState } from "./attributes.js";
import { esaState, forecastOf, type PowerRange } from "./device-energy-management.js";
import type { energyEvseServer } from "./energy-evse.js";
import type { Evse, EvseEndpoint } from "./evse.js";
import type { SessionEvent, Session } from "./session.js";

const { FaultState, State } = EnergyEvse;

/** ms at least between two reports of numbers that only count on. */
const quietInterval = 60_000;

/** ms after which values that could not be published are tried again. */
const retryInterval = 10_000;

/** All there is to publish of a charger, beside what is measured. */
export interface ChargerState {
  readonly state: EvseState;
  readonly mode: number;
  readonly session: Session | null;
  readonly plan: Plan | null;
  /** What it is made for. */
  readonly targets: readonly ChargeTarget[];
  readonly powerRange: PowerRange;
  readonly reachable: boolean;
  /** Bytes of a tag that was read just now. */
  readonly tag: Uint8Array | null;
  readonly sessionEvents: readonly SessionEvent[];
}

export class Publisher {
  readonly #name: string;
  readonly #evse: Evse;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changes = new SerialQueue();
  readonly #states = new Group(0);
  readonly #reachability = new Group(0);
  readonly #session = new Group(quietInterval);
  readonly #plan = new Group(quietInterval);
  readonly #forecast = new Group(quietInterval);
  /** What the plan that is shown was made for. */
  #target = "";
  /** What could not be shown the last time. */
  readonly #failing = new Set<string>();

  /** @param name of the charger, for the log */
  constructor(name: string, evse: Evse, clock: Clock, log: Log) {
    this.#name = name;
    this.#evse = evse;
    this.#clock = clock;
    this.#log = log;
  }

  publish(charger: ChargerState): void {
    const now = this.#clock.now();
    const { endpoint } = this.#evse;
    const { mode, reachable, sessionEvents, tag } = charger;
    const esa = esaState(reachable, charger.state.faultState !== FaultState.NoError);
    const session = sessionOf(charger.session, now);
    const plan = planOf(charger.plan);
    const forecast = forecastOf(charger.plan, charger.powerRange, now);
    // What is still needed counts down by itself, a changed target does not.
    const target = JSON.stringify([charger.targets, plan.nextChargeTargetTime, plan.nextChargeTargetSoC]);
    const newTarget = target !== this.#target;

    this.#write("state", this.#states, { state: charger.state, mode, esa }, now, {}, async () =>
      assign(endpoint, {
        energyEvse: charger.state,
        energyEvseMode: { currentMode: mode },
        deviceEnergyManagement: { esaState: esa },
      }),
    );
    if (endpoint.behaviors.has(BridgedDeviceBasicInformationServer))
      this.#write("reachability", this.#reachability, { reachable }, now, {}, async () =>
        endpoint.setStateOf(BridgedDeviceBasicInformationServer, { reachable }),
      );
    this.#write("session", this.#session, session, now, { urgent: sessionEvents.length > 0 }, async () =>
      assign(endpoint, { energyEvse: session }),
    );
    const newPlan = this.#write("plan", this.#plan, plan, now, { urgent: newTarget }, async () =>
      assign(endpoint, { energyEvse: plan }),
    );
    if (newPlan) this.#target = target;
    this.#write("forecast", this.#forecast, { forecast }, now, { urgent: newTarget }, async () =>
      assign(endpoint, { deviceEnergyManagement: { forecast } }),
    );
    for (const event of sessionEvents)
      this.enqueue(`event ${event.event}`, async () =>
        endpoint.act(({ energyEvse }) => emit(energyEvse, event, charger.state)),
      );
    if (tag !== null)
      this.enqueue("event rfid", async () =>
        endpoint.act(({ energyEvse, context }) => energyEvse.events.rfid?.emit({ uid: tag }, context)),
      );
  }

  /**
   * Makes a change after those that were asked for before. A failure is logged once, and holds up no other change.
   * @param name what is changed
   */
  enqueue(name: string, change: () => Promise<void>, onFailure = () => {}): void {
    void this.#changes.run(async () => {
      try {
        await change();
        this.#failing.delete(name);
      } catch (error) {
        if (!this.#failing.has(name))
          this.#log.warn(`Matter: ${name} of ${this.#name} can't be shown: ${messageOf(error)}`);
        this.#failing.add(name);
        onFailure();
      }
    });
  }

  /** Values that are new are published, by themselves. @returns whether they are new */
  #write(
    name: string,
    group: Group,
    values: object,
    now: number,
    { urgent = false }: { readonly urgent?: boolean },
    change: () => Promise<void>,
  ): boolean {
    const isNew = group.isNew(values, now, urgent);
    if (isNew) this.enqueue(name, change, () => group.failed());
    return isNew;
  }

  /** Resolves once all that was to be published is there. */
  settled(): Promise<void> {
    return this.#changes.idle();
  }

  /** The endpoint may show something else: everything has to be published anew. */
  forget(): void {
    for (const group of [this.#states, this.#reachability, this.#session, this.#plan, this.#forecast]) group.forget();
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
      const { sessionId, state, energy } = event;
      const sessionDuration = duration(event.duration);
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

/**
 * Sets values in one transaction, so that a controller sees them change together. If that fails each is set by itself:
 * one that Matter does not take must not hold up the others.
 * @throws Error that names those that failed
 */
async function assign(endpoint: EvseEndpoint, values: Parameters<EvseEndpoint["set"]>[0]): Promise<void> {
  try {
    await endpoint.set(values);
  } catch {
    const failures: string[] = [];
    for (const [behavior, fields] of Object.entries(values))
      for (const [name, value] of Object.entries(fields))
        try {
          await endpoint.setStateOf(behavior, { [name]: value });
        } catch (error) {
          failures.push(`${name} (${messageOf(error)})`);
        }
    if (failures.length > 0) throw new Error(failures.join(", "));
  }
}

/** Values that are published together. */
class Group {
  readonly #interval: number;
  #text = "";
  #at = -Infinity;
  #failed = false;

  /** @param interval ms at least between two reports */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Whether they are to be published now; then they count as published. @param urgent the interval does not matter */
  isNew(values: object, now: number, urgent = false): boolean {
    const text = JSON.stringify(values);
    const since = now - this.#at;
    if (text === this.#text ? !this.#failed || since < retryInterval : !urgent && since < this.#interval) return false;
    this.#text = text;
    this.#at = now;
    this.#failed = false;
    return true;
  }

  /** They could not be published: the same values are tried again after a while, others at once. */
  failed(): void {
    this.#failed = true;
  }

  forget(): void {
    this.#text = "";
    this.#at = -Infinity;
    this.#failed = false;
  }
}
