/**
 * Who runs it without Homebridge and does not want Matter pays nothing for it, either: not a module of it is loaded.
 * `npm test` has built the program.
 */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const coverage = z.object({ result: z.array(z.object({ url: z.string() })) });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ev-charging-lazy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Every script that a program has loaded until it said something. */
async function scriptsOf(args: readonly string[], until: RegExp): Promise<readonly string[]> {
  const reports = join(folder, "coverage");
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_V8_COVERAGE: reports, MATTER_MDNS_NETWORKINTERFACE: "lo" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (until.test(said)) child.kill("SIGINT");
    });
  await new Promise((resolve) => child.once("exit", resolve));
  expect(said).toMatch(until);
  const files = await readdir(reports);
  const texts = await Promise.all(files.map((file) => readFile(join(reports, file), "utf8")));
  return texts.flatMap((text) => coverage.parse(JSON.parse(text)).result.map(({ url }) => url));
}

async function configuration(matter: object): Promise<string> {
  const file = join(folder, "config.json");
  const garage = { name: "Garage", driver: "go-e", transport: "http", host: "127.0.0.1" };
  await writeFile(file, JSON.stringify({ platform: "EVCharging", chargers: [garage], matter }));
  return file;
}

const matterScripts = (scripts: readonly string[]) => scripts.filter((url) => /@matter|project-chip/.test(url));

test("ev-charging run without it", async () => {
  const scripts = await scriptsOf(["dist/cli/main.js", "run", "--config", await configuration({})], /Garage: /);
  expect(scripts.some((url) => url.endsWith("integrations/matter/load.js"))).toBe(true);
  expect(matterScripts(scripts)).toEqual([]);
});

test("ev-charging run with it: here this test would see it", async () => {
  const config = await configuration({ evse: true });
  const scripts = await scriptsOf(["dist/cli/main.js", "run", "--config", config], /Matter code \d{4}-\d{3}-\d{4}/);
  expect(matterScripts(scripts).length).toBeGreaterThan(100);
}, 120_000);
