/** Collects the announcements of devices in the network (mDNS, DNS-SD). */

import { EventEmitter } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Bonjour, type Service } from "bonjour-service";
import type { AnnouncedService } from "../../drivers/discovery.js";

/** Collects announcements of TCP services of these types for `duration` ms. */
export type Browse = (types: readonly string[], duration: number) => Promise<readonly AnnouncedService[]>;

/** Further announcements are ignored, so that memory is bounded. */
const mostServices = 1_000;

/** @throws Error where mDNS can't be used on this computer */
export const browseNetwork: Browse = async (types, duration) => {
  const found: AnnouncedService[] = [];
  let failure: Error | null = null;
  const fail = (error: Error): void => void (failure ??= error);
  const bonjour = new Bonjour({}, fail);
  const browsers = types.map((type) =>
    bonjour.find({ type, protocol: "tcp" }, (service) => {
      if (found.length < mostServices) found.push(announced(type, service));
    }),
  );
  for (const browser of browsers) {
    // An error of its socket is emitted on a private object only, and would end the process without a listener.
    const socket: unknown = Reflect.get(browser, "mdns");
    if (socket instanceof EventEmitter && socket.listenerCount("error") === 0) socket.on("error", fail);
  }
  await wait(duration);
  for (const browser of browsers) browser.stop();
  await new Promise<void>((resolve) => bonjour.destroy(() => resolve()));
  if (failure !== null && found.length === 0) throw failure;
  return found;
};

function announced(type: string, { name, addresses = [], port, txt }: Service): AnnouncedService {
  const entries: [string, unknown][] = typeof txt === "object" && txt !== null ? Object.entries(txt) : [];
  return {
    type,
    name,
    addresses,
    port,
    txt: new Map(entries.map(([key, value]) => [key.toLowerCase(), String(value)])),
  };
}
