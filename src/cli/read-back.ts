/** Waits until a charger reports a value that was written. */

import { setTimeout as wait } from "node:timers/promises";
import type { Charger, WritableChannel } from "../drivers/driver.js";
import { DeviceError } from "../model/errors.js";
import type { ChargerReading } from "../model/readings.js";

/** ms in which a charger has to report it, and ms between two readings */
const timeout = 10_000;
const pollInterval = 300;

export interface ExpectedChange {
  /** Name of the charger in the configuration. */
  readonly name: string;
  readonly channel: WritableChannel;
  shows(reading: ChargerReading): boolean;
  /** What keeps it from showing it, for people; `null`: nothing that is known. */
  hindrance?(reading: ChargerReading): string | null;
}

/** @throws DeviceError where the charger does not answer, or does not show it in time */
export async function readBack(charger: Charger, { name, channel, shows, hindrance }: ExpectedChange): Promise<void> {
  const deadline = performance.now() + timeout;
  for (let reading = await charger.read(); !shows(reading); reading = await charger.read()) {
    const found = hindrance?.(reading) ?? null;
    if (performance.now() > deadline && found !== null)
      throw new DeviceError({
        code: "not-taken-over",
        device: name,
        what: found,
        advice: "See to that, or wait for it",
      });
    if (performance.now() > deadline)
      throw new DeviceError({
        code: "not-taken-over",
        device: name,
        what: `it accepted the command, but its ${channel} did not change within ${timeout / 1_000} s`,
        advice: "Check whether another app or controller sets it too",
      });
    await wait(pollInterval);
  }
}
