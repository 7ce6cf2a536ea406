/** Set-up of tests: servers, virtual devices and connections to them, all closed after the test. */

import type { RequestListener } from "node:http";
import type { Charger, ChargerDriver, DriverContext, Meter, MeterDriver } from "../../src/drivers/driver.js";
import type { Clock } from "../../src/model/clock.js";
import type { MeterRole } from "../../src/model/readings.js";
import { systemClock } from "../../src/site/clock.js";
import { createMqttPool, type MqttPool } from "../../src/transport/mqtt.js";
import { driverContext } from "./driver-context.js";
import { MemoryLog } from "./memory-log.js";
import { type RawHttp, startRawHttp } from "./raw-http.js";

const cleanups: (() => unknown)[] = [];

/** Newest first. */
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end();
});

/** Closes it after the test. */
export function closeAfterTest<T extends { close(): unknown }>(it: T): T {
  cleanups.push(() => it.close());
  return it;
}

/** Runs something after the test. */
export function runAfterTest(end: () => unknown): void {
  cleanups.push(end);
}

/** A web server with the responses of a test. */
export async function serveHttp(answer: RequestListener): Promise<RawHttp> {
  return closeAfterTest(await startRawHttp(answer));
}

/** The context of a driver for a real broker: connections of its own, and real time. */
export function brokerContext(): Pick<DriverContext, "clock" | "mqtt"> {
  const clock = systemClock();
  return { clock, mqtt: testMqttPool(clock) };
}

/** MQTT connections with a short backoff. */
export function testMqttPool(clock: Clock = systemClock()): MqttPool {
  return closeAfterTest(createMqttPool({ clock, log: new MemoryLog(), retry: { first: 5, longest: 20 } }));
}

/** A connection to a charger, from its options in the configuration. */
export function connectCharger(driver: ChargerDriver, written: object, context: Partial<DriverContext> = {}): Charger {
  return closeAfterTest(driver.connect(parseOptions(driver, written), driverContext(context)));
}

/** A connection to a meter, from its options in the configuration. */
export function connectMeter(
  driver: MeterDriver,
  written: object,
  { measures = ["grid"], ...context }: Partial<DriverContext> & { readonly measures?: readonly MeterRole[] } = {},
): Meter {
  return closeAfterTest(
    driver.connect({ ...parseOptions(driver, written), measures }, driverContext({ name: "Grid", ...context })),
  );
}

function parseOptions({ options, check }: Pick<MeterDriver, "options" | "check">, written: object): object {
  const parsed = options.parse(written);
  expect(check?.(parsed) ?? []).toEqual([]);
  return parsed;
}

/** Records the readings that a device pushes from now on. */
export function recordReadings<Reading>(device: { watch?(onReading: (reading: Reading) => void): void }) {
  const readings: Reading[] = [];
  const waiting = new Set<(reading: Reading) => void>();
  device.watch?.((reading) => {
    readings.push(reading);
    for (const check of waiting) check(reading);
  });
  return {
    readings,
    /** Resolves with the next matching reading. */
    next: (fits: (reading: Reading) => boolean = () => true): Promise<Reading> =>
      new Promise((resolve) => {
        const check = (reading: Reading): void => {
          if (!fits(reading)) return;
          waiting.delete(check);
          resolve(reading);
        };
        waiting.add(check);
      }),
  };
}
