/** A charger that takes writes when a test lets it, and the actuator that writes to it. */

import type { Charger, ChargerWrites } from "../../src/drivers/driver.js";
import type { Decision } from "../../src/model/commands.js";
import { noChargerReading, type ChargerReading } from "../../src/model/readings.js";
import { Actuator } from "../../src/site/actuator.js";
import { MemoryLog } from "../support/memory-log.js";
import { settle, TestClock } from "../support/test-clock.js";

export class ActuatorBox {
  readonly clock = new TestClock();
  readonly log = new MemoryLog();
  /** As they were sent, like `A 16`, `phases 1`, `stop`. */
  readonly wire: string[] = [];
  readonly actuator: Actuator;
  /** While set, writes fail with it. */
  failure: Error | null = null;
  /** While set, writes wait until `release`. */
  holding = false;
  #held: (() => void)[] = [];

  constructor({ switchesPhases = true, expiry }: { switchesPhases?: boolean; expiry?: number } = {}) {
    const writes: ChargerWrites = {
      maxAmpere: (amperes) => this.#take(`A ${amperes}`),
      allowCharging: (allowed) => this.#take(allowed ? "start" : "stop"),
      ...(switchesPhases ? { phases: (count: number) => this.#take(`phases ${count}`) } : {}),
    };
    const charger: Charger = {
      read: async () => noChargerReading,
      writes,
      ...(expiry === undefined ? {} : { expiry }),
      close: async () => undefined,
    };
    this.actuator = new Actuator("Garage", charger, this.log, this.clock);
  }

  /** Decides on this current, and waits until all is written that can be. */
  async aim(current: number, phases: 1 | 3 = 3): Promise<void> {
    this.actuator.apply(decision(current, phases));
    await settle();
  }

  /** The charger reports its settings. */
  async hear(reading: Partial<ChargerReading>): Promise<void> {
    this.actuator.received({ ...noChargerReading, ...reading });
    await settle();
  }

  /** Lets the writes that wait go on. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
    await settle();
  }

  /** What was sent since the last call. */
  sent(): string[] {
    return this.wire.splice(0);
  }

  async #take(write: string): Promise<void> {
    this.wire.push(write);
    if (this.holding) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (this.failure !== null) throw this.failure;
  }
}

export function decision(current: number, phases: 1 | 3 = 3): Decision {
  return { allowCharging: current > 0, current, phases, reasons: [] };
}

/** A charger that takes over what is written. */
export function obeying(maxAmpere: number, phases: 1 | 3 = 3): Partial<ChargerReading> {
  return { enabled: true, allowCharging: true, maxAmpere, phases };
}

export const stopped: Partial<ChargerReading> = { enabled: false, allowCharging: false, maxAmpere: 16, phases: 3 };
