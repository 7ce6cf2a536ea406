/** The packed plugin in a real Homebridge with virtual devices, tested by a real HomeKit controller. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { startHomebridge, type RunningHomebridge } from "../../src/cli/demo/homebridge.js";
import { startVirtualHome, type VirtualHome } from "../../src/cli/demo/virtual-home.js";
import { communicationFailure, hap, HomeKitController } from "./homekit.js";
import { waitFor, installPlugin, longTimeout, speed, surplus, type InstalledPlugin } from "./support.js";

jest.setTimeout(longTimeout);

const forenoon = 10 * 3_600;

describe("the packed plugin in a real Homebridge", () => {
  const lines: string[] = [];
  let installed: InstalledPlugin;
  let home: VirtualHome;
  let homebridge: RunningHomebridge;
  let controller: HomeKitController;

  beforeAll(async () => {
    installed = await installPlugin();
    home = await startVirtualHome({ speed, startTime: forenoon });
    // Only on the first access.
    home.sky.light = 0;
    homebridge = await startHomebridge({
      configuration: { ...home.configuration, surplus },
      plugin: installed.plugin,
      speed,
      local: true,
      matter: false,
      onLine: (line) => lines.push(line),
    });
    controller = new HomeKitController(homebridge.username, homebridge.port);
    await controller.pair(homebridge.pin);
    await waitFor("the first reading", async () => {
      await controller.refresh();
      return controller.has(hap.outlet, "Power") && controller.services.includes(hap.temperatureSensor)
        ? true
        : undefined;
    });
  });

  afterAll(async () => {
    await controller?.close();
    await homebridge?.close();
    await home?.close();
    await installed?.remove();
  });

  test("the package contains its dependencies, but neither Homebridge nor development dependencies", () => {
    expect(installed.files).toEqual(
      expect.arrayContaining(["dist/index.js", "dist/cli/main.js", "config.schema.json"]),
    );
    expect(installed.files.filter((file) => /^(src|test|bench|tools|dist\/docs)\/|write-/.test(file))).toEqual([]);
    for (const name of ["homebridge", "hap-nodejs", "@homebridge", "typescript"])
      expect(existsSync(join(installed.folder, "node_modules", name))).toBe(false);
  });

  test("the charger is an outlet with a plug, a temperature, a switch for solar charging, and its channels", () => {
    expect(controller.services).toEqual(
      expect.arrayContaining([hap.outlet, hap.contactSensor, hap.temperatureSensor, hap.switch]),
    );
    for (const channel of ["Maximum current", "Power L1", "Session energy", "State", "Reason"])
      expect(`${channel}: ${controller.has(hap.outlet, channel)}`).toBe(`${channel}: true`);
  });

  test("surplus starts the charge, and the tile shows it", async () => {
    let events = 0;
    await controller.subscribe(hap.outlet, hap.outletInUse, () => events++);
    home.sky.light = 0.5;
    await waitFor(
      "a charge",
      () => (home.evse.state === "charging" ? true : undefined),
      () => lines.slice(-5),
    );
    await waitFor("current on the tile", async () => {
      const { value } = await controller.read(hap.outlet, hap.outletInUse);
      return value === 1 || value === true ? true : undefined;
    });
    expect((await controller.read(hap.outlet, hap.on)).value).toBeTruthy();
    expect((await controller.read(hap.contactSensor, hap.contactSensorState)).value).toBe(0);
    await waitFor("an event", () => (events > 0 ? true : undefined));
  });

  test("the current follows the surplus: more raises the current of the charger", async () => {
    const before = home.evse.current * home.evse.phases;
    home.sky.light = 1;
    await waitFor(
      "more current",
      () => (home.evse.current * home.evse.phases > before ? true : undefined),
      () => lines.slice(-5),
    );
    home.sky.light = 0;
    await waitFor(
      "a pause",
      () => (home.evse.allowed ? undefined : true),
      () => lines.slice(-5),
    );
    home.sky.light = 1;
    await waitFor(
      "a new start",
      () => (home.evse.allowed ? true : undefined),
      () => lines.slice(-5),
    );
  });

  test("switching off the tile stops the charger until it is switched on", async () => {
    await controller.write(hap.outlet, hap.on, false);
    await waitFor("a stop", () => (home.evse.allowed ? undefined : true));
    const { elapsed } = home.time;
    await waitFor("three minutes, six pauses long", () => (home.time.elapsed > elapsed + 180 ? true : undefined));
    expect(home.evse.allowed).toBe(false);
    expect((await controller.read(hap.outlet, "Reason")).value).toMatch(/stopped by hand/);
    await controller.write(hap.outlet, hap.on, true);
    await waitFor("a start", () => (home.evse.allowed ? true : undefined));
  });

  test("with solar charging switched off the car charges as fast as possible", async () => {
    home.sky.light = 0.4;
    await controller.write(hap.switch, hap.on, false);
    await waitFor("full current", () => (home.evse.current === 16 ? true : undefined));
    await controller.write(hap.switch, hap.on, true);
    await waitFor("less", () => (home.evse.current < 16 || home.evse.phases === 1 ? true : undefined));
  });

  test("a lost charger does not respond, and is back by itself; each is logged once", async () => {
    const before = lines.length;
    home.charger.away?.(true);
    await waitFor("no response", async () => {
      const { status } = await controller.read(hap.outlet, hap.on);
      return status === communicationFailure ? true : undefined;
    });
    const { elapsed } = home.time;
    await waitFor("twenty polls", () => (home.time.elapsed > elapsed + 100 ? true : undefined));
    home.charger.away?.(false);
    await waitFor("a response", async () => {
      const { value } = await controller.read(hap.outlet, hap.on);
      return value === undefined ? undefined : true;
    });
    const messages = lines.slice(before).filter((line) => /Garage: (no connection|the connection|answers)/.test(line));
    expect(messages.map((line) => (line.includes("answers again") ? "back" : "away"))).toEqual(["away", "back"]);
  });

  test("at the end of Homebridge the charger is paused first", async () => {
    home.sky.light = 1;
    await waitFor("a charge", () => (home.evse.state === "charging" ? true : undefined));
    await homebridge.close();
    expect(home.evse.allowed).toBe(false);
  });

  test("no error was logged, and nothing twice", () => {
    expect(lines.filter((line) => /unhandled|uncaught|TypeError|slows down/i.test(line))).toEqual([]);
  });
});
