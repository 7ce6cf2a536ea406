/** Waits until a charger shows what it was told. */

import { setTimeout as wait } from "node:timers/promises";
import type { Charger, WritableChannel } from "../drivers/driver.js";
import { DeviceError } from "../model/errors.js";
import type { ChargerReading } from "../model/readings.js";

/** ms in which a charger has to show what it was told, and ms between two looks. */
const patience = 10_000;
const lookAgain = 300;

export interface Told {
  /** Name of the charger in the configuration. */
  readonly name: string;
  readonly channel: WritableChannel;
  shows(reading: ChargerReading): boolean;
}

/** @throws DeviceError where the charger does not answer, or does not show it in time */
export async function readBack(charger: Charger, { name, channel, shows }: Told): Promise<void> {
  const deadline = performance.now() + patience;
  while (!shows(await charger.read())) {
    if (performance.now() > deadline)
      throw new DeviceError({
        code: "not-taken-over",
        device: name,
        what: `it was told, and its ${channel} did not change within ${patience / 1_000} s`,
        advice: "Look whether another app or controller sets it too",
      });
    await wait(lookAgain);
  }
}
