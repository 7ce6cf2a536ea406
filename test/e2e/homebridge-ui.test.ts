/** The settings page in Homebridge's real UI: what it shows, what it writes, and what of a configuration it leaves alone. */

import { jest } from "@jest/globals";
import { startHomebridge } from "../../src/cli/demo/homebridge.js";
import { startVirtualHome } from "../../src/cli/demo/virtual-home.js";
import { parseConfig } from "../../src/config/parse.js";
import { chromiumFile, hasChromium, startHomebridgeUi, type HomebridgeUi, type SettingsPage } from "./homebridge-ui.js";
import { everySetting } from "./every-setting.js";
import { waitFor, installPlugin, longTimeout, speed, type InstalledPlugin } from "./support.js";

jest.setTimeout(longTimeout);

const goE = /^go-e Charger/;
const shelly3em = /^Shelly 3EM/;

// Where it has to be there, a missing browser fails the test when it is started.
const isCi = process.env["CI"] === "true";
if (!hasChromium && !isCi)
  process.stderr.write(`SKIPPED the settings page: there is no ${chromiumFile}; install Debian's package chromium\n`);

(hasChromium || isCi ? describe : describe.skip)(`the settings page in Homebridge's UI, in ${chromiumFile}`, () => {
  let installed: InstalledPlugin;
  let ui: HomebridgeUi;

  beforeAll(async () => {
    installed = await installPlugin();
    ui = await startHomebridgeUi(`${installed.folder}/node_modules`);
  });

  afterAll(async () => {
    await ui?.close();
    await installed?.remove();
  });

  test("a charger and a meter from nothing: Homebridge starts with what was saved, and saving again changes no byte", async () => {
    const home = await startVirtualHome({ speed, startTime: 10 * 3_600 });
    try {
      const page = await ui.open();
      const { host, port } = home.charger.options;
      await page.add("Charger", { name: "Garage", driver: goE, host, port });
      const { topic } = home.meter.options;
      const url = home.brokerUrl;
      await page.add("Meter", { name: "Grid", driver: shelly3em, topic, url });
      await page.set("mainFuse", 25);
      await page.save();

      const block = await ui.block();
      expect(block).toMatchObject({
        name: "EV Charging",
        chargers: [{ name: "Garage", driver: "go-e", host, port }],
        meters: [{ name: "Grid", driver: "shelly-3em", topic, url }],
        site: { mainFuse: 25 },
      });
      const lines: string[] = [];
      const decided: string[] = [];
      const homebridge = await startHomebridge({
        configuration: block ?? {},
        plugin: installed.plugin,
        speed,
        local: true,
        matter: false,
        onLine: (line) => lines.push(line),
        onDecision: ({ charger }) => decided.push(charger),
      });
      await waitFor(
        "a decision",
        () => (decided.includes("Garage") ? true : undefined),
        () => lines.slice(-5),
      );
      await homebridge.close();

      const saved = await ui.configuration();
      await (await ui.open()).save();
      expect(await ui.configuration()).toBe(saved);
      expect(ui.faults).toEqual([]);
    } finally {
      await home.close();
    }
  });

  test("a configuration with every driver and every setting survives", async () => {
    expect(parseConfig(everySetting).problems).toEqual([]);
    await ui.write(everySetting);
    await (await ui.open()).save();
    expect(await ui.block()).toEqual(everySetting);
    expect(ui.faults).toEqual([]);
  });

  test("it shows what belongs to the device, makes and models by name, and no password", async () => {
    await ui.write({ platform: "EVCharging", name: "EV Charging" });
    const page = await ui.open();
    await page.add("Charger", { name: "Garage", driver: goE });
    await shows(page, ["host", "port", "serial"], ["token", "topic", "password"]);
    await page.set("transport", "MQTT");
    await shows(page, ["topic", "url", "password"], ["host", "port", "token"]);
    expect(await page.typeOf("password")).toBe("password");
    expect(await page.typeOf("priority")).toBe("number");
    await page.set("cloud", "Yes");
    await shows(page, ["serial", "token"], ["host", "topic"]);
  });
});

async function shows(page: SettingsPage, shown: readonly string[], hidden: readonly string[]): Promise<void> {
  let fields: readonly string[] = [];
  await waitFor(
    `${shown.join(", ")} without ${hidden.join(", ")}`,
    async () => {
      fields = await page.fields();
      return shown.every((name) => fields.includes(name)) && !hidden.some((name) => fields.includes(name))
        ? true
        : undefined;
    },
    () => fields,
  );
}
