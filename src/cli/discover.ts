/** `ev-charging discover`: finds chargers and meters on the network, and prints their configuration. */

import { hostOption } from "../drivers/options/options.js";
import { messageOf } from "../model/errors.js";
import { commonOptions, exit, noNames, numberOption, parse, UsageError, type Command } from "./command.js";
import { announcedTypes, announcingDrivers, recognised } from "./discover/announced.js";
import { configurationOf, deduplicated, type Found } from "./discover/found.js";
import { browseNetwork, type Browse } from "./discover/mdns.js";
import { probeHost, probedDrivers, type ModbusHost } from "./discover/modbus.js";
import { table } from "./table.js";

/** Maximum number of hosts for Modbus: it identifies known hosts, and does not scan the network. */
const mostHosts = 32;
/** s */
const seconds = { least: 1, most: 60, usual: 5 } as const;

const nothingFound = `Nothing was found. What helps:
  - Run this on a computer in the same network as the devices; mDNS does not pass from one network to another.
  - Give the addresses of Modbus devices: ev-charging discover --modbus 192.168.1.20,192.168.1.40
  - Listen for longer: ev-charging discover --seconds 20
  - Configure devices behind a cloud, MQTT or P1 by hand: they can't be discovered.`;

interface Result {
  readonly found: readonly Found[];
  /** One sentence each. */
  readonly failures: readonly string[];
}

/** @param browse collects mDNS announcements */
export function discoverWith(browse: Browse): Command {
  return {
    name: "discover",
    summary: "looks for chargers and meters on the network",
    help: `Usage: ev-charging discover [--seconds N] [--modbus HOST[:PORT],…] [--json]

Listens for ${seconds.usual} s, or N, for devices that announce themselves over mDNS; those of these drivers do:
  ${announcingDrivers.join(", ")}
With --modbus it also checks each of these hosts, at most ${mostHosts}, for a device of one of these drivers:
  ${probedDrivers.join(", ")}
It only reads. Devices that accept one connection at a time do not answer while Homebridge is connected to them.
Prints the devices ready for the configuration. Changes nothing.`,
    async run(args, terminal) {
      const { values, positionals } = parse(args, {
        ...commonOptions,
        seconds: { type: "string", default: String(seconds.usual) },
        modbus: { type: "string", multiple: true, default: [] },
      });
      noNames(positionals);
      const duration = secondsIn(values.seconds) * 1_000;
      const { found, failures } = await search(browse, duration, hostsIn(values.modbus));
      if (values.json) terminal.out(JSON.stringify({ found, config: configurationOf(found), failures }));
      else {
        terminal.out(found.length === 0 ? nothingFound : describe(found));
        for (const failure of failures) terminal.error(failure);
      }
      return exit.success;
    },
  };
}

export const discover: Command = discoverWith(browseNetwork);

/** Searches over mDNS and Modbus. A failure of one is reported, and does not end the other. */
async function search(browse: Browse, duration: number, hosts: readonly ModbusHost[]): Promise<Result> {
  const [announced, probed] = await Promise.all([
    browse(announcedTypes, duration).catch((error: unknown) => `mDNS can't be used here: ${messageOf(error)}`),
    Promise.all(hosts.map(probeHost)),
  ]);
  const services = typeof announced === "string" ? [] : announced.flatMap((service) => recognised(service) ?? []);
  const answers = probed.flatMap((result) => (typeof result === "string" ? [] : [result]));
  const failures = [announced, ...probed].filter((each) => typeof each === "string");
  return { found: deduplicated([...services, ...answers]), failures };
}

function describe(found: readonly Found[]): string {
  const rows = found.map(({ list, what, host, by }) => [`  ${list.slice(0, -1)}`, what, host, by]);
  const addresses = found.some(({ by }) => by === "announces itself")
    ? "\nHave your router give these devices the same address every time."
    : "";
  return `${table(rows)}

For the configuration; set there what each meter measures:

${JSON.stringify(configurationOf(found), null, 2)}
${addresses}
Then: ev-charging check --connect`;
}

/** @throws UsageError */
function secondsIn(written: string): number {
  const number = numberOption("seconds", written);
  if (number < seconds.least || number > seconds.most)
    throw new UsageError(`--seconds takes ${seconds.least} to ${seconds.most}, not ${written}`);
  return number;
}

/** @throws UsageError for an invalid host, and for too many of them */
function hostsIn(written: readonly string[]): readonly ModbusHost[] {
  const hosts = [...new Set(written.flatMap((list) => list.split(",")).map((host) => host.trim()))];
  if (hosts.length > mostHosts)
    throw new UsageError(`--modbus takes at most ${mostHosts} hosts, not ${hosts.length}: name those that may be one`);
  return hosts.map(hostIn);
}

function hostIn(written: string): ModbusHost {
  const isRange = /^[\d.]+-[\d.]+$|[/*]/.test(written);
  if (isRange) throw new UsageError(`--modbus takes hosts one by one, not a range such as ${JSON.stringify(written)}`);
  const { name = written, port = "502" } = /^(?<name>[^:]+):(?<port>\d{1,5})$/.exec(written)?.groups ?? {};
  const host = hostOption.safeParse(name);
  if (!host.success || Number(port) < 1 || Number(port) > 65_535)
    throw new UsageError(`--modbus takes hosts like 192.168.1.20 or meter.local:502, not ${JSON.stringify(written)}`);
  return { host: host.data, port: Number(port) };
}
