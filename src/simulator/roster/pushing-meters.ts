/** The virtual meters that send by themselves: over a broker, a WebSocket, a stream or multicast. */

import { startVirtualMqttMeter } from "../devices/mqtt-meter/device.js";
import { type P1Fault, startVirtualP1Gateway } from "../devices/p1/gateway.js";
import { startVirtualShelly3em } from "../devices/shelly-gen1/device.js";
import { startVirtualShellyPro3em } from "../devices/shelly-gen2/device.js";
import { type SmaFault, startVirtualSmaMeter } from "../devices/sma-home-manager/device.js";
import { smaGroup } from "../../drivers/meters/sma-home-manager/meter.js";
import { host, type RosterEntry } from "./entry.js";
import type { Flows } from "./flows.js";
import { proMisbehaviours, reportErrors } from "./shelly-pro.js";

export const shelly3emOverMqtt: RosterEntry = {
  driver: "shelly-3em",
  name: "shelly-3em (mqtt)",
  kind: "meter",
  transport: "mqtt",
  async start({ flows, brokerUrl: url, number }) {
    const device = await startVirtualShelly3em({ id: `AABBC${number}`, grid: () => flows().grid, mqtt: { url } });
    return {
      options: { transport: "mqtt", topic: `shellies/${device.name}`, url },
      push: () => device.publish(),
      silence: (silent) => (device.silent = silent),
      close: () => device.close(),
    };
  },
};

export const shellyProOverWebSocket: RosterEntry = {
  driver: "shelly-pro-3em",
  name: "shelly-pro-3em (websocket)",
  kind: "meter",
  transport: "websocket",
  misbehaviours: proMisbehaviours,
  async start({ flows, number }) {
    const device = await startVirtualShellyPro3em({ mac: `aabbcc11111${number}`, grid: () => flows().grid });
    return {
      options: { host, port: device.port },
      port: device.port,
      inFlightPeak: () => device.inFlightPeak,
      push: () => device.publish(),
      misbehave: reportErrors(device),
      close: () => device.close(),
    };
  },
};

export const shellyProOverMqtt: RosterEntry = {
  driver: "shelly-pro-3em",
  name: "shelly-pro-3em (mqtt)",
  kind: "meter",
  transport: "mqtt",
  misbehaviours: proMisbehaviours,
  async start({ flows, brokerUrl: url, number }) {
    const mac = `aabbcc00000${number}`;
    const device = await startVirtualShellyPro3em({ mac, grid: () => flows().grid, mqtt: { url } });
    return {
      options: { transport: "mqtt", topic: device.name, url },
      push: () => device.publish(),
      pushAll: () => device.publishAll(),
      silence: (silent) => (device.fault = silent ? "silent" : null),
      misbehave: reportErrors(device),
      close: () => device.close(),
    };
  },
};

export const virtualMqttMeter: RosterEntry = {
  driver: "mqtt",
  name: "mqtt",
  kind: "meter",
  transport: "mqtt",
  async start({ flows, brokerUrl: url, number }) {
    const device = await startVirtualMqttMeter({ url, prefix: `meter${number}`, values: () => flows().grid });
    const phases = [0, 1, 2].flatMap((phase) =>
      ["power", "current", "voltage"].map((field) => [
        `${field}L${phase + 1}`,
        { topic: device.phasesTopic, path: `phases[${phase}].${field}` },
      ]),
    );
    return {
      options: { url, values: { power: { topic: device.powerTopic }, ...Object.fromEntries(phases) } },
      push: () => device.publish(),
      silence: (silent) => (device.silent = silent),
      close: () => device.close(),
    };
  },
};

const p1Faults: readonly P1Fault[] = ["silent", "wrong-checksum", "no-checksum", "garbage", "cut-off"];

export const virtualP1: RosterEntry = {
  driver: "p1",
  name: "p1",
  kind: "meter",
  transport: "stream",
  misbehaviours: p1Faults,
  async start({ flows, now }) {
    const device = await startVirtualP1Gateway({ values: () => counted(flows()), now });
    return {
      options: { host, port: device.port },
      port: device.port,
      push: () => device.send(),
      misbehave: (fault) => (device.fault = p1Faults.find((each) => each === fault) ?? null),
      close: () => device.close(),
    };
  },
};

const smaFaults: readonly SmaFault[] = ["silent", "cut-off", "garbage", "without-totals", "inverter"];

export const virtualSma: RosterEntry = {
  driver: "sma-home-manager",
  name: "sma-home-manager",
  kind: "meter",
  transport: "multicast",
  misbehaviours: smaFaults,
  async start({ flows, multicastPort: port, number }) {
    const serial = 1_000 + number;
    const device = await startVirtualSmaMeter({
      values: () => counted(flows()),
      address: smaGroup,
      port,
      interface: host,
      serial,
    });
    return {
      options: { serial, interface: host, port },
      port,
      push: () => device.send(),
      misbehave: (fault) => (device.fault = smaFaults.find((each) => each === fault) ?? null),
      close: () => device.close(),
    };
  },
};

/** With energies in kWh, in one tariff. */
function counted({ grid }: Flows) {
  const [importEnergy, exportEnergy] = [grid.importEnergy / 1_000, grid.exportEnergy / 1_000];
  return {
    ...grid,
    importEnergy,
    exportEnergy,
    imported: [importEnergy, 0] as const,
    exported: [exportEnergy, 0] as const,
  };
}
