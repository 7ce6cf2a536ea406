/** Connections to the configured devices for one command, without a running site. */

import type { Config } from "../config/parse.js";
import type { DriverContext } from "../drivers/driver.js";
import type { Log } from "../model/log.js";
import { systemClock } from "../site/clock.js";
import { createMqttPool } from "../transport/mqtt.js";
import { UsageError } from "./command.js";
import { suggestion } from "../config/nearest.js";

/** Log messages of a connection are of no interest for one reading. */
const noLog: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** Provides the context that drivers need to connect, and closes it afterwards. */
export async function withContext<T>(work: (context: Omit<DriverContext, "name">) => Promise<T>): Promise<T> {
  const clock = systemClock();
  const mqtt = createMqttPool({ clock, log: noLog });
  try {
    return await work({ log: noLog, clock, mqtt });
  } finally {
    await mqtt.close();
  }
}

interface Connection {
  close(): Promise<void>;
}

/** Uses one connection, and closes it in any case. */
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
