/** Connections to the configured devices for one command, without a running site. */

import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../config/parse.js";
import type { DriverContext } from "../drivers/driver.js";
import { DeviceError } from "../model/errors.js";
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

/** ms that a person waits where a cloud asks for it, and how often. */
const longestPause = 10_000;
const pauses = 3;

/**
 * Uses one connection and closes it, whatever happens. Where the device asks to come again in a few seconds, the work
 * is done once more then, from its beginning.
 */
export async function using<C extends Connection, T>(connection: C, work: (connection: C) => Promise<T>): Promise<T> {
  try {
    return await patiently(() => work(connection));
  } finally {
    await connection.close();
  }
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let left = pauses; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const pause = error instanceof DeviceError && error.retryAt !== null ? error.retryAt - Date.now() : Infinity;
      if (left === 0 || pause > longestPause) throw error;
      await wait(Math.max(0, pause) + 50);
    }
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
