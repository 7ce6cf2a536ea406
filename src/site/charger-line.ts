/** The line to one charger: polls it, knows whether it answers, and has decisions written to it. */

import type { ChargerConfig } from "../config/devices.js";
import type { Charger, DriverContext } from "../drivers/driver.js";
import type { Decision } from "../model/commands.js";
import { DeviceError, messageOf } from "../model/errors.js";
import type { ChargerReading } from "../model/readings.js";
import { Actuator } from "./actuator.js";
import { Health } from "./health.js";
import type { ChargerView } from "./house.js";
import { poll } from "./poller.js";
import { rangeOf } from "./settings.js";

/** ms, the longest wait for a charger that is away. */
const longestWait = 30_000;

type LineContext = Omit<DriverContext, "name">;

export class ChargerLine {
  readonly config: ChargerConfig;
  readonly #charger: Charger;
  readonly #context: LineContext;
  readonly #actuator: Actuator;
  readonly #health: Health;
  readonly #onReading: (reading: ChargerReading | null) => void;
  #reading: ChargerReading | null = null;
  #hasSpoken = false;
  #stopped = false;
  #toldVoltage: number | null = null;
  #stop = () => {};

  /** @param onReading every answer, and `null` for every attempt that failed */
  constructor(config: ChargerConfig, context: LineContext, onReading: (reading: ChargerReading | null) => void) {
    this.config = config;
    this.#context = context;
    this.#charger = config.connect({ ...context, name: config.name });
    const { log, clock } = context;
    const health = new Health(config.name, log, clock.now());
    this.#health = health;
    const writeLog = {
      warn: (message: string) => health.tell(message),
      debug: (message: string) => log.debug(message),
    };
    this.#actuator = new Actuator(config.name, this.#charger, writeLog, clock);
    this.#onReading = onReading;
  }

  start(): void {
    this.#charger.watch?.((reading) => this.#heard(reading));
    this.#stop = poll({
      clock: this.#context.clock,
      interval: this.config.pollInterval * 1_000,
      longestWait,
      read: () => this.#charger.read(),
      onReading: (reading) => this.#heard(reading),
      onFailure: (error) => {
        this.#hasSpoken = true;
        this.#health.failed(error);
        this.#onReading(null);
      },
    });
  }

  /** It has answered, or failed to, at least once. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** Of no use to a charger that was never heard of. */
  aim(decision: Decision): void {
    if (this.#reading !== null) this.#actuator.aim(decision);
  }

  async write(channel: "accessState" | "transaction", value: string | number | null): Promise<void> {
    const { accessState, transaction } = this.#charger.writes;
    if (channel === "accessState" && accessState !== undefined && typeof value === "string") return accessState(value);
    if (channel === "transaction" && transaction !== undefined && typeof value !== "string") return transaction(value);
    const advice = "See `ev-charging read` for what this charger has";
    throw new DeviceError({ code: "unsupported", device: this.config.name, what: `${channel} can't be set`, advice });
  }

  view(): Omit<ChargerView, "mode" | "wishes" | "plan" | "decision"> {
    const { name, brand, model, writable } = this.config;
    const current = rangeOf(this.config);
    return { name, brand, model, writable, current, reachable: this.#health.reachable, reading: this.#reading };
  }

  /**
   * Tells a charger that can't measure it the voltage, when it has changed by a volt.
   * @param volts V; `null`: not known now
   */
  tellVoltage(volts: number | null): void {
    const rounded = volts === null ? null : Math.round(volts);
    if (rounded === null || rounded === this.#toldVoltage || this.#reading === null) return;
    this.#toldVoltage = rounded;
    this.#charger.tellVoltage?.(rounded).catch((error: unknown) => {
      this.#toldVoltage = null;
      this.#context.log.debug(messageOf(error));
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#stop();
  }

  /** Resolves once the last decision is written, or has failed to be. */
  async settled(): Promise<void> {
    await this.#actuator.idle();
  }

  async close(): Promise<void> {
    await this.#charger.close();
  }

  #heard(reading: ChargerReading): void {
    if (this.#stopped) return;
    this.#hasSpoken = true;
    this.#reading = reading;
    this.#health.answered(this.#context.clock.now());
    this.#actuator.heard(reading);
    this.#onReading(reading);
  }
}
