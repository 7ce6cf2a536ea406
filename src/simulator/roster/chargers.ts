/** The virtual chargers, one entry for each way to reach them. The first of a driver is the usual one. */

import { startVirtualEasee } from "../devices/easee/cloud.js";
import { startGoEMqtt } from "../devices/go-e/mqtt.js";
import { startVirtualGoE } from "../devices/go-e/server.js";
import { statusV2 } from "../devices/go-e/v2.js";
import { startVirtualMennekes } from "../devices/mennekes/server.js";
import { startVirtualOpenEvse } from "../devices/openevse/server.js";
import { host, type Installation, type RosterEntry } from "./entry.js";

type ApiVersion = 1 | 2;

/** One for each charger and API version, since two of them may share a broker. */
const goESerial = (apiVersion: ApiVersion, { serial, number }: Installation): string =>
  serial ?? `${apiVersion - 1}${number}2345`;

/** Counts what a listener is called for. */
function counting(listen: (listener: () => void) => unknown): () => number {
  let count = 0;
  listen(() => (count += 1));
  return () => count;
}

function goEOverHttp(apiVersion: ApiVersion): RosterEntry {
  return {
    driver: "go-e",
    name: `go-e (API ${apiVersion})`,
    kind: "charger",
    transport: "http",
    phases: 1,
    async start(installation) {
      const serial = goESerial(apiVersion, installation);
      const device = await startVirtualGoE({ evse: installation.evse, apiVersion, serial });
      return {
        options: { host, port: device.port, apiVersion },
        port: device.port,
        inFlightPeak: () => device.inFlightPeak,
        away: (away) => (device.fault = away ? "refuse" : null),
        commands: counting((listener) => device.onWrite(listener)),
        ignoreCommands: () => (device.fault = "ignore-writes"),
        close: () => device.close(),
      };
    },
  };
}

function goEOverMqtt(apiVersion: ApiVersion): RosterEntry {
  return {
    driver: "go-e",
    name: `go-e (mqtt, API ${apiVersion})`,
    kind: "charger",
    transport: "mqtt",
    phases: 1,
    ...(apiVersion === 2 ? { misbehaviours: ["read-only"] } : {}),
    async start(installation) {
      const { evse, brokerUrl: url } = installation;
      const device = await startVirtualGoE({ evse, apiVersion, serial: goESerial(apiVersion, installation) });
      const client = await startGoEMqtt(device, { url, apiVersion });
      return {
        options: { transport: "mqtt", topic: client.topic, url, apiVersion },
        ...(apiVersion === 2
          ? { retainedTopics: Object.keys(statusV2(device.box)).map((key) => `${client.topic}/${key}`) }
          : {}),
        push: () => client.publish(),
        silence: (silent) => (client.silent = silent),
        misbehave(misbehaviour) {
          client.writable = misbehaviour !== "read-only";
          if (misbehaviour === null) device.fault = null;
        },
        commands: counting((listener) => device.onWrite(listener)),
        ignoreCommands: () => (device.fault = "ignore-writes"),
        async close() {
          await client.close();
          await device.close();
        },
      };
    },
  };
}

function openEvse(api: "wifi" | "rapi"): RosterEntry {
  return {
    driver: "openevse",
    name: `openevse (${api})`,
    kind: "charger",
    transport: "http",
    phases: 1,
    async start({ evse }) {
      // Else it would be asleep, as if someone had pressed its button.
      evse.allowed = true;
      const device = await startVirtualOpenEvse({ evse, generation: api === "rapi" ? "old" : "new" });
      return {
        options: { host, port: device.port, api },
        port: device.port,
        inFlightPeak: () => device.inFlightPeak,
        // An old gateway has nothing to send by itself.
        ...(api === "wifi" ? { push: () => device.push() } : {}),
        commands: counting((listener) => device.onWrite(listener)),
        ignoreCommands: () => (device.fault = "ignore-writes"),
        close: () => device.close(),
      };
    },
  };
}

const easee: RosterEntry = {
  driver: "easee",
  name: "easee",
  kind: "charger",
  transport: "http",
  phases: 3,
  async start({ evse, number, now }) {
    const chargerId = `EH12345${number}`;
    const [username, password] = ["somebody@example.com", "correct horse"];
    const cloud = await startVirtualEasee({ chargers: [{ id: chargerId, evse }], username, password, now });
    const { apiUrl, streamUrl } = cloud;
    return {
      options: { chargerId, username, password, apiUrl, streamUrl },
      port: cloud.port,
      inFlightPeak: () => cloud.inFlightPeak,
      push: () => cloud.update(),
      commands: () => cloud.writes.length,
      ignoreCommands: () => (cloud.commandFault = "never"),
      close: () => cloud.close(),
    };
  },
};

const mennekes: RosterEntry = {
  driver: "mennekes",
  name: "mennekes",
  kind: "charger",
  transport: "modbus",
  phases: 3,
  async start({ evse }) {
    const limit = evse.current;
    const device = await startVirtualMennekes({ evse, timeout: 60 });
    device.limit = limit;
    const { modbus, port } = device;
    return {
      options: { host, port },
      port,
      modbus,
      inFlightPeak: () => modbus.inFlightPeak,
      advance: (seconds) => device.advance(seconds),
      commands: counting((listener) => modbus.onWrite(listener)),
      ignoreCommands: () => (modbus.fault = "ignore-writes"),
      close: () => device.close(),
    };
  },
};

export const virtualChargers: readonly RosterEntry[] = [
  goEOverHttp(2),
  goEOverHttp(1),
  goEOverMqtt(2),
  goEOverMqtt(1),
  openEvse("wifi"),
  openEvse("rapi"),
  easee,
  mennekes,
];
