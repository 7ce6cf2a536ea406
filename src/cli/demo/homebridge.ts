/** A Homebridge of its own, with this plugin on it, in a folder that goes when it does. */

import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** ms in which Homebridge has to be up, and ms in which it has to be gone; it ends itself after 5 s. */
const startBudget = 60_000;
const stopBudget = 7_000;

export interface HomebridgeOptions {
  /** The plugin's block. */
  readonly configuration: object;
  /** How many times faster than real time the plugin lives. */
  readonly speed: number;
  /** Nothing is advertised in the network. */
  readonly local: boolean;
  /** Where the plugin lies; left out: this one. */
  readonly plugin?: string;
  /** Log what is only of interest to the curious, too. */
  readonly verbose: boolean;
  /** Every line that Homebridge logs. */
  readonly onLine: (line: string) => void;
}

export interface RunningHomebridge {
  /** HomeKit's eight digits, like 123-45-678. */
  readonly pin: string;
  /** What the QR code says. */
  readonly setupUri: string;
  readonly port: number;
  /** What a HAP client calls this bridge. */
  readonly username: string;
  /** Resolves when it ends by itself. */
  readonly ended: Promise<void>;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/** What Homebridge tells whoever started it, as far as it is of use here. */
const statusMessage = z.object({
  id: z.literal("serverStatusUpdate"),
  data: z.object({ status: z.literal("ok"), setupUri: z.string() }),
});

/** @throws Error that says what to do */
export async function startHomebridge({
  configuration,
  speed,
  local,
  plugin = packageRoot(),
  verbose,
  onLine,
}: HomebridgeOptions): Promise<RunningHomebridge> {
  const executable = findHomebridge();
  const storage = await mkdtemp(join(tmpdir(), "ev-charging-demo-"));
  const port = await freePort();
  const pin = randomPin();
  const username = randomUsername();
  const bind = local ? { bind: ["127.0.0.1"] } : {};
  const bridge = { name: `EV Charging Demo ${username.slice(-2)}`, username, port, pin, ...bind };
  const config = { bridge, accessories: [], platforms: [configuration] };
  await writeFile(join(storage, "config.json"), JSON.stringify(config, null, 2));

  const child = spawn(
    process.execPath,
    [executable, "-U", storage, "-P", plugin, "--strict-plugin-resolution", "-T", "-Q", ...(verbose ? ["-D"] : [])],
    {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, EV_CHARGING_DEMO_SPEED: String(speed), NO_COLOR: "1", FORCE_COLOR: "0" },
    },
  );
  const lastLines: string[] = [];
  const tell = (line: string) => {
    lastLines.push(line);
    if (lastLines.length > 10) lastLines.shift();
    onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", tell);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    await end(child, ended);
    await rm(storage, { recursive: true, force: true });
  };

  const setupUri = await Promise.race([whenUp(child), ended.then(() => null), wait(startBudget, null, { ref: false })]);
  if (setupUri === null) {
    await close();
    throw new Error(`Homebridge did not start. The last it said: ${lastLines.join(" / ")}`);
  }
  return { pin, setupUri, port, username, ended, close };
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

/** Beside this plugin, as in every Homebridge, or among what it is developed with. */
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Not one of those that HAP forbids: no digit all through, no plain counting. */
function randomPin(): string {
  const digits = String(randomInt(20_000_000, 98_000_000));
  const pin = /^(\d)\1+$/.test(digits) ? "20481632" : digits;
  return `${pin.slice(0, 3)}-${pin.slice(3, 5)}-${pin.slice(5)}`;
}

function randomUsername(): string {
  const bytes = Array.from({ length: 5 }, () => randomInt(256).toString(16).padStart(2, "0").toUpperCase());
  return ["0E", ...bytes].join(":");
}
