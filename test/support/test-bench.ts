/** What a test sets up: servers, virtual devices, and our connections to them. All of it ends with the test. */

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

/** The newest first. */
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end();
});

/** Has it closed after the test. */
export function closeAfterTest<T extends { close(): unknown }>(it: T): T {
  cleanups.push(() => it.close());
  return it;
}

/** Has something else done after the test. */
export function runAfterTest(end: () => unknown): void {
  cleanups.push(end);
}

/** A web server that answers whatever a test wants. */
export async function serveHttp(answer: RequestListener): Promise<RawHttp> {
  return closeAfterTest(await startRawHttp(answer));
}

/** What a driver is given to speak through a real broker: connections of its own, and real time. */
export function brokerContext(): Pick<DriverContext, "clock" | "mqtt"> {
  const clock = systemClock();
  return { clock, mqtt: testMqttPool(clock) };
}

/** Connections to brokers that come back soon. */
export function testMqttPool(clock: Clock = systemClock()): MqttPool {
  return closeAfterTest(createMqttPool({ clock, log: new MemoryLog(), retry: { first: 5, longest: 20 } }));
}

/** A charger, as someone has written it in the configuration. */
export function connectCharger(driver: ChargerDriver, written: object, context: Partial<DriverContext> = {}): Charger {
  return closeAfterTest(driver.connect(parseOptions(driver, written), driverContext(context)));
}

/** A meter, as someone has written it in the configuration. */
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

/** What a device tells by itself from now on. */
export function recordReadings<Reading>(device: { watch?(onReading: (reading: Reading) => void): void }) {
  const readings: Reading[] = [];
  const waiting = new Set<(reading: Reading) => void>();
  device.watch?.((reading) => {
    readings.push(reading);
    for (const look of waiting) look(reading);
  });
  return {
    readings,
    /** Resolves with the next reading that fits. */
    next: (fits: (reading: Reading) => boolean = () => true): Promise<Reading> =>
      new Promise((resolve) => {
        const look = (reading: Reading): void => {
          if (!fits(reading)) return;
          waiting.delete(look);
          resolve(reading);
        };
        waiting.add(look);
      }),
  };
}
