/** One Easee charger: what it shows, by the stream or by asking, and what it can be told. */

import type { Clock, Timer } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { PhaseCount } from "../../../model/phases.js";
import type { ChargerReading } from "../../../model/readings.js";
import type { Charger, ChargerWrites, DriverContext } from "../../driver.js";
import { type Answer, answerOf } from "../../decoding/fields.js";
import { requireCurrent } from "../../options/requirements.js";
import {
  type AccountOptions,
  type AccountTimes,
  type EaseeAccount,
  shareAccount,
  type StreamListener,
} from "./account.js";
import { CircuitFinder, type CircuitOptions } from "./circuit.js";
import { type Command, Commander } from "./commander.js";
import { ObservationStore } from "./observations.js";
import { awaitingStart, circuitPhasesOf, limitOf, minimumCurrent, readingOf } from "./reading.js";

export interface EaseeOptions extends AccountOptions, CircuitOptions {}

/** A per phase; what the hardware takes. */
export const currentRange = { min: minimumCurrent, max: 32, step: 1 } as const;

/** min for which a written current holds. Never 0, which means for ever. */
export const lifetime = 10;

/** ms; an idle charger says something every 15 min, so a stream that is silent for longer is dead (evcc). */
export const longestSilence = 1_200_000;
/** ms from one question to the next while no stream tells. */
export const askEvery = 30_000;
/** ms in which changes gather before they are handed on. */
const gathering = 250;

/** A; what a resume sets the dynamic charger current to (evcc). */
const resumedCurrent = 32;

/** @param times for tests */
export function connectEasee(options: EaseeOptions, context: DriverContext, times?: AccountTimes): Charger {
  const { account, release } = shareAccount(options, context.clock, context.log, times);
  return new EaseeCharger(options, context, account, release);
}

class EaseeCharger implements Charger, StreamListener {
  readonly chargerId: string;
  /** ms; what was written is gone then. */
  readonly expiry = lifetime * 60_000;
  readonly #control: "charger" | "circuit";
  readonly #device: string;
  readonly #clock: Clock;
  readonly #account: EaseeAccount;
  readonly #release: () => Promise<void>;
  readonly #store = new ObservationStore();
  readonly #commander: Commander;
  readonly #circuit: CircuitFinder;
  readonly #writes: ChargerWrites;
  #onReading: ((reading: ChargerReading) => void) | null = null;
  #gatherTimer: Timer | null = null;
  #silenceTimer: Timer | null = null;
  /** Last word by the stream; before any: long ago. */
  #heardAt = -Infinity;
  #askedAt = -Infinity;
  /** What the last question came to; `null`: an answer. */
  #askFailure: unknown = null;
  /** A per phase that we told last; it comes back after a pause. */
  #setPoint: number | null = null;
  #joined = false;
  #closed = false;

  constructor(
    options: EaseeOptions,
    { name, clock, log }: DriverContext,
    account: EaseeAccount,
    release: () => Promise<void>,
  ) {
    this.chargerId = options.chargerId;
    this.#control = options.control;
    this.#device = name;
    this.#clock = clock;
    this.#account = account;
    this.#release = release;
    const refresh = (): Promise<void> => this.#ask();
    this.#commander = new Commander({ device: name, clock, log, account, store: this.#store, refresh });
    this.#circuit = new CircuitFinder(options, account, name, clock, log);
    this.#writes = {
      maxAmpere: (amperes) => this.#setCurrent(amperes),
      allowCharging: (allowed) => (allowed ? this.#resume() : this.#pause()),
    };
  }

