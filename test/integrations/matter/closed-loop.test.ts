/**
 * A site with the sun on its roof, a wallbox on a real socket and a car, on Matter; and matter.js's own controller
 * for programs, `CommissioningController`, that sees and drives it.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { EnergyEvseMode } from "@matter/main/clusters/energy-evse-mode";
import { ElectricalPowerMeasurement } from "@matter/main/clusters/electrical-power-measurement";
import { NodeJsEnvironment } from "@matter/nodejs";
import { MdnsService, PeerSet } from "@matter/protocol";
import { CommissioningController } from "@project-chip/matter.js";
import type { PairedNode } from "@project-chip/matter.js/device";
import { Matter } from "../../../src/integrations/matter/load.js";
import { Car } from "../../../src/simulator/house/car.js";
import { sunnyHouse } from "../../site/scenes.js";
import type { World } from "../../site/world.js";
import { freePort } from "./controller.js";

const { State, SupplyState } = EnergyEvse;

const plans = [{ car: null, block: { mode: "solar" as const } }];

let folder: string;
let world: World;
let matter: Matter;
let controller: CommissioningController;
let paired: PairedNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ev-charging-loop-"));
  ({ world } = await sunnyHouse(plans, {}, 0));
  const { clock, log, site } = world;
  const port = await freePort();
  matter = new Matter({ site, clock, log, folder: join(folder, "device"), port, name: "Home" });
  const { codes } = await matter.started;

  const environment = NodeJsEnvironment();
  environment.vars.set("storage.path", join(folder, "controller"));
  environment.vars.set("runtime.signals", false);
  controller = new CommissioningController({
    environment: { environment, id: "controller" },
    autoConnect: false,
    adminFabricLabel: "test",
  });
  await controller.start();
  const address = { type: "udp", ip: "::1", port } as const;
  controller.node.env.get(PeerSet).added.on((peer) => {
    peer.descriptor.operationalAddress ??= address;
  });
  const nodeId = await controller.commissionNode({
    commissioning: {},
    discovery: { knownAddress: address, identifierData: {}, discoveryCapabilities: { onIpNetwork: true } },
    passcode: passcodeOf(codes.manualPairingCode),
  });
  paired = await controller.getNode(nodeId);
  if (!paired.isConnected) await paired.events.initialized;
}, 60_000);

afterAll(async () => {
  await controller?.close();
  await controller?.env.root.maybeGet(MdnsService)?.close();
  await matter?.stop();
  await world?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** 5.1.4.1 of the core specification: a manual code is 1 digit, 5 digits, 4 digits, and a check digit. */
function passcodeOf(manualPairingCode: string): number {
  const digits = manualPairingCode.replaceAll("-", "");
  const low = Number(digits.slice(1, 6)) & 0x3fff;
  return low | (Number(digits.slice(6, 10)) << 14);
}

function dayNames(value: boolean) {
  const names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  return Object.fromEntries(names.map((name) => [name, value]));
}

function evse() {
  const client = paired.getDeviceById(1)?.getClusterClient(EnergyEvse);
  if (client === undefined) throw new Error("there is no EVSE");
  return client;
}

function mode() {
  const client = paired.getDeviceById(1)?.getClusterClient(EnergyEvseMode);
  if (client === undefined) throw new Error("the EVSE has no modes");
  return client;
}

/** Lets time pass until Matter says so, asking anew each time. */
async function until<T>(what: string, look: () => Promise<T>, expected: T, longest = 300): Promise<void> {
  const face = await matter.started;
  for (let second = 0; second < longest; second++) {
    await face.settled();
    if ((await look()) === expected) return;
    await world.turn(1);
  }
  throw new Error(`${what} did not come\n${world.describe()}`);
}

const state = () => evse().getStateAttribute(true);

async function power(): Promise<number> {
  const client = paired.getDeviceById(1)?.getClusterClient(ElectricalPowerMeasurement);
  return Number((await client?.getActivePowerAttribute(true)) ?? NaN);
}

test("a charger without a car, in solar mode, is enabled and waits", async () => {
  expect(await state()).toBe(State.NotPluggedIn);
  expect(await evse().getSupplyStateAttribute(true)).toBe(SupplyState.ChargingEnabled);
  expect(await mode().getCurrentModeAttribute(true)).toBe(2);
  expect(Number(await evse().getCircuitCapacityAttribute(true))).toBe(16_000);
});

test("a car is plugged in at night, and nothing flows", async () => {
  world.box.evse.plug(new Car({}));
  await until("the car", state, State.PluggedInNoDemand);
  expect(await evse().getSessionIdAttribute(true)).toBe(1);
  await world.turn(60);
  expect(await state()).toBe(State.PluggedInNoDemand);
  expect(await power()).toBe(0);
});

