/** The context of a driver, for tests. */

import type { DriverContext } from "../../src/drivers/driver.js";
import { TestClock } from "./test-clock.js";

const ignore = (): void => undefined;

export function driverContext(overrides: Partial<DriverContext> = {}): DriverContext {
  return {
    name: "Garage",
    log: { error: ignore, warn: ignore, info: ignore, debug: ignore },
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
