/** The packed plugin's own Matter node in a real Homebridge with Matter disabled: the charger as an EV charger. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { EnergyEvseClient } from "@matter/main/behaviors/energy-evse";
import { EnergyEvseModeClient } from "@matter/main/behaviors/energy-evse-mode";
import { ElectricalEnergyMeasurementClient } from "@matter/main/behaviors/electrical-energy-measurement";
import { ElectricalPowerMeasurementClient } from "@matter/main/behaviors/electrical-power-measurement";
import { TemperatureMeasurementClient } from "@matter/main/behaviors/temperature-measurement";
import { DeviceEnergyManagement } from "@matter/main/clusters/device-energy-management";
import { ElectricalEnergyMeasurement } from "@matter/main/clusters/electrical-energy-measurement";
import { ElectricalPowerMeasurement } from "@matter/main/clusters/electrical-power-measurement";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { EnergyEvseMode } from "@matter/main/clusters/energy-evse-mode";
import { PowerSource } from "@matter/main/clusters/power-source";
import { PowerTopology } from "@matter/main/clusters/power-topology";
import { TemperatureMeasurement } from "@matter/main/clusters/temperature-measurement";
import { startHomebridge, type RunningHomebridge } from "../../src/cli/demo/homebridge.js";
import { freeUdpPort } from "../../src/simulator/servers/free-port.js";
import { startVirtualHome, type VirtualHome } from "../../src/cli/demo/virtual-home.js";
import { Car } from "../../src/simulator/house/car.js";
import { closeMatter, MatterController } from "./matter-controller.js";
import { waitFor, installPlugin, longTimeout, speed, surplus, type InstalledPlugin } from "./support.js";

jest.setTimeout(longTimeout);

const forenoon = 10 * 3_600;

const { State, SupplyState, EnergyTransferStoppedReason: Reason } = EnergyEvse;

/** The EVSE is the only device of its node. */
const evse = 1;

/** Matter Cluster Library: the mandatory attributes of each of the EVSE's clusters, for its features. */
const mandatory = [
  [
    EnergyEvse,
    [
      ...["state", "supplyState", "faultState", "chargingEnabledUntil", "circuitCapacity"],
      ...["minimumChargeCurrent", "maximumChargeCurrent", "sessionId", "sessionDuration", "sessionEnergyCharged"],
      ...["nextChargeStartTime", "nextChargeTargetTime", "nextChargeRequiredEnergy", "nextChargeTargetSoC"],
    ],
  ],
  [EnergyEvseMode, ["supportedModes", "currentMode"]],
  [ElectricalPowerMeasurement, ["powerMode", "numberOfMeasurementTypes", "accuracy", "activePower"]],
  [ElectricalEnergyMeasurement, ["accuracy", "cumulativeEnergyImported"]],
  [PowerTopology, []],
  [PowerSource, ["status", "order", "description", "wiredCurrentType", "endpointList"]],
  [DeviceEnergyManagement, ["esaType", "esaCanGenerate", "esaState", "absMinPower", "absMaxPower", "forecast"]],
  [TemperatureMeasurement, ["measuredValue", "minMeasuredValue", "maxMeasuredValue"]],
] as const;

/** Attributes of every cluster. */
const globals = [0xfffd, 0xfffc, 0xfffb, 0xfff9, 0xfff8];

