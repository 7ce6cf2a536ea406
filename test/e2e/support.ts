/** Packs the plugin as npm would publish it, and installs it in an empty folder. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const execute = promisify(execFile);

/**
 * How many times faster than real time the houses of these tests live. The plugin takes a meter for silent after 12 s
 * of its house; they have to be longer than a busy computer lets a process wait.
 */
export const speed = 20;

/** s of virtual time for the minimum run and pause: short, because the tests wait for them. */
export const surplus = { minimumRun: 30, minimumPause: 30 };

/** ms; timeout of tests with several waits. */
export const longTimeout = 300_000;

const packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })).length(1);

export interface InstalledPlugin {
  /** The folder of the installation. */
  readonly folder: string;
  /** The folder of the plugin. */
  readonly plugin: string;
  /** The files of the package. */
  readonly files: readonly string[];
  /** Installs a newer version over it, as npm does: the same program under another number. */
  upgrade(version: string): Promise<void>;
  remove(): Promise<void>;
}

/** Without development dependencies. The sources have been built by `npm test`. */
export async function installPlugin(): Promise<InstalledPlugin> {
  const folder = await mkdtemp(join(tmpdir(), "ev-charging-installed-"));
  const plugin = join(folder, "node_modules", "homebridge-ev-charging");
  const { filename, files } = await pack(process.cwd(), folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  await install(folder, filename);
  return {
    folder,
    plugin,
    files: files.map(({ path }) => path),
    async upgrade(version) {
      const sources = await mkdtemp(join(tmpdir(), "ev-charging-upgrade-"));
      await cp(plugin, sources, { recursive: true });
      const manifest = join(sources, "package.json");
      const written = z.looseObject({}).parse(JSON.parse(await readFile(manifest, "utf8")));
      await writeFile(manifest, JSON.stringify({ ...written, version }));
      await install(folder, (await pack(sources, folder)).filename);
      await rm(sources, { recursive: true, force: true });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function pack(sources: string, destination: string) {
  const options = ["--ignore-scripts", "--json", "--pack-destination", destination];
  const { stdout } = await execute("npm", ["pack", ...options], { cwd: sources });
  const [tarball] = packed.parse(JSON.parse(stdout));
  if (tarball === undefined) throw new Error("npm pack made nothing");
  return tarball;
}

async function install(folder: string, tarball: string): Promise<void> {
  const options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await execute("npm", ["install", ...options, join(folder, tarball)], { cwd: folder });
}

/** Resolves with the first value that is not `undefined`; rejects with the last value of `lastSeen`. */
export async function waitFor<T>(
  what: string,
  find: () => Promise<T | undefined> | T | undefined,
  lastSeen: () => unknown = () => "",
): Promise<T> {
  const deadline = performance.now() + longTimeout / 2;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`${what} did not happen; last seen: ${JSON.stringify(lastSeen())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
