/** Recognises chargers and meters by what they announce. */

import { isIP, isIPv4 } from "node:net";
import type { Found } from "./found.js";
import type { Announced } from "./mdns.js";

interface Kind {
  /** Types of service under which it announces itself, or names among the many of `http`. */
  readonly types: readonly string[];
  readonly httpName: RegExp;
  /** Port that the driver takes when none is set. */
  readonly port: number;
  found(service: Announced): Omit<Found, "host" | "by">;
}

/** go-e: its developers in go-eCharger-API-v2, issue 108; `http` before that. Others: the makers' documents. */
const kinds: readonly Kind[] = [
  {
    types: ["go-e_go-eCharger", "go-e_go-eCharger_V4", "go-eCharger"],
    httpName: /^go-?e-?charger/i,
    port: 80,
    found({ type, name, txt }) {
      const serial = /^\d{6,16}$/.exec(txt.get("serial") ?? "")?.[0] ?? /(?<!\d)\d{6,16}(?!\d)/.exec(name)?.[0];
      const device = {
        name: named("go-e", serial),
        driver: "go-e",
        ...(type === "http" ? {} : { apiVersion: 2 }),
        ...(serial === undefined ? {} : { serial }),
      };
      return { list: "chargers", what: "go-e charger", device };
    },
  },
  {
    types: ["openevse"],
    httpName: /^openevse-/i,
    port: 80,
    found: ({ name }) => ({
      list: "chargers",
      what: "OpenEVSE or EmonEVSE",
      device: { name: named("OpenEVSE", lastPart(name)), driver: "openevse" },
    }),
  },
  {
    types: [],
    httpName: /^shellyem3-/i,
    port: 80,
    found: ({ name }) => ({
      list: "meters",
      what: "Shelly 3EM",
      device: { name: named("Shelly", lastPart(name)), driver: "shelly-3em", measures: ["grid"], transport: "http" },
    }),
  },
  {
    types: [],
    httpName: /^shelly(pro3em|3em)[a-z0-9]*-/i,
    port: 80,
    found: ({ name }) => ({
      list: "meters",
      what: "Shelly Pro 3EM or 3EM Gen3",
      device: { name: named("Shelly", lastPart(name)), driver: "shelly-pro-3em", measures: ["grid"] },
    }),
  },
];

/** Under which Shellys of the second generation announce themselves, by the same names as under `http`. */
const sharedTypes = ["http", "shelly"] as const;

export const announcedTypes: readonly string[] = [...kinds.flatMap(({ types }) => types), ...sharedTypes];

/** `null`: nothing that there is a driver for, or nowhere to reach it. */
export function recognised(service: Announced): Found | null {
  const shared = sharedTypes.some((type) => type === service.type);
  const kind = kinds.find(({ types, httpName }) =>
    shared ? httpName.test(service.name) : types.includes(service.type),
  );
  const host = addressOf(service);
  if (kind === undefined || host === null) return null;
  const { device, ...found } = kind.found(service);
  const { name, driver, ...rest } = device;
  const port = isPort(service.port) && service.port !== kind.port ? { port: service.port } : {};
  return { ...found, host, by: "announces itself", device: { name, driver, host, ...port, ...rest } };
}

/** An address and nothing else, since it comes from outside; the old sort first. */
function addressOf({ addresses }: Announced): string | null {
  const usable = addresses.filter((address) => isIP(address) !== 0 && !/^(fe80:|169\.254\.|0\.|::$)/i.test(address));
  return usable.find((address) => isIPv4(address)) ?? usable[0] ?? null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** What comes from outside is shown only where it is plain. */
function named(what: string, which: string | undefined): string {
  return which !== undefined && /^[A-Za-z0-9]{2,16}$/.test(which) ? `${what} ${which}` : what;
}

function lastPart(name: string): string | undefined {
  return name.split("-").at(-1);
}
