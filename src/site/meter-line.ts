/** The line to one meter: polls it or listens to it, and knows whether it answers. */

import type { MeterConfig } from "../config/devices.js";
import type { DriverContext, Meter } from "../drivers/driver.js";
import { perPhase, type PerPhase } from "../model/phases.js";
import { meterRoles, noQuantities, type MeterReading, type Quantities } from "../model/readings.js";
import { DischargeBlocker } from "./discharge-blocker.js";
import { Health } from "./health.js";
import type { MeterView } from "./house.js";
import { poll } from "./poller.js";

/** ms, the longest wait for a meter that is away: the house is blind without it. */
const longestWait = 10_000;

type LineContext = Omit<DriverContext, "name">;

export class MeterLine {
  readonly config: MeterConfig;
  readonly #meter: Meter;
  readonly #context: LineContext;
  readonly #health: Health;
  readonly #blocker: DischargeBlocker | undefined;
  readonly #onReading: (reading: MeterReading | null) => void;
  #reading: MeterReading | null = null;
  #hasFailed = false;
  #stop = () => {};

  /** @param onReading every answer, and `null` for every attempt that failed */
  constructor(config: MeterConfig, context: LineContext, onReading: (reading: MeterReading | null) => void) {
    this.config = config;
    this.#context = context;
    this.#meter = config.connect({ ...context, name: config.name });
    this.#health = new Health(config.name, context.log, context.clock.now());
    this.#onReading = onReading;
    const { dischargeBlock } = this.#meter;
    if (dischargeBlock) this.#blocker = new DischargeBlocker(config.name, dischargeBlock, context.log, context.clock);
  }

  start(): void {
    if (this.#meter.watch) {
      this.#meter.watch((reading) => this.#heard(reading));
      return;
    }
    this.#stop = poll({
      clock: this.#context.clock,
      interval: this.config.pollInterval * 1_000,
      longestWait,
      read: () => this.#meter.read(),
      onReading: (reading) => this.#heard(reading),
      onFailure: (error) => {
        this.#hasFailed = true;
        this.#health.failed(error);
        this.#onReading(null);
      },
    });
  }

  /** It has told its power and the currents that it has, or failed to. The first burst of messages may be a part of one. */
  get hasSpoken(): boolean {
    return this.#hasFailed || this.config.measures.every((role) => isWhole(this.#reading?.[role]));
  }

  checkSilence(): void {
    if (this.#meter.watch) this.#health.checkSilence(this.#context.clock.now());
  }

  view(): MeterView {
    return { name: this.config.name, reachable: this.#health.reachable, reading: this.#reading };
  }

  /** Of no use where the device can't do that. To be called after each pass. */
  blockDischarge(blocked: boolean): void {
    this.#blocker?.aim(blocked);
  }

  stop(): void {
    this.#stop();
  }

  /** Resolves once what was last asked for is written, or has failed to be. */
  async settled(): Promise<void> {
    await this.#blocker?.idle();
  }

  async close(): Promise<void> {
    await this.#meter.close();
  }

  #heard(reading: MeterReading): void {
    this.#reading = merged(this.#reading ?? {}, reading);
    this.#health.answered(this.#context.clock.now());
    this.#onReading(reading);
  }
}

/** A meter tells the current of L1, of L1 to L3, or of none; it can't be seen in a part which of these it is. */
function isWhole(quantities: Quantities | undefined): boolean {
  if (quantities === undefined || quantities.power === null) return false;
  const [, l2, l3] = quantities.currents;
  return (l2 === null) === (l3 === null);
}

/** The newest known value of each quantity. */
function merged(old: MeterReading, news: MeterReading): MeterReading {
  const roles = meterRoles.flatMap((role) => {
    const quantities = news[role];
    return quantities ? [[role, mergedQuantities(old[role] ?? noQuantities, quantities)] as const] : [];
  });
  return { ...old, ...Object.fromEntries(roles) };
}

function mergedQuantities(old: Quantities, news: Quantities): Quantities {
  const each = (before: PerPhase<number | null>, after: PerPhase<number | null>) =>
    perPhase((i) => after[i] ?? before[i]);
  return {
    power: news.power ?? old.power,
    currents: each(old.currents, news.currents),
    voltages: each(old.voltages, news.voltages),
    powers: each(old.powers, news.powers),
    importEnergy: news.importEnergy ?? old.importEnergy,
    exportEnergy: news.exportEnergy ?? old.exportEnergy,
    soc: news.soc ?? old.soc,
  };
}
