/** A Shelly meter that pushes changes; it is asked for everything once a minute, and for values that stay away. */

import type { Timer } from "../../../../model/clock.js";
import { DeviceError, messageOf } from "../../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../../model/readings.js";
import type { DriverContext, Meter } from "../../../driver.js";
import { readingOf } from "../phase-values.js";
import type { StatusNotification } from "./frames.js";
import { type Components, Measurements } from "./measurements.js";
import { advice, askStatus, type Rpc } from "./rpc.js";

/** ms that a value may stay away before the meter is asked: it does not push small changes. */
const askAfter = 5_000;
/** ms after which it is checked again whether a pending request has been answered. */
const lookAgain = 100;
/** ms between two requests for everything, counters included; those move on once a minute. */
const askAllAfter = 60_000;

/** A Shelly that takes RPC requests, and may push its status. */
export interface RpcConnection extends Rpc {
  /**
   * @param onOnline when the device can be reached anew; it pushes nothing before the first request
   * @param onOffline when what it reported last no longer holds
   */
  listen?(
    onNotification: (notification: StatusNotification) => void,
    onOnline: () => void,
    onOffline: () => void,
  ): void;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

type OnReading = (reading: MeterReading) => void;

export class Gen2Meter implements Meter {
  readonly #connection: RpcConnection;
  readonly #measures: readonly MeterRole[];
  readonly #context: DriverContext;
  readonly #measurements = new Measurements();
  readonly #listeners = new Set<OnReading>();
  readonly watch?: (onReading: OnReading) => void;
  #askTimer: Timer | null = null;
  #lastAsked = -Infinity;
  #lastAskedAll = -Infinity;
  #startedAt = 0;
  /** Pending requests. */
  #asking = 0;
  #reported = "";
  #closed = false;

  constructor(connection: RpcConnection, measures: readonly MeterRole[], context: DriverContext) {
    this.#connection = connection;
    this.#measures = measures;
    this.#context = context;
    if (connection.listen) this.watch = (onReading) => this.#watch(onReading);
  }

  async read(): Promise<MeterReading> {
    if (this.#closed) throw this.#error("unreachable", "the connection has been closed");
    const reading = this.#take(await this.#ask(true), true);
    if (reading === null) throw this.#error("protocol", "the Shelly does not report what it measures");
    return reading;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#askTimer?.cancel();
    this.#listeners.clear();
    await this.#connection.close();
  }

  #watch(onReading: OnReading): void {
    this.#listeners.add(onReading);
    if (this.#listeners.size > 1) return;
    this.#startedAt = this.#context.clock.now();
    this.#connection.listen?.(
      ({ components, whole }) => this.#report(components, whole),
      () => {
        if (this.#asking === 0) this.#askAndReport(true);
      },
      () => this.#measurements.forget(),
    );
    this.#askAndReport(true);
    this.#askWhenQuiet();
  }

  async #ask(everything: boolean): Promise<Components> {
    this.#lastAsked = this.#context.clock.now();
    if (everything) this.#lastAskedAll = this.#lastAsked;
    this.#asking += 1;
    try {
      return await askStatus(this.#connection, this.#measurements.profile, everything, this.#context.name);
    } finally {
      this.#asking -= 1;
    }
  }

  #askAndReport(everything: boolean): void {
    this.#ask(everything).then(
      (components) => this.#report(components, true),
      (error: unknown) => this.#context.log.debug(messageOf(error)),
    );
  }

  #report(components: Components, whole: boolean): void {
    const reading = this.#closed ? null : this.#take(components, whole);
    if (reading !== null) for (const listener of this.#listeners) listener(reading);
  }

  #take(components: Components, whole: boolean): MeterReading | null {
    const readings = this.#measurements.take(components, whole, this.#context.clock.now());
    this.#reportErrors();
    return readings && readingOf(readings, this.#measures);
  }

  /** Asks, at most once in `askAfter`, while any watched value has stayed away for so long. */
  #askWhenQuiet(): void {
    if (this.#closed) return;
    const now = this.#context.clock.now();
    const quietFrom = () => Math.max(this.#measurements.oldest() ?? this.#startedAt, this.#lastAsked) + askAfter;
    const everything = now >= this.#lastAskedAll + askAllAfter;
    if (this.#asking === 0 && (everything || now >= quietFrom())) this.#askAndReport(everything);
    const next = Math.min(quietFrom(), this.#lastAskedAll + askAllAfter);
    this.#askTimer = this.#context.clock.after(Math.max(lookAgain, next - now), () => this.#askWhenQuiet());
  }

  #reportErrors(): void {
    const errors = this.#measurements.errors().join(", ");
    if (errors === this.#reported) return;
    this.#reported = errors;
    const { log, name } = this.#context;
    if (errors === "") log.info(`${name}: the Shelly no longer reports errors`);
    else log.warn(`${name}: the Shelly reports ${errors}. Check its wiring and its current transformers`);
  }

  #error(code: "unreachable" | "protocol", what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}
