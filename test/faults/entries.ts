/** The devices of the roster on the test bench: one entry for each way in which a driver reaches one. */

import { meterDrivers } from "../../src/drivers/registry.js";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import type { RosterEntry, VirtualDevice } from "../../src/simulator/roster/entry.js";
import { steadyFlows } from "../../src/simulator/roster/flows.js";
import { roster } from "../../src/simulator/roster/roster.js";
import { startBroker } from "../../src/simulator/servers/broker.js";
import { freeUdpPort } from "../../src/simulator/servers/free-port.js";
import { driverContext } from "../support/driver-context.js";
import { installed } from "../support/installation.js";
import { TestClock } from "../support/test-clock.js";
import { chargerWirings } from "./charger-wirings.js";
import { meterWirings, registerWiring } from "./meter-wirings.js";
import { newBrokerProbe, startBrokerBench } from "./broker-bench.js";
import {
  type Address,
  type Connection,
  httpBench,
  modbusBench,
  mqttBench,
  type Parts,
  pushingBench,
  type DeviceBench,
} from "./device-bench.js";
import { otherSerial, serial, type Wiring } from "./wiring.js";

export interface Entry
  extends
    Pick<RosterEntry, "name" | "driver" | "transport" | "misbehaviours">,
    Pick<Wiring, "identifies" | "sentinels" | "wraps"> {
  /** Starts with another serial number than the driver is to accept. */
  impostor?(): Promise<DeviceBench>;
  start(): Promise<DeviceBench>;
}

/** Its WebSocket has tests of its own, in test/drivers/shelly-pro-3em. */
const apart: readonly string[] = ["shelly-pro-3em (websocket)"];

export const entries: readonly Entry[] = roster
  .filter(({ name }) => !apart.includes(name))
  .map((entry) => onBench(entry, wiringOf(entry)));

function wiringOf({ name, driver }: RosterEntry): Wiring {
  const registers = meterDrivers.find((each) => each.driver === driver)?.registers;
  const wiring = chargerWirings[name] ?? meterWirings[name] ?? (registers && registerWiring(registers));
  if (wiring === undefined) throw new Error(`${name}: the bench does not know how to connect it`);
  return wiring;
}

function onBench(entry: RosterEntry, wiring: Wiring): Entry {
  const { name, driver, transport, misbehaviours } = entry;
  const { identifies, sentinels, wraps, hasSerial } = wiring;
  return {
    name,
    driver,
    transport,
    ...(misbehaviours && { misbehaviours }),
    ...(identifies && { identifies }),
    ...(sentinels && { sentinels }),
    ...(wraps && { wraps }),
    ...(hasSerial && { impostor: () => start(entry, wiring, otherSerial) }),
    start: () => start(entry, wiring, serial),
  };
}

/** A car charges at 16 A. */
function chargingBox(phases: 1 | 3): Evse {
  const evse = new Evse({ current: 16, answerTime: 0, totalEnergy: 5_000_000, phases });
  evse.plug(new Car());
  evse.advance(60);
  return evse;
}

async function start(entry: RosterEntry, wiring: Wiring, itsSerial: string): Promise<DeviceBench> {
  const clock = new TestClock();
  const broker = entry.transport === "mqtt" ? await startBroker() : null;
  const evse = chargingBox(wiring.phases ?? 3);
  let varied = false;
  const installation = installed({
    evse,
    flows: steadyFlows(() => (varied ? 1_000 : 0)),
    residualCurrent: () => (varied ? 3 : 2),
    now: () => clock.now(),
    serial: itsSerial,
    ...(broker && { brokerUrl: broker.url }),
    ...(entry.transport === "multicast" && { multicastPort: await freeUdpPort() }),
  });
  const device = await entry.start(installation);
  const parts: Parts = {
    port: broker?.port ?? device.port ?? 0,
    connect: (address) => connect(wiring, device, address, clock, broker !== null),
    vary() {
      varied = !varied;
      evse.totalEnergy += varied ? 100_000 : -100_000;
    },
    ...commandsOf(entry, wiring, device),
    ...timeOf(wiring, clock),
    ...(device.misbehave && { misbehave: (fault) => device.misbehave?.(fault) }),
    ...(device.retainedTopics && { retainedTopics: device.retainedTopics }),
    close: () => device.close(),
  };
  if (device.modbus) return modbusBench(device.modbus, parts);
  if (entry.transport === "http") return httpBench(parts);
  const { pace = 250 } = wiring;
  const push = async (): Promise<void> => {
    // Its uptime is what a charger has to tell when nothing else is new.
    evse.uptime += 1;
    await (device.pushAll?.() ?? device.push?.());
  };
  const pushingParts = { ...parts, pushing: { clock, pace, push } };
  if (broker === null) return pushingBench(pushingParts);
  const { publishes = /./, greets } = wiring;
  const brokerBench = await startBrokerBench(broker, {
    silence: (silent) => device.silence?.(silent),
    publishes: publishes,
    ...(greets && { greets }),
  });
  const close = async (): Promise<void> => {
    await device.close();
    await brokerBench.close();
  };
  return mqttBench({ ...pushingParts, close }, brokerBench);
}

/** Of chargers: a write that changes something, and what the virtual device does with it. */
function commandsOf({ kind }: RosterEntry, { isWrite, refusal }: Wiring, device: VirtualDevice): Partial<Parts> {
  if (kind !== "charger") return {};
  return {
    write: (writes) => writes.maxAmpere(10),
    commandsTaken: () => device.commands?.() ?? 0,
    ignoreCommands: () => device.ignoreCommands?.(),
    ...(isWrite && { isWrite }),
    ...(refusal && { refusal }),
  };
}

function timeOf({ drive, rest }: Wiring, clock: TestClock): Partial<Parts> {
  return {
    ...(drive && { drive: (reading) => drive(reading, clock) }),
    ...(rest && { rest: () => rest(clock) }),
  };
}

/** Over a broker each connection has a pool of its own, which ends with it. */
function connect(
  wiring: Wiring,
  device: VirtualDevice,
  address: Address,
  clock: TestClock,
  overBroker: boolean,
): Connection {
  if (!overBroker) return wiring.connect(address, device, driverContext({ clock }));
  const { pool: mqtt, hasReceived, hasTopics } = newBrokerProbe(address.deadline);
  const driven = wiring.connect(address, device, driverContext({ name: "Device", clock, mqtt }));
  return {
    read: () => driven.read(),
    ...(driven.writes ? { writes: driven.writes } : {}),
    hasReceived,
    hasTopics,
    async close() {
      await driven.close();
      await mqtt.close();
    },
  };
}
