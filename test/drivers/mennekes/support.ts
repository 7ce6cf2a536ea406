/** Chargers by MENNEKES to connect to, for tests. */

import { connectMennekes, type MennekesOptions } from "../../../src/drivers/chargers/mennekes/charger.js";
import type { Charger } from "../../../src/drivers/driver.js";
import { Evse, type EvseOptions } from "../../../src/simulator/house/evse.js";
import { startVirtualMennekes, type VirtualMennekesOptions } from "../../../src/simulator/devices/mennekes/server.js";
import {
  type RegisterStore,
  startVirtualModbus,
  type VirtualModbusOptions,
} from "../../../src/simulator/servers/modbus/server.js";
import { MemoryLog } from "../../support/memory-log.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { hastyClock } from "../../support/test-clock.js";

export function connectTo(port: number, options: Partial<MennekesOptions> = {}): { charger: Charger; log: MemoryLog } {
  const log = new MemoryLog();
  const retry = { first: 0, longest: 0 };
  const clock = hastyClock();
  const address = { device: "Garage", host: "127.0.0.1", port, retry, clock };
  return { charger: closeAfterTest(connectMennekes({ ...address, ...options }, { log, clock })), log };
}

/** A server that holds these registers and nothing more. */
export async function box(holding: RegisterStore, options: VirtualModbusOptions = {}) {
  const server = closeAfterTest(await startVirtualModbus({ holding, ...options }));
  return { server, holding, ...connectTo(server.port) };
}

export async function virtual(
  twin: Omit<VirtualMennekesOptions, "evse"> = {},
  options: Partial<MennekesOptions> = {},
  inside: EvseOptions = {},
) {
  const evse = new Evse({ maxCurrent: 16, ...inside });
  const device = closeAfterTest(await startVirtualMennekes({ evse, ...twin }));
  return { device, evse, ...connectTo(device.port, options) };
}
