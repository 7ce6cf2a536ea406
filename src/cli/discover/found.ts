/** A device that was found, and its configuration. */

import { chargerDrivers, meterDrivers } from "../../drivers/registry.js";

/** The drivers of devices that can be found, with their list in the configuration. */
export const searchable = [
  ...chargerDrivers.map((driver) => ({ ...driver, list: "chargers" as const })),
  ...meterDrivers.map((driver) => ({ ...driver, list: "meters" as const })),
];

export interface Found {
  readonly list: "chargers" | "meters";
  /** Description, such as "go-e charger". */
  readonly what: string;
  /** Address of the device. */
  readonly host: string;
  /** How it was recognised, as half a sentence. */
  readonly by: string;
  /** Ready for the configuration. */
  readonly device: { readonly name: string; readonly driver: string; readonly [option: string]: unknown };
}

/** Each device once, chargers first, with unique names. */
export function deduplicated(found: readonly Found[]): readonly Found[] {
  const once = new Map<string, Found>();
  for (const each of found) {
    const key = JSON.stringify([each.device.driver, each.host, each.device["port"], each.device["unitId"]]);
    if (!once.has(key)) once.set(key, each);
  }
  const names = new Set<string>();
  return [...once.values()]
    .sort((a, b) => a.list.localeCompare(b.list) || a.host.localeCompare(b.host, "en", { numeric: true }))
    .map((each) => ({ ...each, device: { ...each.device, name: freeName(each.device.name, names) } }));
}

/** The found devices, by their list in the configuration. */
export function configurationOf(found: readonly Found[]): Readonly<Record<string, readonly Found["device"][]>> {
  const lists = (["chargers", "meters"] as const).map(
    (list) => [list, found.filter((each) => each.list === list).map(({ device }) => device)] as const,
  );
  return Object.fromEntries(lists.filter(([, devices]) => devices.length > 0));
}

function freeName(preferred: string, taken: Set<string>): string {
  let name = preferred;
  for (let number = 2; taken.has(name); number += 1) name = `${preferred} ${number}`;
  taken.add(name);
  return name;
}
