/** The packed plugin in a real Homebridge, seen through a real HomeKit controller, with virtual devices behind it. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { startHomebridge, type RunningHomebridge } from "../../src/cli/demo/homebridge.js";
import { startVirtualHome, type VirtualHome } from "../../src/cli/demo/virtual-home.js";
import { communicationFailure, hap, HomeKitController } from "./homekit.js";
import { eventually, installPlugin, patience, speed, surplus, type InstalledPlugin } from "./support.js";

jest.setTimeout(patience);

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
    // Not before somebody looks.
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
    await eventually("the first reading", async () => {
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

  test("the package brings what it needs, and neither Homebridge nor what it is developed with", () => {
    expect(installed.files).toEqual(
      expect.arrayContaining(["dist/index.js", "dist/cli/main.js", "config.schema.json"]),
    );
    expect(installed.files.filter((file) => /^(src|test|bench|tools|dist\/docs)\/|write-/.test(file))).toEqual([]);
    for (const name of ["homebridge", "hap-nodejs", "@homebridge", "typescript"])
      expect(existsSync(join(installed.folder, "node_modules", name))).toBe(false);
  });

  test("the charger is an outlet with a plug, a temperature, a switch for the sun, and its channels", () => {
    expect(controller.services).toEqual(
      expect.arrayContaining([hap.outlet, hap.contactSensor, hap.temperatureSensor, hap.switch]),
    );
    for (const channel of ["Maximum current", "Power L1", "Session energy", "State", "Reason"])
      expect(`${channel}: ${controller.has(hap.outlet, channel)}`).toBe(`${channel}: true`);
  });

  test("the sun starts the charge, and the tile shows it", async () => {
    let events = 0;
    await controller.subscribe(hap.outlet, hap.outletInUse, () => events++);
    home.sky.light = 0.5;
    await eventually(
      "a charge",
      () => (home.evse.state === "charging" ? true : undefined),
      () => lines.slice(-5),
    );
    await eventually("current on the tile", async () => {
      const { value } = await controller.read(hap.outlet, hap.outletInUse);
      return value === 1 || value === true ? true : undefined;
    });
    expect((await controller.read(hap.outlet, hap.on)).value).toBeTruthy();
    expect((await controller.read(hap.contactSensor, hap.contactSensorState)).value).toBe(0);
    await eventually("an event", () => (events > 0 ? true : undefined));
  });

  test("the current follows the sun: more of it raises the current on the charger's wire", async () => {
    const before = home.evse.current * home.evse.phases;
    home.sky.light = 1;
    await eventually(
      "more current",
      () => (home.evse.current * home.evse.phases > before ? true : undefined),
      () => lines.slice(-5),
    );
    home.sky.light = 0;
    await eventually(
      "a pause",
      () => (home.evse.allowed ? undefined : true),
      () => lines.slice(-5),
    );
    home.sky.light = 1;
    await eventually(
      "a new start",
      () => (home.evse.allowed ? true : undefined),
      () => lines.slice(-5),
    );
  });

  test("switched off on the tile, the charger stops and stays stopped, until it is switched on", async () => {
    await controller.write(hap.outlet, hap.on, false);
    await eventually("a stop", () => (home.evse.allowed ? undefined : true));
    const { elapsed } = home.time;
    await eventually("three minutes, six pauses long", () => (home.time.elapsed > elapsed + 180 ? true : undefined));
    expect(home.evse.allowed).toBe(false);
    expect((await controller.read(hap.outlet, "Reason")).value).toMatch(/stopped by hand/);
    await controller.write(hap.outlet, hap.on, true);
    await eventually("a start", () => (home.evse.allowed ? true : undefined));
  });

  test("without the switch for the sun the car gets all that there is", async () => {
    home.sky.light = 0.4;
    await controller.write(hap.switch, hap.on, false);
    await eventually("full current", () => (home.evse.current === 16 ? true : undefined));
    await controller.write(hap.switch, hap.on, true);
    await eventually("less", () => (home.evse.current < 16 || home.evse.phases === 1 ? true : undefined));
  });

  test("a charger that goes away does not respond, and is back by itself; the log says so once each", async () => {
    const before = lines.length;
    home.charger.away?.(true);
    await eventually("no response", async () => {
      const { status } = await controller.read(hap.outlet, hap.on);
      return status === communicationFailure ? true : undefined;
    });
    const { elapsed } = home.time;
    await eventually("twenty polls", () => (home.time.elapsed > elapsed + 100 ? true : undefined));
    home.charger.away?.(false);
    await eventually("a response", async () => {
      const { value } = await controller.read(hap.outlet, hap.on);
      return value === undefined ? undefined : true;
    });
    const told = lines.slice(before).filter((line) => /Garage: (no connection|the connection|answers)/.test(line));
    expect(told.map((line) => (line.includes("answers again") ? "back" : "away"))).toEqual(["away", "back"]);
  });

  test("when Homebridge ends, the charger pauses first", async () => {
    home.sky.light = 1;
    await eventually("a charge", () => (home.evse.state === "charging" ? true : undefined));
    await homebridge.close();
    expect(home.evse.allowed).toBe(false);
  });

  test("nothing was said twice over, and nothing went wrong", () => {
    expect(lines.filter((line) => /unhandled|uncaught|TypeError|slows down/i.test(line))).toEqual([]);
  });
});
