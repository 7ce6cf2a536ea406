/** Homebridge's own UI, on a port of its own, and the settings page in it, driven in Chromium. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium, type Locator, type Page } from "playwright-core";
import { z } from "zod";
import { freeTcpPort } from "../../src/simulator/servers/free-port.js";
import { waitFor } from "./support.js";

/** As Debian installs it. */
export const chromiumFile = "/usr/bin/chromium";

export const hasChromium = existsSync(chromiumFile);

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** ms for one step on the page, on a busy computer. */
const stepBudget = 60_000;

const configFile = z.object({ platforms: z.array(z.looseObject({ platform: z.string() })) });

export interface HomebridgeUi {
  /** The whole configuration file, as it lies there. */
  configuration(): Promise<string>;
  /** The plugin's block in it; `undefined`: there is none. */
  block(): Promise<Record<string, unknown> | undefined>;
  /** Puts this block there, as somebody would who writes the file. */
  write(block: object): Promise<void>;
  /** Opens the settings of the plugin. */
  open(): Promise<SettingsPage>;
  /** What the browser found wrong with the page. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** @param plugins the folder `node_modules` in which the plugin is installed */
export async function startHomebridgeUi(plugins: string): Promise<HomebridgeUi> {
  const storage = await mkdtemp(join(tmpdir(), "ev-charging-ui-"));
  const file = join(storage, "config.json");
  const port = await freeTcpPort();
  const ui = { platform: "config", name: "Config", host: "127.0.0.1", port, auth: "none", enableMdnsAdvertise: false };
  const bridge = { name: "Homebridge", username: "0E:45:56:00:00:01", port: await freeTcpPort(), pin: "031-45-154" };
  const write = async (...platforms: object[]) =>
    writeFile(file, JSON.stringify({ bridge, accessories: [], platforms: [ui, ...platforms] }, null, 4));
  await write();
  // Without an account the page begins with making one, whatever `auth` says.
  const account = { id: 1, username: "admin", name: "Admin", hashedPassword: "", salt: "", admin: true };
  await writeFile(join(storage, "auth.json"), JSON.stringify([account]));

  const manifest = createRequire(import.meta.url).resolve("homebridge-config-ui-x/package.json");
  const program = join(dirname(manifest), "dist", "bin", "standalone.js");
  const server = spawn(process.execPath, [program, "-U", storage, "-P", plugins], {
    cwd: storage,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, UIX_SERVICE_MODE: "1", UIX_STRICT_PLUGIN_RESOLUTION: "1" },
  });
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const url = `http://127.0.0.1:${port}/plugins`;
  await waitFor(
    "Homebridge's UI",
    () =>
      fetch(url).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    () => said,
  );
  const browser = await chromium.launch({ executablePath: chromiumFile, args: flags });
  const page = await browser.newPage({ viewport: { width: 1_200, height: 1_000 } });
  page.setDefaultTimeout(stepBudget);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  const block = async () =>
    configFile
      .parse(JSON.parse(await readFile(file, "utf8")))
      .platforms.find(({ platform }) => platform === "EVCharging");
  return {
    faults,
    block,
    configuration: () => readFile(file, "utf8"),
    write,
    async open() {
      await page.goto(url);
      const card = page.locator(".card", { hasText: "homebridge-ev-charging" });
      await card.getByLabel("Plugin Actions").click();
      await card.getByRole("button", { name: "Plugin Config" }).click();
      await page.locator("json-schema-form form").waitFor();
      return new SettingsPage(page);
    },
    async close() {
      await browser.close();
      server.kill();
      await ended;
      await rm(storage, { recursive: true, force: true });
    },
  };
}

/** The form of the plugin's settings. */
export class SettingsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The names of the fields that can be seen. */
  async fields(): Promise<readonly string[]> {
    return await this.#fields().evaluateAll((found) => found.map((field) => field.getAttribute("name") ?? ""));
  }

  /** Adds a device and fills it in; choices by what they say, or how they begin. @param what is on the button, like "Charger" @param keys by their names */
  async add(what: string, keys: Readonly<Record<string, unknown>>): Promise<void> {
    const button = this.#page.getByRole("button", { name: `Add ${what}`, exact: true });
    const list = this.#page.locator(".schema-form-array", { has: button }).last();
    const entries = list.locator(".list-group-item", { has: this.#page.locator('[name="driver"]') });
    const before = await entries.count();
    await button.click();
    const entry = entries.nth(before);
    for (const [key, value] of Object.entries(keys)) await set(entry.locator(`[name="${key}"]`), value);
  }

  /** Fills in a field that stands in no list. */
  async set(key: string, value: unknown): Promise<void> {
    await set(this.#page.locator(`json-schema-form [name="${key}"]`), value);
  }

  /** What type of input a field is. */
  async typeOf(key: string): Promise<string | null> {
    return await this.#page.locator(`json-schema-form [name="${key}"]`).first().getAttribute("type");
  }

  async save(): Promise<void> {
    // The form passes on what was typed a little later.
    await this.#page.waitForTimeout(500);
    const saved = this.#page.waitForResponse((response) => response.url().includes("/config-editor/plugin/"));
    await this.#page.getByRole("button", { name: "Save", exact: true }).click();
    const response = await saved;
    if (!response.ok()) throw new Error(`the settings were not saved: ${response.status()} ${await response.text()}`);
  }

  #fields(): Locator {
    return this.#page.locator("json-schema-form").locator("input:visible, select:visible");
  }
}

async function set(field: Locator, value: unknown): Promise<void> {
  if ((await field.evaluate((element) => element.tagName)) !== "SELECT") return await field.fill(String(value));
  const choices = await field.locator("option").allInnerTexts();
  const label = choices.find((choice) => (value instanceof RegExp ? value.test(choice) : choice === value));
  if (label === undefined) throw new Error(`no ${String(value)} among ${choices.join(", ")}`);
  await field.selectOption({ label });
}
