/** A Shelly meter that speaks by itself, is asked in full once a minute, and whenever it keeps quiet. */

import type { Timer } from "../../../../model/clock.js";
import { DeviceError, messageOf } from "../../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../../model/readings.js";
import type { DriverContext, Meter } from "../../../driver.js";
import { readingOf } from "../phase-values.js";
import type { Notice } from "./frames.js";
import { type Components, Measurements } from "./measurements.js";
import { advice, askStatus, type Rpc } from "./rpc.js";

/** ms that a value may stay away before the meter is asked: small changes it keeps to itself. */
const askAfter = 5_000;
/** ms after which it is looked again whether a question that is under way has been answered. */
const lookAgain = 100;
/** ms between two questions for everything, counters included; those move on once a minute. */
const askAllAfter = 60_000;

/** A Shelly that can be asked, and may speak by itself. */
export interface Speaker extends Rpc {
  /**
   * @param onGreeting when the device can be heard anew, and has to be asked something first
   * @param onFarewell when what it said last no longer holds
   */
  listen?(onNotice: (notice: Notice) => void, onGreeting: () => void, onFarewell: () => void): void;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

type OnReading = (reading: MeterReading) => void;

export class ProMeter implements Meter {
  readonly #speaker: Speaker;
  readonly #measures: readonly MeterRole[];
  readonly #context: DriverContext;
  readonly #measurements = new Measurements();
  readonly #listeners = new Set<OnReading>();
  readonly watch?: (onReading: OnReading) => void;
  #askTimer: Timer | null = null;
  #lastAsked = -Infinity;
  #lastAskedAll = -Infinity;
  #startedAt = 0;
  /** Questions that are under way. */
  #asking = 0;
  #reported = "";
  #closed = false;

  constructor(speaker: Speaker, measures: readonly MeterRole[], context: DriverContext) {
    this.#speaker = speaker;
    this.#measures = measures;
    this.#context = context;
    if (speaker.listen) this.watch = (onReading) => this.#watch(onReading);
  }

  async read(): Promise<MeterReading> {
    if (this.#closed) throw this.#error("unreachable", "the connection has been closed");
    const reading = this.#take(await this.#ask(true), true);
    if (reading === null) throw this.#error("protocol", "the Shelly does not tell what it measures");
    return reading;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#askTimer?.cancel();
    this.#listeners.clear();
    await this.#speaker.close();
  }

  #watch(onReading: OnReading): void {
    this.#listeners.add(onReading);
    if (this.#listeners.size > 1) return;
    this.#startedAt = this.#context.clock.now();
    this.#speaker.listen?.(
      ({ components, whole }) => this.#tell(components, whole),
      () => {
        if (this.#asking === 0) this.#askAndTell(true);
      },
      () => this.#measurements.forget(),
    );
    this.#askAndTell(true);
    this.#askWhenQuiet();
  }

  async #ask(everything: boolean): Promise<Components> {
    this.#lastAsked = this.#context.clock.now();
    if (everything) this.#lastAskedAll = this.#lastAsked;
    this.#asking += 1;
    try {
      return await askStatus(this.#speaker, this.#measurements.profile, everything, this.#context.name);
    } finally {
      this.#asking -= 1;
    }
  }

  #askAndTell(everything: boolean): void {
    this.#ask(everything).then(
      (components) => this.#tell(components, true),
      (error: unknown) => this.#context.log.debug(messageOf(error)),
    );
  }

  #tell(components: Components, whole: boolean): void {
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
    if (this.#asking === 0 && (everything || now >= quietFrom())) this.#askAndTell(everything);
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
