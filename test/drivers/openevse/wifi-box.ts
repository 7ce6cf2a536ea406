/** A virtual OpenEVSE and a charger that is connected to it, for tests. */

import { WifiCharger } from "../../../src/drivers/chargers/openevse/wifi.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { Evse, type EvseOptions } from "../../../src/simulator/evse.js";
import { startVirtualOpenEvse, type VirtualOpenEvseOptions } from "../../../src/simulator/openevse/server.js";
import { driverContext } from "../../support/driver-context.js";

const cleanUp: (() => Promise<void>)[] = [];

/** Ends all that a test has started; to be called after each. */
export async function endAll(): Promise<void> {
  for (const end of cleanUp.splice(0).reverse()) await end();
}

export function later(end: () => Promise<void>): void {
  cleanUp.push(end);
}

type Options = Omit<VirtualOpenEvseOptions, "evse"> & { readonly box?: EvseOptions; readonly deadline?: number };

export function connectTo(port: number, deadline = 2_000, login?: { username: string; password: string }): Charger {
  const charger = new WifiCharger(
    { device: "Garage", host: "127.0.0.1", port, deadline, ...(login ? { login } : {}) },
    driverContext(),
  );
  cleanUp.push(() => charger.close());
  return charger;
}

export async function virtual({ box, deadline, ...options }: Options = {}) {
  const evse = new Evse({ phases: 1, current: 32, answerTime: 0, ...box });
  const device = await startVirtualOpenEvse({ evse, ...options });
  cleanUp.push(() => device.close());
  const charger = connectTo(device.port, deadline);
  /** Requests so far, as "METHOD url". */
  const asked = (): string[] => device.requests.map(({ method, url }) => `${method} ${url}`);
  const bodies = (): unknown[] => device.requests.filter(({ method }) => method === "POST").map(({ body }) => body);
  return { charger, device, evse, asked, bodies };
}
