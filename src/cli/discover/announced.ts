/** Recognises chargers and meters by what they announce, as their drivers declare it. */

import { isIP, isIPv4 } from "node:net";
import type { AnnouncedService } from "../../drivers/discovery.js";
import { type Found, searchable } from "./found.js";

const announcing = searchable.flatMap(({ announcement, ...driver }) =>
  announcement === undefined ? [] : [{ ...driver, announcement }],
);

/** Drivers whose devices announce themselves. */
export const announcingDrivers: readonly string[] = announcing.map(({ driver }) => driver);

/** Types under which all sorts of devices announce themselves; Shellys of the second generation do so under both. */
const sharedTypes = ["http", "shelly"] as const;

export const announcedTypes: readonly string[] = [
  ...announcing.flatMap(({ announcement }) => announcement.types),
  ...sharedTypes,
];

/** `null`: nothing that there is a driver for, or nowhere to reach it. */
export function recognised(service: AnnouncedService): Found | null {
  const shared = sharedTypes.some((type) => type === service.type);
  const match = announcing.find(({ announcement: { types, sharedTypeName } }) =>
    shared ? sharedTypeName.test(service.name) : types.includes(service.type),
  );
  const host = addressOf(service);
  if (match === undefined || host === null) return null;
  const { list, driver, announcement } = match;
  const { what, name, options } = announcement.identify(service);
  const port = isPort(service.port) && service.port !== announcement.port ? { port: service.port } : {};
  return { list, what, host, by: "announces itself", device: { name, driver, host, ...port, ...options } };
}

/** An address and nothing else, since it comes from outside; the old sort first. */
function addressOf({ addresses }: AnnouncedService): string | null {
  const usable = addresses.filter((address) => isIP(address) !== 0 && !/^(fe80:|169\.254\.|0\.|::$)/i.test(address));
  return usable.find((address) => isIPv4(address)) ?? usable[0] ?? null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
