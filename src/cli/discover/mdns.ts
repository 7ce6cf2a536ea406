/** Listens to what devices announce of themselves in the network (mDNS, DNS-SD). */

import { EventEmitter } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Bonjour, type Service } from "bonjour-service";
import type { AnnouncedService } from "../../drivers/discovery.js";

/** Listens for so many ms to services of these types over TCP. */
export type Browse = (types: readonly string[], duration: number) => Promise<readonly AnnouncedService[]>;

/** More are not looked at: whatever is out there, the search ends. */
const mostServices = 1_000;

/** @throws Error where mDNS can't be spoken on this computer */
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
    // It says when its port can't be had, but offers no way to hear it, and would take the process with it.
    const wire: unknown = Reflect.get(browser, "mdns");
    if (wire instanceof EventEmitter && wire.listenerCount("error") === 0) wire.on("error", fail);
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
