/** The line to one residual-current monitor: polls it, knows whether it answers, and tells its alarms once. */

import type { MonitorConfig } from "../config/devices.js";
import type { DriverContext, ResidualCurrentMonitor } from "../drivers/driver.js";
import type { ResidualCurrentReading } from "../model/readings.js";
import { Health } from "./health.js";
import { poll } from "./poller.js";

/** ms, the longest wait for a monitor that is away. */
const longestWait = 10_000;

type LineContext = Omit<DriverContext, "name">;

export class MonitorLine {
  readonly config: MonitorConfig;
  readonly #monitor: ResidualCurrentMonitor;
  readonly #context: LineContext;
  readonly #health: Health;
  readonly #onReading: (reading: ResidualCurrentReading | null) => void;
  #hasSpoken = false;
  #toldAlarm = "";
  #stop = () => {};

  /** @param onReading every answer, and `null` for every attempt that failed */
  constructor(
    config: MonitorConfig,
    context: LineContext,
    onReading: (reading: ResidualCurrentReading | null) => void,
  ) {
    this.config = config;
    this.#context = context;
    this.#monitor = config.connect({ ...context, name: config.name });
    this.#health = new Health(config.name, context.log, context.clock.now());
    this.#onReading = onReading;
  }

  start(): void {
    this.#stop = poll({
      clock: this.#context.clock,
      interval: this.config.pollInterval * 1_000,
      longestWait,
      read: () => this.#monitor.read(),
      onReading: (reading) => {
        this.#hasSpoken = true;
        this.#health.answered(this.#context.clock.now());
        this.#tell(reading);
        this.#onReading(reading);
      },
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

  stop(): void {
    this.#stop();
  }

  async close(): Promise<void> {
    await this.#monitor.close();
  }

  #tell({ alarmA, alarmB }: ResidualCurrentReading): void {
    const raised = [...alarmA.map((band) => `A ${band}`), ...alarmB.map((band) => `B ${band}`)].join(", ");
    if (raised === this.#toldAlarm) return;
    if (raised !== "") this.#context.log.warn(`${this.config.name}: alarm ${raised}.`);
    else this.#context.log.info(`${this.config.name}: the alarm is over.`);
    this.#toldAlarm = raised;
  }
}
