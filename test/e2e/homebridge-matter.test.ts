/** The packed plugin in a real Homebridge with virtual devices, tested by real Matter controllers. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { BooleanStateClient } from "@matter/main/behaviors/boolean-state";
import { BridgedDeviceBasicInformationClient } from "@matter/main/behaviors/bridged-device-basic-information";
import { DescriptorClient } from "@matter/main/behaviors/descriptor";
import { ElectricalEnergyMeasurementClient } from "@matter/main/behaviors/electrical-energy-measurement";
import { ElectricalPowerMeasurementClient } from "@matter/main/behaviors/electrical-power-measurement";
import { OnOffClient } from "@matter/main/behaviors/on-off";
import { TemperatureMeasurementClient } from "@matter/main/behaviors/temperature-measurement";
import { startHomebridge, type RunningHomebridge } from "../../src/cli/demo/homebridge.js";
import { startVirtualHome, type VirtualHome } from "../../src/cli/demo/virtual-home.js";
import { Car } from "../../src/simulator/house/car.js";
import { closeMatter, MatterController } from "./matter-controller.js";
import { waitFor, installPlugin, longTimeout, speed, surplus, type InstalledPlugin } from "./support.js";
import { UdpRelay } from "./udp-relay.js";

jest.setTimeout(longTimeout);

const forenoon = 10 * 3_600;

/** Matter Device Library: ids of device types. */
const deviceTypes = { outlet: 0x010a, contact: 0x0015, temperature: 0x0302, electrical: 0x0510, bridged: 0x0013 };

/** Large integers are decoded as bigints. */
const thousandths = (value: number | bigint | null | undefined) => (value == null ? null : Number(value) / 1_000);