  /** Phases only by a circuit that nobody else is on: its limits hold for all on it. */
  get writes(): ChargerWrites {
    if (this.#control !== "circuit" || this.#circuit.circuit?.alone !== true) return this.#writes;
    return { ...this.#writes, phases: (count) => this.#switchPhases(count) };
  }

  async read(): Promise<ChargerReading> {
    if (this.#closed) throw this.#unreachable("the connection has been closed");
    this.#join();
    if (!this.#isFresh()) await this.#ask();
    const looked = this.#circuit.look();
    if (this.#control === "circuit") await looked;
    return readingOf(this.#store, this.#control, this.#device);
  }

  watch(onReading: (reading: ChargerReading) => void): void {
    this.#onReading = onReading;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#gatherTimer?.cancel();
    this.#silenceTimer?.cancel();
    this.#commander.close();
    this.#account.leave(this);
    await this.#release();
  }

  connected(): void {
    this.#heardAt = -Infinity;
  }

  lost(): void {
    this.#heardAt = -Infinity;
  }

  update(update: Answer): void {
    this.#heardAt = this.#clock.now();
    if (!this.#store.takeUpdate(update, this.#heardAt)) return;
    this.#commander.changed();
    this.#gatherTimer ??= this.#clock.after(gathering, () => this.#handOn());
  }

  response(response: Answer): void {
    this.#commander.responses.take(response);
  }

  #join(): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#account.join(this);
    this.#watchSilence();
  }

  #watchSilence(): void {
    this.#silenceTimer = this.#clock.after(longestSilence, () => {
      if (this.#account.streaming && this.#clock.now() - this.#heardAt >= longestSilence) this.#account.subscribe(this);
      this.#watchSilence();
    });
  }

  /** The stream tells, or an answer is young enough. */
  #isFresh(): boolean {
    const now = this.#clock.now();
    if (this.#account.streaming && now - this.#heardAt < longestSilence && this.#store.number("opMode") !== null)
      return true;
    if (now - this.#askedAt >= askEvery || isPassing(this.#askFailure)) return false;
    if (this.#askFailure !== null) throw this.#askFailure;
    return true;
  }

  async #ask(): Promise<void> {
    this.#askedAt = this.#clock.now();
    try {
      const path = `/api/chargers/${encodeURIComponent(this.chargerId)}/state`;
      const request = { device: this.#device, urgency: "read", operation: "state", path } as const;
      const state = answerOf((await this.#account.request(request)).json);
      if (state === null) throw this.#protocol("the Easee cloud answers with something that is no state of a charger");
      this.#store.takeState(state);
      this.#askFailure = null;
    } catch (error) {
      this.#askFailure = error;
      throw error;
    }
  }

  #handOn(): void {
    this.#gatherTimer = null;
    if (this.#onReading === null || this.#closed) return;
    try {
      this.#onReading(readingOf(this.#store, this.#control, this.#device));
    } catch (error) {
      // A charger that is offline, or did not say enough: the next poll tells.
      if (!(error instanceof DeviceError)) throw error;
    }
  }

  async #setCurrent(amperes: number): Promise<void> {
    requireCurrent(amperes, currentRange, this.#device);
    if (this.#control === "circuit") await this.#circuit.look();
    const known = this.#control === "charger" ? this.#store.number("dynamicChargerCurrent") : this.#circuitCurrent();
    const lowers = known === null || amperes <= known;
    // A decrease may be carried out later by itself; then a resume must not undo it.
    if (lowers) this.#setPoint = amperes;
    await this.#commander.tell(this.#currentCommand(amperes, lowers));
    this.#setPoint = amperes;
  }

  async #pause(): Promise<void> {
    await this.#commander.tell(this.#chargerCommand("pause_charging", {}, true, 0));
  }

  /** A charger that goes on already is left alone: each resume makes its current jump. */
  async #resume(): Promise<void> {
    if (this.#store.boolean("isEnabled") === false) {
      const advice = "Enable it there; that setting is kept in flash and is not for automation";
      throw this.#error("refused", "the charger is disabled in the Easee app", advice);
    }
    if (this.#goesOn()) return;
    const resume = this.#chargerCommand("resume_charging", {}, false, resumedCurrent);
    await this.#commander.tell({ ...resume, enough: minimumCurrent });
    if (this.#control === "charger" && this.#setPoint !== null)
      await this.#commander.tell(this.#currentCommand(this.#setPoint, true));
  }

  async #switchPhases(count: PhaseCount): Promise<void> {
    const known = this.#setPoint ?? this.#circuitCurrent() ?? currentRange.min;
    const amperes = Math.min(Math.max(known, currentRange.min), currentRange.max);
    await this.#commander.tell(this.#circuitCommand(amperes, count, count === 1));
  }

  #goesOn(): boolean {
    const limit = this.#store.number("dynamicChargerCurrent");
    const opMode = this.#store.number("opMode");
    return limit !== null && limit >= minimumCurrent && opMode !== null && opMode !== awaitingStart;
  }

  #circuitCurrent(): number | null {
    return limitOf(this.#store, "circuit");
  }

  #currentCommand(amperes: number, lowers: boolean): Command {
    if (this.#control === "circuit") return this.#circuitCommand(amperes, this.#phases(), lowers);
    const body = { amps: amperes, minutes: lifetime };
    return this.#chargerCommand("set_dynamic_charger_current", body, lowers, amperes);
  }

  /** One only where the circuit is ours alone, and was left with one. */
  #phases(): PhaseCount {
    return this.#circuit.require().alone ? (circuitPhasesOf(this.#store) ?? 3) : 3;
  }

  #chargerCommand(operation: string, body: object, lowers: boolean, makes: number): Command {
    const path = `/api/chargers/${encodeURIComponent(this.chargerId)}/commands/${operation}`;
    return { operation, path, body, lowers, makes: { dynamicChargerCurrent: makes } };
  }

  #circuitCommand(amperes: number, count: PhaseCount, lowers: boolean): Command {
    const { siteId, circuitId } = this.#circuit.require();
    const others = count === 1 ? 0 : amperes;
    return {
      operation: "dynamicCurrent",
      path: `/api/sites/${siteId}/circuits/${circuitId}/dynamicCurrent`,
      body: { phase1: amperes, phase2: others, phase3: others, timeToLive: lifetime },
      lowers,
      makes: { dynamicCircuitCurrentP1: amperes, dynamicCircuitCurrentP2: others, dynamicCircuitCurrentP3: others },
    };
  }

  #unreachable(what: string): DeviceError {
    return this.#error("unreachable", what, "It is opened again at the next start");
  }

  #protocol(what: string): DeviceError {
    return this.#error("protocol", what, "Check `apiUrl`, or leave it out");
  }

  #error(code: DeviceError["code"], what: string, advice: string): DeviceError {
    return new DeviceError({ code, device: this.#device, what, advice });
  }
}

/** How often the same may be asked again after these is looked after elsewhere. */
function isPassing(error: unknown): boolean {
  return error instanceof DeviceError && (error.code === "unreachable" || error.code === "login-refused");
}
