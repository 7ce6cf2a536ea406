/** Virtual devices on loopback, and their configuration. */

import { createServer } from "node:net";
import { once } from "node:events";
import { startBroker } from "../../src/simulator/servers/broker.js";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import type { EvseOptions } from "../../src/simulator/house/evse.js";
import type { GoEQuirk } from "../../src/simulator/devices/go-e/box.js";
import { startVirtualGoE, type VirtualGoE } from "../../src/simulator/devices/go-e/server.js";
import { startVirtualShelly3em } from "../../src/simulator/devices/shelly-gen1/device.js";
import type { MeteredGrid } from "../../src/simulator/devices/shelly-gen1/state.js";
import { closeAfterTest } from "../support/test-bench.js";

export interface Device {
  readonly block: { readonly name: string };
}

export interface GoE extends Device {
  readonly charger: VirtualGoE;
  /** The writes that were received, in order. */
  writes(): readonly string[];
}

/** A charger that charges a car at 10 A on one phase. */
export async function startGoE(
  apiVersion: 1 | 2,
  options: EvseOptions = {},
  quirks: readonly GoEQuirk[] = [],
): Promise<GoE> {
  const evse = new Evse({ current: 10, phases: 1, totalEnergy: 1_234_000, ...options });
  evse.plug(new Car());
  evse.advance(60);
  const charger = closeAfterTest(await startVirtualGoE({ evse, apiVersion, quirks }));
  return {
    charger,
    block: goEBlock(charger.port, apiVersion),
    writes: () =>
      charger.requests
        .map(({ url }) => decodeURIComponent(url))
        .filter((url) => /^\/(mqtt|api\/set)\b/.test(url))
        .map((url) => url.replace(/^[^?]*\?(payload=)?/, "")),
  };
}

export function goEBlock(port: number, apiVersion: 1 | 2) {
  return { name: "Garage", driver: "go-e", host: "127.0.0.1", port, apiVersion };
}

export const exporting: MeteredGrid = {
  powers: [-1_150, -1_150, -1_150],
  currents: [-5, -5, -5],
  voltages: [230, 231, 229],
  importEnergies: [1_000, 2_000, 3_000],
  exportEnergies: [400, 500, 600],
};

/** The same as `read` prints it. */
export const exportingRead = {
  power: -3_450,
  currents: [-5, -5, -5],
  voltages: [230, 231, 229],
  powers: [-1_150, -1_150, -1_150],
  importEnergy: 6,
  exportEnergy: 1.5,
  soc: null,
};

export async function startHttpMeter(): Promise<Device> {
  const meter = closeAfterTest(await startVirtualShelly3em({ grid: () => exporting, http: {} }));
  return {
    block: { name: "Grid", ...{ driver: "shelly-3em", transport: "http", host: "127.0.0.1", port: meter.httpPort } },
  };
}

export async function startMqttMeter(): Promise<Device> {
  const { url } = closeAfterTest(await startBroker());
  const meter = closeAfterTest(await startVirtualShelly3em({ grid: () => exporting, mqtt: { url } }));
  return { block: { name: "Grid", ...{ driver: "shelly-3em", topic: `shellies/${meter.name}`, url } } };
}

/** A port without a listener. */
export async function deadPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const closed = once(server, "close");
  server.close();
  await closed;
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}
