/** Packs the plugin as npm would publish it, and installs it where nothing else is. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const execute = promisify(execFile);

const packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })).length(1);

export interface InstalledPlugin {
  /** Where it was installed. */
  readonly folder: string;
  /** The plugin itself. */
  readonly plugin: string;
  /** What the package holds. */
  readonly files: readonly string[];
  remove(): Promise<void>;
}

/** Without any of what it is developed with. The sources have been built by `npm test`. */
export async function installPlugin(): Promise<InstalledPlugin> {
  const folder = await mkdtemp(join(tmpdir(), "ev-charging-installed-"));
  const { stdout } = await execute("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder]);
  const [tarball] = packed.parse(JSON.parse(stdout));
  if (tarball === undefined) throw new Error("npm pack made nothing");
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  const install = ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await execute("npm", [...install, join(folder, tarball.filename)], { cwd: folder });
  return {
    folder,
    plugin: join(folder, "node_modules", "homebridge-ev-charging"),
    files: tarball.files.map(({ path }) => path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Resolves with the first value that is not `undefined`; rejects with what was seen last. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  lastSeen: () => unknown = () => "",
): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`${what} did not happen; last seen: ${JSON.stringify(lastSeen())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
