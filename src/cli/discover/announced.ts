/** Recognises chargers and meters by their mDNS announcements, as their drivers declare them. */

import { isIP, isIPv4 } from "node:net";
import type { AnnouncedService } from "../../drivers/discovery.js";
import { type Found, searchable } from "./found.js";

const announcing = searchable.flatMap(({ announcement, ...driver }) =>
  announcement === undefined ? [] : [{ ...driver, announcement }],
);

/** Drivers whose devices announce themselves. */
export const announcingDrivers: readonly string[] = announcing.map(({ driver }) => driver);

/** Service types of many kinds of devices; Shellys of the second generation use both. */
const sharedTypes = ["http", "shelly"] as const;

export const announcedTypes: readonly string[] = [
  ...announcing.flatMap(({ announcement }) => announcement.types),
  ...sharedTypes,
];

/** `null`: there is no driver for it, or no usable address. */
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

/** The first valid address, IPv4 preferred; link-local and unspecified ones do not count. `null`: none. */
function addressOf({ addresses }: AnnouncedService): string | null {
  const usable = addresses.filter((address) => isIP(address) !== 0 && !/^(fe80:|169\.254\.|0\.|::$)/i.test(address));
  return usable.find((address) => isIPv4(address)) ?? usable[0] ?? null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
