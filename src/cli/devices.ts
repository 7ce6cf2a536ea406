/** Talks to the configured devices once, without the running house. */

import type { Config } from "../config/parse.js";
import type { DriverContext } from "../drivers/driver.js";
import type { Log } from "../model/log.js";
import { systemClock } from "../site/clock.js";
import { createMqttPool } from "../transport/mqtt.js";
import { UsageError } from "./command.js";
import { suggestion } from "../config/nearest.js";

/** Nothing that devices say by the way is of interest to who asks them once. */
const silent: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** Gives what drivers need to connect, and lets go of it all afterwards. */
export async function withContext<T>(work: (context: Omit<DriverContext, "name">) => Promise<T>): Promise<T> {
  const clock = systemClock();
  const mqtt = createMqttPool({ clock, log: silent });
  try {
    return await work({ log: silent, clock, mqtt });
  } finally {
    await mqtt.close();
  }
}

interface Connection {
  close(): Promise<void>;
}

/** Uses one connection and closes it, whatever happens. */
export async function using<C extends Connection, T>(connection: C, work: (connection: C) => Promise<T>): Promise<T> {
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** @throws UsageError for a name that no device has */
export function checkNames(names: readonly string[], config: Config): void {
  const { chargers, meters, residualCurrentMonitors } = config;
  const known = [...chargers, ...meters, ...residualCurrentMonitors].map(({ name }) => name);
  for (const name of names)
    if (!known.includes(name))
      throw new UsageError(`no device is named ${JSON.stringify(name)}; ${suggestion(name, known)}`);
}
