/** go-e chargers on the local network: one that says what a test wants, and the virtual one. */

import { connectGoE } from "../../../src/drivers/chargers/go-e/charger.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { startVirtualGoE } from "../../../src/simulator/devices/go-e/server.js";
import { driverContext } from "../../support/driver-context.js";
import { jsonAt } from "../../support/raw-http.js";
import { ending, served } from "../../support/stage.js";
import { TestClock } from "../../support/test-clock.js";

/** Of one version of the API, which is declared. */
export function chargersOf(apiVersion: 1 | 2) {
  const connectTo = (port: number, clock = new TestClock()): Charger =>
    ending(connectGoE({ route: { by: "local", host: "127.0.0.1", port }, apiVersion }, driverContext({ clock })));
  return {
    connectTo,
    async box(answers: Readonly<Record<string, unknown>>) {
      const server = await served(jsonAt(answers));
      return { charger: connectTo(server.port), server };
    },
    async virtual({ current = 16, ...more }: { firmware?: string; current?: number } = {}) {
      const evse = new Evse({ current, maxCurrent: 16 });
      const device = ending(await startVirtualGoE({ evse, apiVersion, ...more }));
      const clock = new TestClock();
      return { charger: connectTo(device.port, clock), clock, device, evse };
    },
  };
}