describe("the packed plugin's own Matter node", () => {
  const lines: string[] = [];
  let installed: InstalledPlugin;
  let home: VirtualHome;
  let storage: string;
  let port: number;
  let homebridge: RunningHomebridge;
  let hub: MatterController;
  let second: MatterController;

  const start = () =>
    startHomebridge({
      configuration: { ...home.configuration, surplus, matter: { evse: true, port } },
      plugin: installed.plugin,
      storage,
      speed,
      local: true,
      matter: false,
      onLine: (line) => lines.push(line),
    });
  const code = () => {
    if (homebridge.evChargerCode === null) throw new Error(`there is no code: ${lines.slice(-5).join(" / ")}`);
    return homebridge.evChargerCode;
  };

  const charger = (controller = hub) => controller.endpoint(evse).stateOf(EnergyEvseClient);
  const commands = (controller = hub) => controller.endpoint(evse).commandsOf(EnergyEvseClient);
  const mode = (newMode: number) => hub.endpoint(evse).commandsOf(EnergyEvseModeClient).changeToMode({ newMode });
  const power = () => Number(hub.endpoint(evse).stateOf(ElectricalPowerMeasurementClient).activePower) / 1_000;
  const enable = (milliamperes: number, controller = hub) =>
    commands(controller).enableCharging({
      chargingEnabledUntil: null,
      minimumChargeCurrent: 0,
      maximumChargeCurrent: milliamperes,
    });
  const until = (what: string, holds: () => boolean) =>
    waitFor(
      what,
      () => (holds() ? true : undefined),
      () => [charger().state, charger().supplyState, power(), home.evse.state, ...lines.slice(-5)],
    );
  const near = (reported: number, truth: number) => Math.abs(reported - truth) < 10 + truth / 50;

  beforeAll(async () => {
    installed = await installPlugin();
    home = await startVirtualHome({ speed, startTime: forenoon });
    home.sky.light = 0;
    home.evse.unplug();
    storage = await mkdtemp(join(tmpdir(), "ev-charging-storage-"));
    port = await freeUdpPort();
    homebridge = await start();
    hub = await MatterController.start("hub", port);
    await hub.commission(code(), port);
  });

  afterAll(async () => {
    await second?.close();
    await hub?.close();
    await closeMatter();
    await homebridge?.close();
    await home?.close();
    await rm(storage, { recursive: true, force: true });
    await installed?.remove();
  });

  test.each(mandatory.map(([cluster, names]) => [cluster.name, cluster, names] as const))(
    "%s can be read, with all that it has to have",
    async (_name, cluster, names) => {
      const values = await hub.readAll(evse, cluster);
      const attributes = new Map(Object.entries(cluster.attributes).map(([name, { id }]) => [name, id]));
      const ids = names.map((name) => attributes.get(name));
      expect([...values.keys()]).toEqual(expect.arrayContaining([...ids, ...globals]));
      expect([...values.values()]).not.toContain(undefined);
    },
  );

  test("without a car it is enabled and in solar mode", () => {
    expect([charger().state, charger().supplyState]).toEqual([State.NotPluggedIn, SupplyState.ChargingEnabled]);
    expect(hub.endpoint(evse).stateOf(EnergyEvseModeClient).currentMode).toBe(2);
    expect(hub.endpoint(evse).stateOf(TemperatureMeasurementClient).measuredValue).toBeGreaterThan(0);
    expect(hub.endpoint(evse).stateOf(ElectricalEnergyMeasurementClient).cumulativeEnergyImported?.energy).toBe(
      home.evse.totalEnergy * 1_000,
    );
  });

  test("a car is plugged in, charges with surplus, and faster with more", async () => {
    const seenEvents: string[] = [];
    const events = hub.endpoint(evse).eventsOf(EnergyEvseClient);
    events.evConnected.on(({ sessionId }) => void seenEvents.push(`connected ${sessionId}`));
    events.energyTransferStarted.on(({ sessionId }) => void seenEvents.push(`started ${sessionId}`));
    events.energyTransferStopped.on(({ sessionId, reason }) => void seenEvents.push(`stopped ${sessionId}, ${reason}`));
    home.evse.plug(new Car({ energy: 60_000, maxCurrent: 16 }));
    await until("the car", () => charger().state === State.PluggedInNoDemand && charger().sessionId === 1);
    home.sky.light = 0.5;
    await until("a charge", () => charger().state === State.PluggedInCharging && near(power(), home.house.car.power));
    await until("both events", () => seenEvents.length >= 2);
    expect(seenEvents.slice(0, 2)).toEqual(["connected 1", "started 1"]);
    const little = power();
    home.sky.light = 1;
    await until("more power", () => power() > little + 500 && near(power(), home.house.car.power));
    await until("energy", () => Number(charger().sessionEnergyCharged) > 100_000);
    home.sky.light = 0;
    await until("a pause", () => charger().state === State.PluggedInDemand && power() === 0);
    await until("its event", () => seenEvents.at(-1) === `stopped 1, ${Reason.EvseStopped}`);
    expect(charger().supplyState).toBe(SupplyState.ChargingEnabled);
  });

  test("each command reaches the charger: enable with a limit, disable, modes, targets", async () => {
    await mode(0);
    await until("a charge without the sun", () => charger().state === State.PluggedInCharging);
    await enable(8_000);
    await until(
      "8 A at the charger",
      () => home.evse.current === 8 && Number(charger().maximumChargeCurrent) === 8_000,
    );
    await hub.endpoint(evse).setStateOf(EnergyEvseClient, { userMaximumChargeCurrent: 6_000 });
    await until("6 A at the charger", () => home.evse.current === 6);
    await commands().disable();
    await until("a stop at the charger", () => !home.evse.allowed && charger().supplyState === SupplyState.Disabled);
    await mode(2);
    await hub.endpoint(evse).setStateOf(EnergyEvseClient, { userMaximumChargeCurrent: 16_000 });
    home.sky.light = 1;
    await enable(0);
    await until("a start by the sun", () => home.evse.allowed && charger().state === State.PluggedInCharging);

    const sunday = {
      dayOfWeekForSequence: { sunday: true },
      chargingTargets: [{ targetTimeMinutesPastMidnight: 420, addedEnergy: 5_000_000 }],
    };
    await commands().setTargets({ chargingTargetSchedules: [sunday] });
    expect(await commands().getTargets()).toMatchObject({ chargingTargetSchedules: [sunday] });
    await commands().clearTargets();
    expect(await commands().getTargets()).toEqual({ chargingTargetSchedules: [] });
  });

  test("a second controller sees and controls the same", async () => {
    second = await MatterController.start("second", port);
    await second.commission(await hub.invite(), port);
    expect(charger(second).sessionId).toBe(1);
    await commands(second).disable();
    await until("a stop", () => !home.evse.allowed && charger().supplyState === SupplyState.Disabled);
    await enable(0);
    await until("a start", () => home.evse.allowed && charger(second).supplyState === SupplyState.ChargingEnabled);
  });

  test("after a restart of Homebridge and an upgrade of the plugin both still have it", async () => {
    await homebridge.close();
    expect(home.evse.allowed).toBe(false);
    homebridge = await start();
    await hub.meetAgain();
    await until("a charge", () => charger().state === State.PluggedInCharging && charger().sessionId === 1);

    await homebridge.close();
    await installed.upgrade("0.1.1");
    homebridge = await start();
    await hub.meetAgain();
    await second.meetAgain();
    await until("a charge", () => charger().state === State.PluggedInCharging && charger().sessionId === 1);
    await commands(second).disable();
    await until("a stop", () => !home.evse.allowed && charger().supplyState === SupplyState.Disabled);
  });

  test("the car is unplugged", async () => {
    const left: number[] = [];
    const { evNotDetected } = hub.endpoint(evse).eventsOf(EnergyEvseClient);
    evNotDetected.on(({ sessionEnergyCharged }) => void left.push(Number(sessionEnergyCharged)));
    home.evse.unplug();
    await until("no car", () => charger().state === State.NotPluggedIn && left.length > 0);
    await until("the same energy in the attribute", () => left.at(-1) === Number(charger().sessionEnergyCharged));
    expect(left).toHaveLength(1);
  });

  test("no error was logged", () => {
    expect(lines.filter((line) => /unhandled|uncaught|TypeError|Failed to|Matter: /i.test(line))).toEqual([
      expect.stringContaining(code()),
    ]);
  });
});
