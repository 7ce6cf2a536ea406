/** The connection to one charger: has decisions and settings written to it. */

import type { ChargerConfig } from "../config/devices.js";
import type { Charger } from "../drivers/driver.js";
import type { Decision } from "../model/commands.js";
import { DeviceError, messageOf } from "../model/errors.js";
import type { ChargerReading } from "../model/readings.js";
import { Actuator } from "./actuator.js";
import { DeviceConnection, type ConnectionContext } from "./device-connection.js";
import type { ChargerView } from "./site-view.js";
import { rangeOf } from "./settings.js";

/** ms */
const longestWait = 30_000;
/** ms before a voltage that could not be written is written again. */
const voltageRetry = 60_000;

export class ChargerConnection extends DeviceConnection<ChargerReading, Charger, ChargerConfig> {
  readonly #actuator: Actuator;
  /** A, the charger's own limit that was last looked at; `null`: none was. */
  #notedLimit: number | null = null;
  /** V that was last written to the charger; `null`: none, or it failed. */
  #writtenVoltage: number | null = null;
  #voltageFailedAt = -Infinity;

  constructor(config: ChargerConfig, context: ConnectionContext, onReading: (reading: ChargerReading | null) => void) {
    super({ config, context, longestWait, onReading });
    const { log, clock } = context;
    const writeLog = {
      warn: (message: string) => this.health.warnOnce(message),
      debug: (message: string) => log.debug(message),
    };
    this.#actuator = new Actuator(config.name, this.device, writeLog, clock);
  }

  /** The decisions to come are the last ones. */
  override stop(): void {
    super.stop();
    this.#actuator.insist();
  }

  /** Its phases can be switched, as far as it is known yet: some find out that they must not. */
  get canSwitchPhases(): boolean {
    return (
      this.config.writable.includes("phases") && (this.reading === null || this.device.writes.phases !== undefined)
    );
  }

  /** Does nothing as long as the charger has never answered. */
  apply(decision: Decision): void {
    if (this.reading !== null) this.#actuator.apply(decision);
  }

  async write(channel: "accessState" | "transaction", value: string | number | null): Promise<void> {
    const { accessState, transaction } = this.device.writes;
    if (channel === "accessState" && accessState !== undefined && typeof value === "string") return accessState(value);
    if (channel === "transaction" && transaction !== undefined && typeof value !== "string") return transaction(value);
    const advice = "See `ev-charging read` for what this charger has";
    throw new DeviceError({ code: "unsupported", device: this.config.name, what: `${channel} can't be set`, advice });
  }

  view(): Pick<ChargerView, "name" | "brand" | "model" | "writable" | "current" | "reachable" | "reading"> {
    const { name, brand, model, writable } = this.config;
    const current = rangeOf(this.config);
    return { name, brand, model, writable, current, reachable: this.reachable, reading: this.reading };
  }

  /**
   * Writes the voltage to a charger that can't measure it, when it has changed by a volt.
   * @param volts V; `null`: not known now
   */
  writeVoltage(volts: number | null): void {
    const rounded = volts === null ? null : Math.round(volts);
    if (rounded === null || rounded === this.#writtenVoltage || this.reading === null) return;
    if (this.context.clock.now() - this.#voltageFailedAt < voltageRetry) return;
    this.#writtenVoltage = rounded;
    this.device.setMeasuredVoltage?.(rounded).catch((error: unknown) => {
      this.#writtenVoltage = null;
      this.#voltageFailedAt = this.context.clock.now();
      this.context.log.debug(messageOf(error));
    });
  }

  /** Resolves once the last decision is written, or has failed to be. */
  async settled(): Promise<void> {
    await this.#actuator.idle();
  }

  protected override received(reading: ChargerReading): void {
    this.#noteLimit(reading.currentLimit);
    this.#actuator.received(reading);
  }

  /** Says once that the charger's own settings allow less than the configuration. */
  #noteLimit(limit: number | null): void {
    if (limit === null || limit === this.#notedLimit) return;
    this.#notedLimit = limit;
    const { name, maxCurrent } = this.config;
    if (limit >= maxCurrent) return;
    const advice = "Raise it in the charger's app, or lower maxCurrent";
    this.context.log.info(`${name}: its own settings allow ${limit} A, and maxCurrent is ${maxCurrent} A. ${advice}.`);
  }
}
