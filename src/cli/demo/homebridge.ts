/** Runs Homebridge with this plugin, by default in a temporary folder. */

import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { freeTcpPort, freeUdpPort } from "../../simulator/servers/free-port.js";
import { decisionReport, type DecisionReport } from "../../integrations/demo/decision-report.js";

/** ms for the start of Homebridge, and ms for its end; it exits by itself after 5 s. */
const startBudget = 60_000;
const stopBudget = 7_000;

/** ms for the start of the plugin's own Matter node after that. */
const nodeBudget = 40_000;

export interface HomebridgeOptions {
  /** The plugin's block of the configuration. */
  readonly configuration: object;
  /** How many times faster than real time the plugin runs. */
  readonly speed: number;
  /** Whether nothing is advertised in the network. */
  readonly local: boolean;
  /** Whether it is a Matter bridge, too. */
  readonly matter: boolean;
  /** Folder of the plugin. Absent: this one. */
  readonly plugin?: string;
  /** Storage folder, for a Homebridge that is restarted. Absent: a temporary one. */
  readonly storage?: string;
  /** Called with every line that Homebridge logs. `isProblem`: a warning or an error. */
  readonly onLine: (line: string, isProblem: boolean) => void;
  /** Called with every decision of the plugin, after every change. */
  readonly onDecision?: (report: DecisionReport) => void;
}

export interface RunningHomebridge {
  /** HomeKit's eight digits, like 123-45-678. */
  readonly pin: string;
  /** Content of the QR code. */
  readonly setupUri: string;
  readonly port: number;
  /** Identifier of this bridge for HAP clients. */
  readonly username: string;
  /** `null`: it is none, or has not started. */
  readonly matter: MatterBridge | null;
  /** Code of the Matter node with the EV chargers; `null`: there is none, or it has not started. */
  readonly evChargerCode: string | null;
  /** Resolves when the process has exited. */
  readonly ended: Promise<void>;
  /** Stops it, and deletes its temporary folder. */
  close(): Promise<void>;
}

/** Homebridge's own Matter bridge. */
export interface MatterBridge {
  readonly port: number;
  /** Eleven digits, like 1234-567-8901. */
  readonly code: string;
}

/** The status message of Homebridge to its parent process, as far as it is used here. */
const statusMessage = z.object({
  id: z.literal("serverStatusUpdate"),
  data: z.object({ status: z.literal("ok"), setupUri: z.string() }),
});

/** @throws Error with a message for people */
export async function startHomebridge({
  configuration,
  speed,
  local,
  matter,
  plugin = packageRoot(),
  storage: givenStorage,
  onLine,
  onDecision = () => {},
}: HomebridgeOptions): Promise<RunningHomebridge> {
  const executable = findHomebridge();
  const storage = givenStorage ?? (await mkdtemp(join(tmpdir(), "ev-charging-demo-")));
  const bridge = (await knownBridge(storage)) ?? (await newBridge(local, matter));
  const config = { bridge, accessories: [], platforms: [configuration] };
  await writeFile(join(storage, "config.json"), JSON.stringify(config, null, 2));

  const child = spawn(
    process.execPath,
    [executable, "-U", storage, "-P", plugin, "--strict-plugin-resolution", "-T", "-Q"],
    {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        EV_CHARGING_DEMO_SPEED: String(speed),
        NO_COLOR: "1",
        FORCE_COLOR: "0",
        ...(local ? { MATTER_MDNS_NETWORKINTERFACE: loopback() } : {}),
      },
    },
  );
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface({ input: stream }).on("line", (line) => {
        lastLines.push(line);
        if (lastLines.length > 10) lastLines.shift();
        onLine(line, stream === child.stderr);
      });
  child.on("message", (message) => {
    const { data } = decisionReport.safeParse(message);
    if (data !== undefined) onDecision(data);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    await end(child, ended);
    if (givenStorage === undefined) await rm(storage, { recursive: true, force: true });
  };

  const setupUri = await Promise.race([whenUp(child), ended.then(() => null), wait(startBudget, null, { ref: false })]);
  if (setupUri === null) {
    await close();
    throw new Error(`Homebridge did not start. Its last log lines: ${lastLines.join(" / ")}`);
  }
  const { pin, port, username } = bridge;
  const code = await matterCode(join(storage, "matter", username.replaceAll(":", "")));
  const matterBridge = bridge.matter === undefined || code === null ? null : { ...bridge.matter, code };
  const evChargerCode = withEvCharger.safeParse(configuration).success
    ? await pollFor(() => matterCode(join(storage, "ev-charging-matter")))
    : null;
  return { pin, setupUri, port, username, matter: matterBridge, evChargerCode, ended, close };
}

