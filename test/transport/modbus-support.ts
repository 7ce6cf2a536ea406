/** Modbus devices of a test: a connection on a test clock, and a virtual device with some registers. */

import {
  startVirtualModbus,
  type VirtualModbus,
  type VirtualModbusOptions,
} from "../../src/simulator/servers/modbus/server.js";
import { ModbusDevice, type ModbusDeviceOptions } from "../../src/transport/modbus.js";
import { closeAfterTest } from "../support/test-bench.js";
import { TestClock } from "../support/test-clock.js";

export const clock = new TestClock();

export function deviceAt(port: number, options: Partial<ModbusDeviceOptions> = {}): ModbusDevice {
  return closeAfterTest(
    new ModbusDevice({
      device: "Grid",
      host: "127.0.0.1",
      port,
      retry: { first: 1_000, jitter: 0 },
      clock,
      ...options,
    }),
  );
}

export async function virtualDevice(options: VirtualModbusOptions = {}): Promise<VirtualModbus> {
  const device = closeAfterTest(await startVirtualModbus(options));
  device.holding.setWords(100, [1, 2, 3, 0xffff]);
  device.holding.allowWrites(1_000, 1_003);
  device.input.setWords(100, [7]);
  return device;
}