test("the sun rises, and it charges with what the sun gives", async () => {
  world.sun = 5_200;
  await until("the charge", state, State.PluggedInCharging);
  await world.until("as much as the sun gives", () => world.box.evse.draw[0] === 6, 120);
  await world.turn(30);
  const weak = await power();
  world.sun = 9_000;
  await world.until("more sun, more current", () => world.box.evse.draw[0] >= 10, 180);
  await world.turn(30);
  expect(await power()).toBeGreaterThan(weak + 2_000_000);
  expect(Number(await evse().getSessionEnergyChargedAttribute(true))).toBeGreaterThan(0);
}, 60_000);

test("EnableCharging with 8 A limits it", async () => {
  await evse().enableCharging({ chargingEnabledUntil: null, minimumChargeCurrent: 0, maximumChargeCurrent: 8_000 });
  await world.until("8 A", () => world.box.evse.draw[0] === 8, 60);
  expect(Number(await evse().getMaximumChargeCurrentAttribute(true))).toBe(8_000);
});

test("Disable stops it, and it stays stopped in the brightest sun", async () => {
  await evse().disable();
  await until("the stop", state, State.PluggedInDemand);
  await world.turn(300);
  expect(world.box.evse.allowed).toBe(false);
  expect(await evse().getSupplyStateAttribute(true)).toBe(SupplyState.Disabled);
}, 60_000);

test("manual mode charges without the sun, once it is enabled", async () => {
  world.sun = 0;
  expect(await mode().changeToMode({ newMode: 0 })).toMatchObject({ status: 0 });
  await world.turn(30);
  expect(world.box.evse.allowed).toBe(false);
  await evse().enableCharging({ chargingEnabledUntil: null, minimumChargeCurrent: 0, maximumChargeCurrent: 0 });
  await until("the charge", state, State.PluggedInCharging);
}, 60_000);

test("back in solar mode it stops for want of sun, but is enabled still", async () => {
  await mode().changeToMode({ newMode: 2 });
  await until("the stop", state, State.PluggedInDemand, 900);
  expect(await evse().getSupplyStateAttribute(true)).toBe(SupplyState.ChargingEnabled);
}, 60_000);

test("enabled in manual mode for two minutes, it charges for two minutes", async () => {
  await mode().changeToMode({ newMode: 0 });
  const end = Math.round(world.clock.now() / 1_000) + 120;
  await evse().enableCharging({
    chargingEnabledUntil: end,
    minimumChargeCurrent: 0,
    maximumChargeCurrent: 0,
  });
  await until("the charge", state, State.PluggedInCharging, 60);
  expect(await evse().getChargingEnabledUntilAttribute(true)).toBe(end);
  await until("the stop", state, State.PluggedInDemand, 120);
  expect(await evse().getSupplyStateAttribute(true)).toBe(SupplyState.Disabled);
}, 60_000);

test("a target set here is the house's, and the house's plan for it is told", async () => {
  const everyDay = {
    dayOfWeekForSequence: dayNames(true),
    chargingTargets: [{ targetTimeMinutesPastMidnight: 1_439, addedEnergy: 15_000_000 }],
  };
  await evse().setTargets({ chargingTargetSchedules: [everyDay] });
  expect(world.view().userSettings.targets).toEqual([{ days: [0, 1, 2, 3, 4, 5, 6], time: 1_439, energy: 15 }]);
  const { chargingTargetSchedules } = await evse().getTargets();
  expect(chargingTargetSchedules).toEqual([everyDay]);
  expect(await evse().getNextChargeTargetTimeAttribute(true)).toBeNull();

  await mode().changeToMode({ newMode: 1 });
  await evse().enableCharging({ chargingEnabledUntil: null, minimumChargeCurrent: 0, maximumChargeCurrent: 0 });
  await world.turn(5);
  await (await matter.started).settled();
  const by = (await evse().getNextChargeTargetTimeAttribute(true)) ?? 0;
  const start = (await evse().getNextChargeStartTimeAttribute(true)) ?? 0;
  const energy = Number(await evse().getNextChargeRequiredEnergyAttribute(true));
  const target = new Date(by * 1_000);
  expect([target.getHours(), target.getMinutes()]).toEqual([23, 59]);
  expect(by * 1_000 - world.clock.now()).toBeLessThan(24 * 3_600_000);
  expect(start).toBeLessThan(by);
  expect(energy).toBeGreaterThan(10_000_000);
  expect(energy).toBeLessThanOrEqual(15_000_000);
  expect(await evse().getNextChargeTargetSoCAttribute(true)).toBeNull();
}, 60_000);

test("the car leaves", async () => {
  world.box.evse.unplug();
  await until("the end of the session", state, State.NotPluggedIn);
  expect(await evse().getSessionIdAttribute(true)).toBe(1);
  expect(world.log.lines.filter((line) => !/Matter: add/.test(line))).toEqual([]);
});