const bridgeSchema = z.object({
  name: z.string(),
  username: z.string(),
  port: z.number(),
  pin: z.string(),
  bind: z.array(z.string()).optional(),
  matter: z.object({ port: z.number() }).optional(),
});

type Bridge = z.output<typeof bridgeSchema>;

/** The bridge of an earlier start with this folder; `null`: there is none. */
async function knownBridge(storage: string): Promise<Bridge | null> {
  const file = join(storage, "config.json");
  if (!existsSync(file)) return null;
  return z.object({ bridge: bridgeSchema }).parse(JSON.parse(await readFile(file, "utf8"))).bridge;
}

async function newBridge(local: boolean, matter: boolean): Promise<Bridge> {
  const username = randomUsername();
  return {
    name: `EV Charging Demo ${username.slice(-2)}`,
    username,
    port: await freeTcpPort(),
    pin: randomPin(),
    ...(matter ? { matter: { port: await freeUdpPort() } } : {}),
    ...(local ? { bind: [loopback()] } : {}),
  };
}

/** Pairing code of the Matter node with this storage folder; `null`: none has started. */
async function matterCode(folder: string): Promise<string | null> {
  const file = join(folder, "commissioning.json");
  if (!existsSync(file)) return null;
  return commissioning.parse(JSON.parse(await readFile(file, "utf8"))).manualPairingCode;
}

const commissioning = z.object({ manualPairingCode: z.string() });

/** A configuration of the plugin with a Matter node of its own. */
const withEvCharger = z.object({ matter: z.object({ evse: z.literal(true) }) });

/** Polls until a value is there: the plugin starts its node only after Homebridge is up. */
async function pollFor<T>(look: () => Promise<T | null>): Promise<T | null> {
  const deadline = performance.now() + nodeBudget;
  for (;;) {
    const found = await look();
    if (found !== null || performance.now() > deadline) return found;
    await wait(100);
  }
}

/** Name of the loopback interface: Matter binds to an interface by its name only. */
export function loopback(): string {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ internal }) => internal),
  );
  if (found === undefined) throw new Error("this computer has no loopback interface");
  return found[0];
}

function whenUp(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      const status = statusMessage.safeParse(message);
      if (status.success) resolve(status.data.data.setupUri);
    });
  });
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  await Promise.race([ended, wait(stopBudget, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  await ended;
}

/** The installed Homebridge beside this plugin, or in its development dependencies. */
function findHomebridge(): string {
  const folders = createRequire(import.meta.url).resolve.paths("homebridge") ?? [];
  const executable = folders.map((folder) => join(folder, "homebridge", "bin", "homebridge.js")).find(existsSync);
  if (executable === undefined)
    throw new Error("the demo needs Homebridge beside this plugin: npm install homebridge, in the same folder");
  return executable;
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** Avoids those that HAP forbids: one repeated digit, or consecutive digits. */
function randomPin(): string {
  const digits = String(randomInt(20_000_000, 98_000_000));
  const pin = /^(\d)\1+$/.test(digits) ? "20481632" : digits;
  return `${pin.slice(0, 3)}-${pin.slice(3, 5)}-${pin.slice(5)}`;
}

function randomUsername(): string {
  const bytes = Array.from({ length: 5 }, () => randomInt(256).toString(16).padStart(2, "0").toUpperCase());
  return ["0E", ...bytes].join(":");
}
