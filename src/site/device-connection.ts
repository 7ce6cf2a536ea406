/** A connection to one device: polls it or receives what it pushes, and knows whether it answers. */

import type { DriverContext } from "../drivers/driver.js";
import { Health } from "./health.js";
import { poll } from "./poller.js";

/** What every device of the site is given, beside its name. */
export type ConnectionContext = Omit<DriverContext, "name">;

interface Device<Reading> {
  read(): Promise<Reading>;
  watch?(onReading: (reading: Reading) => void): void;
  close(): Promise<void>;
}

interface DeviceConfig<Connected> {
  readonly name: string;
  /** s */
  readonly pollInterval: number;
  connect(context: DriverContext): Connected;
}

interface DeviceConnectionParts<Config, Reading> {
  readonly config: Config;
  readonly context: ConnectionContext;
  /** ms, the longest wait between two attempts to read a device that does not answer */
  readonly longestWait: number;
  /** Gets every reading as it came, and `null` for every attempt that failed. */
  readonly onReading: (reading: Reading | null) => void;
}

export abstract class DeviceConnection<
  Reading,
  Connected extends Device<Reading>,
  Config extends DeviceConfig<Connected>,
> {
  readonly config: Config;
  protected readonly device: Connected;
  protected readonly context: ConnectionContext;
  protected readonly health: Health;
  readonly #longestWait: number;
  readonly #onReading: (reading: Reading | null) => void;
  #reading: Reading | null = null;
  #hasFailed = false;
  #stopped = false;
  #stopPolling = () => {};

  constructor({ config, context, longestWait, onReading }: DeviceConnectionParts<Config, Reading>) {
    this.config = config;
    this.context = context;
    this.device = config.connect({ ...context, name: config.name });
    this.health = new Health(config.name, context.log, context.clock.now());
    this.#longestWait = longestWait;
    this.#onReading = onReading;
  }

  start(): void {
    this.device.watch?.((reading) => this.#receive(reading));
    if (!this.isPolled) return;
    this.#stopPolling = poll({
      clock: this.context.clock,
      interval: this.config.pollInterval * 1_000,
      longestWait: this.#longestWait,
      read: () => this.device.read(),
      onReading: (reading) => this.#receive(reading),
      onFailure: (error) => {
        this.#hasFailed = true;
        this.health.failed(error);
        this.#onReading(null);
      },
    });
  }

  /** The newest one, not yet judged by the controller; `null`: there was none yet. */
  get reading(): Reading | null {
    return this.#reading;
  }

  /** False once it has failed to answer for a while; the newest reading is then no longer true. */
  get reachable(): boolean {
    return this.health.reachable;
  }

  /** It has reported all that it measures, or failed to, at least once. */
  get hasReported(): boolean {
    return this.#hasFailed || this.isComplete(this.#reading);
  }

  /** Notices that a device that only pushes has fallen silent. */
  checkSilence(): void {
    if (!this.isPolled) this.health.checkSilence(this.context.clock.now());
  }

  /** Ends polling; whatever the device still pushes is ignored. */
  stop(): void {
    this.#stopped = true;
    this.#stopPolling();
  }

  /** Always ends, also when the device is gone. */
  async close(): Promise<void> {
    await this.device.close();
  }

  /** A device that pushes can be polled all the same. */
  protected get isPolled(): boolean {
    return true;
  }

  /** Whether this is all that the device measures: some report in parts. */
  protected isComplete(reading: Reading | null): boolean {
    return reading !== null;
  }

  /** The newest reading, from the one before and what has come now. */
  protected merge(_older: Reading | null, newer: Reading): Reading {
    return newer;
  }

  /** Called for each reading before it is handed on. */
  protected received?(reading: Reading): void;

  #receive(newer: Reading): void {
    if (this.#stopped) return;
    this.#reading = this.merge(this.#reading, newer);
    this.health.answered(this.context.clock.now());
    this.received?.(newer);
    this.#onReading(newer);
  }
}