describe("the packed plugin on Homebridge's Matter bridge", () => {
  const lines: string[] = [];
  let installed: InstalledPlugin;
  let home: VirtualHome;
  let storage: string;
  let homebridge: RunningHomebridge;
  let hub: MatterController;
  let second: MatterController;
  let cable: UdpRelay;

  const start = () =>
    startHomebridge({
      configuration: { ...home.configuration, surplus, matter: { site: true } },
      plugin: installed.plugin,
      storage,
      speed,
      local: true,
      matter: true,
      onLine: (line) => lines.push(line),
    });
  const bridge = () => {
    if (homebridge.matter === null) throw new Error("it is no Matter bridge");
    return homebridge.matter;
  };
  const lastLines = () => lines.filter((line) => !/[█▀▄]/.test(line)).slice(-5);

  const isOn = (controller = hub) => controller.device("Garage").stateOf(OnOffClient).onOff;
  const power = (controller = hub) =>
    thousandths(controller.device("Garage").stateOf(ElectricalPowerMeasurementClient).activePower);
  const energy = () => {
    const counted = hub.device("Garage").stateOf(ElectricalEnergyMeasurementClient).cumulativeEnergyImported;
    return thousandths(counted?.energy);
  };
  const isClosed = () => hub.device("Garage Plug").stateOf(BooleanStateClient).stateValue;
  const celsius = () => hub.device("Garage Temperature").stateOf(TemperatureMeasurementClient).measuredValue;
  const isReachable = () => hub.device("Garage").stateOf(BridgedDeviceBasicInformationClient).reachable;
  const turn = (on: boolean, controller = hub) => {
    const commands = controller.device("Garage").commandsOf(OnOffClient);
    return on ? commands.on() : commands.off();
  };
  const until = (what: string, holds: () => boolean) =>
    waitFor(
      what,
      () => (holds() ? true : undefined),
      () => [power(), isOn(), home.evse.state, ...lastLines()],
    );
  const near = (reported: number | null, truth: number) =>
    reported !== null && Math.abs(reported - truth) < 10 + truth / 50;

  beforeAll(async () => {
    installed = await installPlugin();
    home = await startVirtualHome({ speed, startTime: forenoon });
    home.sky.light = 0;
    storage = await mkdtemp(join(tmpdir(), "ev-charging-storage-"));
    homebridge = await start();
    hub = await MatterController.start("hub", bridge().port);
    await hub.commission(bridge().code, bridge().port);
    await until("all devices", () => hub.labels.length === 4);
  });

  afterAll(async () => {
    await second?.close();
    await hub?.close();
    cable?.cut();
    await closeMatter();
    await homebridge?.close();
    await home?.close();
    await rm(storage, { recursive: true, force: true });
    await installed?.remove();
  });

  test("there is an outlet with a meter, a plug, a temperature, and the grid meter", () => {
    const types = hub.labels.map((label) => [
      label,
      hub
        .device(label)
        .stateOf(DescriptorClient)
        .deviceTypeList.map(({ deviceType }) => Number(deviceType)),
    ]);
    const { outlet, contact, temperature, electrical, bridged } = deviceTypes;
    expect(Object.fromEntries(types)).toEqual({
      Garage: [outlet, electrical, bridged],
      "Garage Plug": [contact, bridged],
      "Garage Temperature": [temperature, bridged],
      Grid: [electrical, bridged],
    });
  });

  test("their values are correct", async () => {
    expect([isOn(), isClosed(), isReachable()]).toEqual([false, true, true]);
    expect(power()).toBe(0);
    expect(energy()).toBe(home.evse.totalEnergy);
    expect(celsius()).toBe(Math.round((home.evse.temperature + 1.5) * 100));
    const grid = hub.device("Grid").stateOf(ElectricalPowerMeasurementClient);
    await until("the power of the grid", () => near(thousandths(grid.activePower), home.house.grid.power));
  });

  test("unplugging opens the contact, and plugging in closes it", async () => {
    home.evse.unplug();
    await until("an open contact", () => isClosed() === false);
    home.evse.plug(new Car({ energy: 60_000, maxCurrent: 16 }));
    await until("a closed contact", () => isClosed() === true);
  });

  test("surplus starts the charge, more raises the power, and the outlet reports power and energy", async () => {
    const before = energy() ?? 0;
    home.sky.light = 0.5;
    await until("a charge on Matter", () => isOn() === true && near(power(), home.house.car.power) && power() !== 0);
    const little = power() ?? 0;
    home.sky.light = 1;
    await until("more power", () => (power() ?? 0) > little + 500 && near(power(), home.house.car.power));
    await until("more energy", () => (energy() ?? 0) > before + 100);
    home.sky.light = 0;
    await until("a pause", () => isOn() === false && power() === 0);
  });

  test("switching off stops the charger until it is switched on", async () => {
    home.sky.light = 1;
    await until("a charge", () => isOn() === true && home.evse.state === "charging");
    await turn(false);
    await until("a stop at the charger", () => !home.evse.allowed);
    const { elapsed } = home.time;
    await until("three minutes, six pauses long", () => home.time.elapsed > elapsed + 180);
    expect([isOn(), home.evse.allowed]).toEqual([false, false]);
    await hub.device("Garage").commandsOf(OnOffClient).toggle();
    await until("a start at the charger", () => home.evse.allowed && isOn() === true);
  });

  test("a second controller sees and controls the same", async () => {
    cable = await UdpRelay.to(bridge().port);
    second = await MatterController.start("second", cable.port);
    await second.commission(await hub.invite(), cable.port);
    await until("the same devices", () => second.labels.length === 4);
    await turn(false, second);
    await until("a stop at the charger", () => !home.evse.allowed);
    await until("both know", () => isOn() === false && isOn(second) === false);
    await turn(true);
    await until("a start at the charger", () => home.evse.allowed);
    await until("both know", () => isOn() === true && isOn(second) === true);
  });

  test("a controller that disappears affects no other", async () => {
    cable.cut();
    await turn(false);
    await until("a stop", () => !home.evse.allowed && power() === 0);
    await turn(true);
    await until("a charge", () => home.evse.state === "charging" && near(power(), home.house.car.power));
    expect(isOn(second)).toBe(true);
  });

  test("a lost charger is not reachable, and is reachable again by itself", async () => {
    home.charger.away?.(true);
    await until("not reachable", () => isReachable() === false);
    home.charger.away?.(false);
    await until("reachable", () => isReachable() === true);
  });

  test("after a restart of Homebridge the controller has the same devices, and they work", async () => {
    const numbers = hub.labels.map((label) => hub.device(label).number);
    await homebridge.close();
    expect(home.evse.allowed).toBe(false);
    homebridge = await start();
    await hub.meetAgain();
    home.sky.light = 0.5;
    await until("a charge on Matter", () => isOn() === true && near(power(), home.house.car.power) && power() !== 0);
    await turn(false);
    await until("a stop at the charger", () => !home.evse.allowed && isOn() === false);
    expect(hub.labels.map((label) => hub.device(label).number)).toEqual(numbers);
  });

  test("after an upgrade of the plugin, too; and the chosen mode is kept", async () => {
    const numbers = hub.labels.map((label) => hub.device(label).number);
    await homebridge.close();
    await installed.upgrade("0.1.1");
    const before = lines.length;
    homebridge = await start();
    await hub.meetAgain();
    expect(lines.slice(before)).toContainEqual(expect.stringContaining("homebridge-ev-charging@0.1.1"));
    await until("a stop", () => lines.slice(before).some((line) => line.includes("stopped by hand")));
    expect([home.evse.allowed, isOn()]).toEqual([false, false]);
    await turn(true);
    await until("a charge on Matter", () => isOn() === true && near(power(), home.house.car.power) && power() !== 0);
    expect(hub.labels.map((label) => hub.device(label).number)).toEqual(numbers);
  });

  test("no error was logged", () => {
    expect(lines.filter((line) => /unhandled|uncaught|TypeError|Handler error|Failed to/i.test(line))).toEqual([]);
  });
});
