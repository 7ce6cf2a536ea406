/** Meters on the bench that speak by themselves, without a broker. */

import { createSocket } from "node:dgram";
import { P1Meter } from "../../src/drivers/meters/p1/meter.js";
import { SmaMeter } from "../../src/drivers/meters/sma-home-manager/meter.js";
import { type P1Fault, startVirtualP1Gateway } from "../../src/simulator/devices/p1/gateway.js";
import { type SmaFault, startVirtualSmaMeter } from "../../src/simulator/devices/sma-home-manager/device.js";
import { driverContext } from "../support/driver-context.js";
import { TestClock } from "../support/test-clock.js";
import type { Entry } from "./bench-of-devices.js";
import { speakingStand } from "./stand.js";

/** ms between two words; a telegram tells whole seconds. */
const pace = 1_000;

const p1Faults: readonly P1Fault[] = ["silent", "wrong-checksum", "no-checksum", "garbage", "cut-off"];
const smaFaults: readonly SmaFault[] = ["silent", "cut-off", "garbage", "without-totals", "inverter"];

/** W more on L1, or none. */
function varying() {
  let more = 0;
  return { more: () => more, vary: () => void (more = more === 0 ? 1_000 : 0) };
}

export const p1Entry: Entry = {
  name: "p1",
  driver: "p1",
  transport: "stream",
  misbehaviours: p1Faults,
  async start() {
    const clock = new TestClock();
    const { more, vary } = varying();
    const values = () => ({
      powers: [1_250 + more(), -2_300, 0] as const,
      currents: [6, 10, 0] as const,
      voltages: [231.2, 230, 229.9] as const,
      imported: [1_000, 500.5] as const,
      exported: [0, 4_000.1] as const,
    });
    const twin = await startVirtualP1Gateway({ values, now: () => clock.now() });
    return speakingStand({
      port: twin.port,
      connect: (address) =>
        new P1Meter({ ...address, measures: ["grid"] }, driverContext({ clock }), { first: 300, longest: 600 }),
      vary,
      speech: { clock, pace, say: async () => twin.send() },
      misbehave: (fault) => void (twin.fault = p1Faults.find((each) => each === fault) ?? null),
      close: () => twin.close(),
    });
  },
};

export const smaEntry: Entry = {
  name: "sma-home-manager",
  driver: "sma-home-manager",
  transport: "multicast",
  misbehaviours: smaFaults,
  async start() {
    const clock = new TestClock();
    const port = await freePort();
    const { more, vary } = varying();
    const values = () => ({
      powers: [1_250 + more(), -2_300, 0] as const,
      currents: [5.4, 10, 0] as const,
      voltages: [231.2, 230, 229.9] as const,
      importEnergy: 1_500.5,
      exportEnergy: 4_000.1,
    });
    const twin = await startVirtualSmaMeter({ values, address: "127.0.0.1", port, serial: 12_345 });
    return speakingStand({
      port,
      connect: () =>
        new SmaMeter(
          { serial: 12_345, interface: "127.0.0.1", port, reversed: false, measures: ["grid"] },
          driverContext({ clock }),
        ),
      vary,
      speech: { clock, pace, say: () => twin.send() },
      misbehave: (fault) => void (twin.fault = smaFaults.find((each) => each === fault) ?? null),
      close: () => twin.close(),
    });
  },
};

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
