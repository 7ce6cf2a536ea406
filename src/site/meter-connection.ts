/** The connection to one meter: merges what it reports in parts, and blocks the discharge of a battery behind it. */

import type { MeterConfig } from "../config/devices.js";
import type { Meter } from "../drivers/driver.js";
import { meterRoles, mergedQuantities, type MeterReading, type Quantities } from "../model/readings.js";
import { DeviceConnection, type ConnectionContext } from "./device-connection.js";
import { DischargeBlocker } from "./discharge-blocker.js";
import type { MeterView } from "./site-view.js";

/** ms; short, for without its meters the site charges nothing from the sun. */
const longestWait = 10_000;

export class MeterConnection extends DeviceConnection<MeterReading, Meter, MeterConfig> {
  readonly #blocker: DischargeBlocker | undefined;

  constructor(config: MeterConfig, context: ConnectionContext, onReading: (reading: MeterReading | null) => void) {
    super({ config, context, longestWait, onReading });
    const { dischargeBlock } = this.device;
    if (dischargeBlock) this.#blocker = new DischargeBlocker(config.name, dischargeBlock, context.log, context.clock);
  }

  view(): MeterView {
    return { name: this.config.name, reachable: this.reachable, reading: this.reading };
  }

  /** Does nothing where the device can't block. To be called after each pass. */
  blockDischarge(blocked: boolean): void {
    this.#blocker?.request(blocked);
  }

  /** Resolves once what was last asked for is written, or has failed to be. */
  async settled(): Promise<void> {
    await this.#blocker?.idle();
  }

  protected override get isPolled(): boolean {
    return this.device.watch === undefined;
  }

  /** The first burst of messages may be a part of one. */
  protected override isComplete(reading: MeterReading | null): boolean {
    return this.config.measures.every((role) => isWhole(reading?.[role]));
  }

  /** The newest known value of each quantity. */
  protected override merge(older: MeterReading | null, newer: MeterReading): MeterReading {
    const roles = meterRoles.flatMap((role) => {
      const quantities = newer[role];
      return quantities ? [[role, mergedQuantities(older?.[role] ?? null, quantities)] as const] : [];
    });
    return { ...older, ...Object.fromEntries(roles) };
  }
}

/** A meter reports the current of L1, of L1 to L3, or of none; a part of a burst does not show which of these it is. */
function isWhole(quantities: Quantities | undefined): boolean {
  if (quantities === undefined || quantities.power === null) return false;
  const [, l2, l3] = quantities.currents;
  return (l2 === null) === (l3 === null);
}
