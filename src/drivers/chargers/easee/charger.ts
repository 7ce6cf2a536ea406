/** One Easee charger: read from the stream or by polling, and its commands. */

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
import { type Command, CommandSender } from "./commands.js";
import { GridFinder } from "./grid.js";
import { ObservationStore } from "./observations.js";
import { awaitingStart, circuitPhasesOf, disconnected, limitOf, minimumCurrent, readingOf } from "./reading.js";

export interface EaseeOptions extends AccountOptions, CircuitOptions {}

/** A per phase; what the hardware takes. */
export const currentRange = { min: minimumCurrent, max: 32, step: 1 } as const;

/** min for which a written current holds. Never 0, which means for ever. */
export const lifetime = 10;

/** ms; an idle charger reports something every 15 min, so a stream that is silent for longer is dead (evcc). */
const longestSilence = 1_200_000;
/** ms between polls while the stream is not connected or silent. */
export const pollInterval = 30_000;
/** ms in which changes are collected into one reading. */
const collectTime = 250;

/** A; what a resume sets the dynamic charger current to (evcc). */
const resumedCurrent = 32;

/** @param times for tests */
export function connectEasee(options: EaseeOptions, context: DriverContext, times?: AccountTimes): Charger {
  const { account, release } = shareAccount(options, context.clock, context.log, times);
  return new EaseeCharger(options, context, account, release);
}

