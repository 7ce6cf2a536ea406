/** What a search finds: a device, and how it stands in the configuration. */

import { chargerDrivers, meterDrivers } from "../../drivers/registry.js";

/** The drivers whose devices can be found, with their list in the configuration. */
export const searchable = [
  ...chargerDrivers.map((driver) => ({ ...driver, list: "chargers" as const })),
  ...meterDrivers.map((driver) => ({ ...driver, list: "meters" as const })),
];

export interface Found {
  readonly list: "chargers" | "meters";
  /** For people, such as "go-e charger". */
  readonly what: string;
  /** Address at which it answers. */
  readonly host: string;
  /** How it was recognised, as half a sentence. */
  readonly by: string;
  /** Ready for the configuration. */
  readonly device: { readonly name: string; readonly driver: string; readonly [option: string]: unknown };
}

/** Each device once, chargers first, with a name that no other has. */
export function tidied(found: readonly Found[]): readonly Found[] {
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

/** The lists of the configuration that devices were found for. */
export function configurationOf(found: readonly Found[]): Readonly<Record<string, readonly Found["device"][]>> {
  const lists = (["chargers", "meters"] as const).map(
    (list) => [list, found.filter((each) => each.list === list).map(({ device }) => device)] as const,
  );
  return Object.fromEntries(lists.filter(([, devices]) => devices.length > 0));
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted} ${number}`;
  taken.add(name);
  return name;
}
