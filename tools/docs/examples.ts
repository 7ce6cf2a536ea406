/** Example configurations of each driver. A test parses all of them. */

import type { ChargerDriver, MeterDriver, ResidualCurrentDriver } from "../../src/drivers/driver.js";
import { asSchema, jsonOf } from "./options.js";

export type Documented = ChargerDriver | MeterDriver | ResidualCurrentDriver;

/** One way to reach a device. */
export interface Example {
  /** What stands between us and the device. */
  readonly by: string;
  /** What is written beside name and driver. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** It uses the site's broker. */
  readonly broker?: true;
}

const host = "192.168.1.36";
const account = { username: "you@example.com", password: "your password" };

const examples: Readonly<Record<string, readonly Example[]>> = {
  "go-e": [
    { by: "HTTP", keys: { host, apiVersion: 2 } },
    { by: "MQTT", keys: { transport: "mqtt", serial: "012345", apiVersion: 2 }, broker: true },
    { by: "go-e's cloud", keys: { cloud: true, serial: "012345", token: "key from the app", pollInterval: 60 } },
  ],
  openevse: [
    { by: "HTTP", keys: { host } },
    { by: "RAPI over HTTP", keys: { host, api: "rapi" } },
  ],
  easee: [
    { by: "Easee's cloud", keys: { ...account, chargerId: "EH123456" } },
    { by: "Easee's cloud, the whole circuit", keys: { ...account, chargerId: "EH123456", control: "circuit" } },
  ],
  mennekes: [{ by: "Modbus TCP", keys: { host, watchdog: { current: 6, timeout: 60 } } }],
  "shelly-3em": [
    { by: "MQTT", keys: { topic: "shellies/shellyem3-AABBCC" }, broker: true },
    { by: "HTTP", keys: { transport: "http", host } },
  ],
  "shelly-pro-3em": [
    { by: "WebSocket", keys: { host } },
    { by: "HTTP", keys: { transport: "http", host } },
    { by: "MQTT", keys: { transport: "mqtt", topic: "shellypro3em-aabbcc112233" }, broker: true },
  ],
  e3dc: [{ by: "Modbus TCP", keys: { host } }],
  "siemens-pac2200": [{ by: "Modbus TCP", keys: { host } }],
  modbus: [{ by: "Modbus TCP", keys: { host, values: { power: { register: 65, type: "float32" } } } }],
  sunspec: [{ by: "Modbus TCP", keys: { host, measures: ["pv"] } }],
  p1: [{ by: "TCP", keys: { host } }],
  "sma-home-manager": [{ by: "UDP multicast", keys: { serial: 1_901_234_567 } }],
  "doepke-dctr": [{ by: "Modbus TCP", keys: { host } }],
  mqtt: [{ by: "MQTT", keys: { values: { power: { topic: "meter/power" } } }, broker: true }],
  http: [{ by: "HTTP", keys: { url: "http://192.168.1.36/status", values: { power: { path: "power" } } } }],
};

/** What options of these names look like, for drivers that have no example of their own. */
const usual: Readonly<Record<string, unknown>> = {
  host,
  ...account,
  serial: "012345",
  token: "your token",
  topic: "meter/power",
};

export function examplesOf({ driver, options }: Documented): readonly Example[] {
  const json = jsonOf(options);
  const needed = Object.keys(json.properties ?? {}).filter((key) => json.required?.includes(key));
  const standards = needed.map((key) => [key, usual[key] ?? asSchema(json.properties?.[key]).default ?? "…"]);
  return examples[driver] ?? [{ by: "", keys: Object.fromEntries(standards) }];
}

const places = {
  charger: { list: "chargers", name: "Garage" },
  meter: { list: "meters", name: "Grid" },
  "residual-current": { list: "residualCurrentMonitors", name: "RCM" },
} as const satisfies Record<Documented["kind"], object>;

/** The block of the plugin with this device alone. */
export function blockWith({ kind, driver }: Documented, { keys, broker }: Example): Readonly<Record<string, unknown>> {
  const { list, name } = places[kind];
  const device = { name, driver, ...keys };
  return { platform: "EVCharging", [list]: [device], ...(broker && { mqtt: { url: "mqtt://192.168.1.10:1883" } }) };
}