class EaseeCharger implements Charger, StreamListener {
  readonly chargerId: string;
  /** ms; then a written current has expired. */
  readonly expiry = lifetime * 60_000;
  readonly #control: "charger" | "circuit";
  readonly #device: string;
  readonly #clock: Clock;
  readonly #account: EaseeAccount;
  readonly #release: () => Promise<void>;
  readonly #store = new ObservationStore();
  readonly #commands: CommandSender;
  readonly #circuit: CircuitFinder;
  readonly #grid: GridFinder;
  readonly #writes: ChargerWrites;
  #onReading: ((reading: ChargerReading) => void) | null = null;
  #collectTimer: Timer | null = null;
  #silenceTimer: Timer | null = null;
  /** Last update by the stream. */
  #updatedAt = -Infinity;
  #polledAt = -Infinity;
  /** The error of the last poll; `null`: it was answered. */
  #pollFailure: unknown = null;
  /** A per phase; our last command, which is restored after a pause. */
  #setpoint: number | null = null;
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
    const refresh = (): Promise<void> => this.#poll();
    this.#commands = new CommandSender({ device: name, clock, log, account, store: this.#store, refresh });
    this.#circuit = new CircuitFinder(options, account.cloud, name, clock, log);
    const { chargerId } = options;
    this.#grid = new GridFinder({ chargerId, device: name, cloud: account.cloud, store: this.#store, clock, log });
    this.#writes = {
      maxAmpere: (amperes) => this.#setCurrent(amperes),
      allowCharging: (allowed) => (allowed ? this.#resume() : this.#pause()),
    };
  }

  /** Phases only by a circuit. */
  get writes(): ChargerWrites {
    if (this.#control !== "circuit" || !this.#mayLeavePhases) return this.#writes;
    return { ...this.#writes, phases: (count) => this.#switchPhases(count) };
  }

  async read(): Promise<ChargerReading> {
    if (this.#closed) throw this.#unreachable("the connection has been closed");
    this.#join();
    if (!this.#isFresh()) await this.#poll();
    const looked = this.#circuit.look();
    if (this.#control === "circuit") {
      await looked;
      if (this.#circuit.circuit?.alone) await this.#grid.look();
    }
    return readingOf(this.#store, this.#control, this.#device);
  }

  watch(onReading: (reading: ChargerReading) => void): void {
    this.#onReading = onReading;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#collectTimer?.cancel();
    this.#silenceTimer?.cancel();
    this.#commands.close();
    this.#account.leave(this);
    await this.#release();
  }

  reset(): void {
    this.#updatedAt = -Infinity;
  }

  update(update: Answer): void {
    this.#updatedAt = this.#clock.now();
    if (!this.#store.takeUpdate(update, this.#updatedAt)) return;
    this.#commands.changed();
    this.#collectTimer ??= this.#clock.after(collectTime, () => this.#publish());
  }

  response(response: Answer): void {
    this.#commands.response(response);
  }

  #join(): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#account.join(this);
    this.#superviseStream();
  }

  #superviseStream(): void {
    this.#silenceTimer = this.#clock.after(longestSilence, () => {
      if (this.#account.streaming && this.#clock.now() - this.#updatedAt >= longestSilence)
        this.#account.subscribe(this);
      this.#superviseStream();
    });
  }

  /** The stream is up to date, or the last poll is recent enough. */
  #isFresh(): boolean {
    const now = this.#clock.now();
    if (this.#account.streaming && now - this.#updatedAt < longestSilence && this.#store.number("opMode") !== null)
      return true;
    if (now - this.#polledAt >= pollInterval || isTransient(this.#pollFailure)) return false;
    if (this.#pollFailure !== null) throw this.#pollFailure;
    return true;
  }

  async #poll(): Promise<void> {
    this.#polledAt = this.#clock.now();
    try {
      const path = `/api/chargers/${encodeURIComponent(this.chargerId)}/state`;
      const request = { device: this.#device, urgency: "read", operation: "state", path } as const;
      const state = answerOf((await this.#account.cloud.request(request)).json);
      if (state === null) throw this.#protocol("the Easee cloud answers with something that is no state of a charger");
      this.#store.takeState(state);
      this.#pollFailure = null;
    } catch (error) {
      this.#pollFailure = error;
      throw error;
    }
  }

  #publish(): void {
    this.#collectTimer = null;
    if (this.#onReading === null || this.#closed) return;
    try {
      this.#onReading(readingOf(this.#store, this.#control, this.#device));
    } catch (error) {
      // A charger that is offline, or has not reported enough: the next poll shows it.
      if (!(error instanceof DeviceError)) throw error;
    }
  }

  async #setCurrent(amperes: number): Promise<void> {
    requireCurrent(amperes, currentRange, this.#device);
    if (this.#control === "circuit") await this.#circuit.look();
    const known = this.#control === "charger" ? this.#store.number("dynamicChargerCurrent") : this.#circuitCurrent();
    const lowers = known === null || amperes <= known;
    // A decrease may be carried out later by itself; then a resume must not undo it.
    if (lowers) this.#setpoint = amperes;
    await this.#commands.send(this.#currentCommand(amperes, lowers));
    this.#setpoint = amperes;
  }

  async #pause(): Promise<void> {
    try {
      await this.#commands.send(this.#chargerCommand("pause_charging", {}, true, 0));
    } catch (error) {
      const isRefused = error instanceof DeviceError && error.code === "refused";
      if (!isRefused || this.#store.number("opMode") !== disconnected) throw error;
      const what = "pause_charging was refused: no car is plugged in, so there is nothing to pause";
      throw this.#error("refused", what, "Stop it again once a car is plugged in");
    }
  }

  /** A charger that is not paused is left alone: each resume makes its current jump. */
  async #resume(): Promise<void> {
    if (this.#store.boolean("isEnabled") === false) {
      const advice = "Enable it there; that setting is kept in flash and is not for automation";
      throw this.#error("refused", "the charger is disabled in the Easee app", advice);
    }
    if (this.#isResumed()) return;
    const resume = this.#chargerCommand("resume_charging", {}, false, resumedCurrent);
    await this.#commands.send({ ...resume, atLeast: minimumCurrent });
    if (this.#control === "charger" && this.#setpoint !== null)
      await this.#commands.send(this.#currentCommand(this.#setpoint, true));
  }

  async #switchPhases(count: PhaseCount): Promise<void> {
    const known = this.#setpoint ?? this.#circuitCurrent() ?? currentRange.min;
    const amperes = Math.min(Math.max(known, currentRange.min), currentRange.max);
    await this.#commands.send(this.#circuitCommand(amperes, count, count === 1));
  }

  #isResumed(): boolean {
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

  /** Nobody else is on the circuit, whose limits hold for all on it, and its grid has a neutral. */
  get #mayLeavePhases(): boolean {
    return this.#circuit.circuit?.alone === true && this.#grid.isTn;
  }

  /** One only where phases may be left, and the limits of the circuit leave one. */
  #phases(): PhaseCount {
    return this.#mayLeavePhases ? (circuitPhasesOf(this.#store) ?? 3) : 3;
  }

  #chargerCommand(operation: string, body: object, lowers: boolean, current: number): Command {
    const path = `/api/chargers/${encodeURIComponent(this.chargerId)}/commands/${operation}`;
    return { operation, path, body, lowers, expected: { dynamicChargerCurrent: current } };
  }

  #circuitCommand(amperes: number, count: PhaseCount, lowers: boolean): Command {
    const { siteId, circuitId } = this.#circuit.require();
    const others = count === 1 ? 0 : amperes;
    return {
      operation: "dynamicCurrent",
      path: `/api/sites/${siteId}/circuits/${circuitId}/dynamicCurrent`,
      body: { phase1: amperes, phase2: others, phase3: others, timeToLive: lifetime },
      lowers,
      expected: { dynamicCircuitCurrentP1: amperes, dynamicCircuitCurrentP2: others, dynamicCircuitCurrentP3: others },
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

/** When to retry after these is decided elsewhere: by the rate limiter, and between logins. */
function isTransient(error: unknown): boolean {
  return error instanceof DeviceError && (error.code === "unreachable" || error.code === "login-refused");
}
