/** Example configurations of each driver. A test parses all of them. */

import type { ChargerDriver, Example, MeterDriver, ResidualCurrentDriver } from "../../src/drivers/driver.js";
import { exampleHost } from "../../src/drivers/options/options.js";
import { asSchema, jsonOf } from "./options.js";

export type Documented = ChargerDriver | MeterDriver | ResidualCurrentDriver;

/** Example values of options by name, for drivers without examples. */
const usual: Readonly<Record<string, unknown>> = {
  host: exampleHost,
  username: "you@example.com",
  password: "your password",
  serial: "012345",
  token: "your token",
  topic: "meter/power",
};

export function examplesOf({ examples, options }: Documented): readonly Example[] {
  if (examples !== undefined) return examples;
  const json = jsonOf(options);
  const needed = Object.keys(json.properties ?? {}).filter((key) => json.required?.includes(key));
  const standards = needed.map((key) => [key, usual[key] ?? asSchema(json.properties?.[key]).default ?? "…"]);
  return [{ by: "", keys: Object.fromEntries(standards) }];
}

const places = {
  charger: { list: "chargers", name: "Garage" },
  meter: { list: "meters", name: "Grid" },
  "residual-current": { list: "residualCurrentMonitors", name: "RCM" },
} as const satisfies Record<Documented["kind"], object>;

/** The block of the plugin with only this device. */
export function blockWith({ kind, driver }: Documented, { keys, broker }: Example): Readonly<Record<string, unknown>> {
  const { list, name } = places[kind];
  const device = { name, driver, ...keys };
  return { platform: "EVCharging", [list]: [device], ...(broker && { mqtt: { url: "mqtt://192.168.1.10:1883" } }) };
}
