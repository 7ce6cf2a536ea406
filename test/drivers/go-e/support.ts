/** go-e chargers on the local network (a server with fixed answers, and the virtual charger), and what both versions test. */

import fc from "fast-check";
import { connectGoE } from "../../../src/drivers/chargers/go-e/charger.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { DeviceError } from "../../../src/model/errors.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { startVirtualGoE, type VirtualGoEOptions as BoxOptions } from "../../../src/simulator/devices/go-e/server.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { jsonAt } from "../../support/raw-http.js";
import { closeAfterTest, serveHttp } from "../../support/test-bench.js";
import { TestClock } from "../../support/test-clock.js";

export type Write = (charger: Charger) => Promise<void> | undefined;

/** What errors about an answer name. */
export const source = { device: "Garage", advice: "Look" };

/** Any JSON, and nearly a status with these keys: parsing it throws nothing but a DeviceError. */
export function expectOnlyDeviceErrors(keys: readonly string[], parse: (json: unknown) => unknown): void {
  const anything = fc.anything();
  const nearly = fc.record(Object.fromEntries(keys.map((key) => [key, anything])), { requiredKeys: [] });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), anything, nearly), (json) => {
      try {
        parse(json);
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
    }),
  );
}

/** Chargers with this version of the API, which is configured. */
export function chargersOf(apiVersion: 1 | 2) {
  const connectTo = (port: number, clock = new TestClock()): Charger =>
    closeAfterTest(
      connectGoE({ route: { by: "local", host: "127.0.0.1", port }, apiVersion }, driverContext({ clock })),
    );
  const box = async (answers: Readonly<Record<string, unknown>>) => {
    const server = await serveHttp(jsonAt(answers));
    const clock = new TestClock();
    return { charger: connectTo(server.port, clock), clock, server };
  };
  return {
    connectTo,
    box,
    async expectUnsupported(write: Write) {
      const { charger, server } = await box({});
      expect((await failureOf(Promise.resolve(write(charger)))).code).toBe("unsupported");
      expect(server.urls).toEqual([]);
    },
    async virtual({ current = 16, ...more }: { current?: number } & Omit<BoxOptions, "evse" | "apiVersion"> = {}) {
      const evse = new Evse({ current, maxCurrent: 16 });
      const device = closeAfterTest(await startVirtualGoE({ evse, apiVersion, ...more }));
      const clock = new TestClock();
      return { charger: connectTo(device.port, clock), clock, device, evse };
    },
  };
}
