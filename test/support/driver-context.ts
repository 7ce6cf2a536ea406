/** What drivers are given, for tests. */

import type { DriverContext } from "../../src/drivers/driver.js";
import { TestClock } from "./test-clock.js";

const nowhere = (): void => undefined;

export function driverContext(overrides: Partial<DriverContext> = {}): DriverContext {
  return {
    name: "Garage",
    log: { error: nowhere, warn: nowhere, info: nowhere, debug: nowhere },
    clock: new TestClock(),
    mqtt: {
      connect: () => {
        throw new Error("This driver needs no MQTT");
      },
      close: async () => undefined,
    },
    ...overrides,
  };
}
