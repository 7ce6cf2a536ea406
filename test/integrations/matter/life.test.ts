/** The node's life: restarts, several controllers, those that vanish, and what is in its way. */

import { createSocket } from "node:dgram";
import { BasicInformation } from "@matter/main/clusters/basic-information";
import { BridgedDeviceBasicInformation } from "@matter/main/clusters/bridged-device-basic-information";
import { Descriptor } from "@matter/main/clusters/descriptor";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { PowerSource } from "@matter/main/clusters/power-source";
import { Controller } from "./controller.js";
import { TestSite } from "./test-site.js";
import { Device, evseEndpoint } from "./test-bench.js";

const { attributes } = EnergyEvse;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(site = new TestSite()): Promise<Device> {
  const device = await Device.start(site);
  open.push({ close: () => device.remove() });
  return device;
}

async function commission(device: Device, passcode?: number): Promise<Controller> {
  const address = await device.address();
  const controller = await Controller.commission(passcode === undefined ? address : { ...address, passcode });
  open.push(controller);
  return controller;
}

/** Off and on again, with what happened meanwhile. */
async function restart(device: Device, controller: Controller, meanwhile = () => {}): Promise<void> {
  await device.stop();
  meanwhile();
  await device.start();
  await device.integration.settled();
  await controller.reconnect();
}

async function read(controller: Controller, { id }: { readonly id: number }): Promise<unknown> {
  return (await controller.readAll(evseEndpoint, EnergyEvse)).get(id);
}

describe("a restart", () => {
  test("the controller, the session, and what was set survive it", async () => {
    const device = await start();
    const controller = await commission(device);
    device.site.plug();
    await controller.invoke(evseEndpoint, EnergyEvse, "enableCharging", {
      chargingEnabledUntil: Math.round(device.clock.now() / 1_000) + 3_600,
      minimumChargeCurrent: 8_000,
      maximumChargeCurrent: 12_000,
    });
    await controller.write(evseEndpoint, EnergyEvse, "userMaximumChargeCurrent", 20_000);
    await device.clock.advance(60_000);
    device.site.report({ sessionChargeConsumption: 1.5 });
    const before = await controller.readAll(evseEndpoint, EnergyEvse);

    await device.clock.advance(60_000);
    await restart(device, controller);
    expect(device.integration.isCommissioned).toBe(true);
    const after = await controller.readAll(evseEndpoint, EnergyEvse);
    expect(after.get(attributes.sessionId.id)).toBe(1);
    expect(after.get(attributes.sessionDuration.id)).toBe(120);
    expect(after.get(attributes.sessionEnergyCharged.id)).toBe(1_500_000);
    for (const name of ["chargingEnabledUntil", "maximumChargeCurrent", "userMaximumChargeCurrent"] as const)
      expect(after.get(attributes[name].id)).toEqual(before.get(attributes[name].id));
    expect(after.get(attributes.state.id)).toBe(EnergyEvse.State.PluggedInNoDemand);
  }, 60_000);

  test("a car that left meanwhile has ended its session, and one that came has another", async () => {
    const device = await start();
    const controller = await commission(device);
    device.site.plug();
    device.site.report({ sessionChargeConsumption: 5 });
    await restart(device, controller, () => device.site.unplug());
    expect(await read(controller, attributes.state)).toBe(EnergyEvse.State.NotPluggedIn);
    expect(await read(controller, attributes.sessionId)).toBe(1);

    device.site.plug();
    device.site.report({ sessionChargeConsumption: 5 });
    await restart(device, controller, () => device.site.report({ sessionChargeConsumption: 0.2 }));
    expect(await read(controller, attributes.sessionId)).toBe(3);
    expect(await read(controller, attributes.sessionEnergyCharged)).toBe(200_000);
  }, 60_000);

  test("the codes stay the same", async () => {
    const device = await start();
    const { codes } = device.integration;
    expect(codes.manualPairingCode).toMatch(/^\d{4}-\d{3}-\d{4}$/);
    expect(codes.qrCode).toMatch(/^MT:/);
    expect(device.log.lines).toContainEqual(expect.stringContaining(codes.manualPairingCode));
    await device.stop();
    await device.start();
    expect(device.integration.codes).toEqual(codes);
  });
});

describe("controllers", () => {
  test("two of them have it at once; one that leaves does not disturb the other", async () => {
    const device = await start();
    const first = await commission(device);
    const second = await commission(device, await first.openCommissioningWindow());
    const enable = { chargingEnabledUntil: null, minimumChargeCurrent: 6_000, maximumChargeCurrent: 10_000 };
    expect(await first.invoke(evseEndpoint, EnergyEvse, "enableCharging", enable)).toBe("Success");
    expect(await read(second, attributes.maximumChargeCurrent)).toBe(10_000);
    expect(await second.invoke(evseEndpoint, EnergyEvse, "disable")).toBe("Success");
    expect(await read(first, attributes.supplyState)).toBe(EnergyEvse.SupplyState.Disabled);
    await first.leave();
    expect(await second.invoke(evseEndpoint, EnergyEvse, "enableCharging", enable)).toBe("Success");
    expect(device.integration.isCommissioned).toBe(true);
  }, 60_000);

  test("when the last one has left, another can have it, with the same code and all that is true", async () => {
    const device = await start();
    device.site.plug();
    const first = await commission(device);
    await first.leave();
    const second = await commission(device);
    await device.integration.settled();
    expect(await read(second, attributes.state)).toBe(EnergyEvse.State.PluggedInNoDemand);
    expect(await read(second, attributes.sessionId)).toBe(1);
  }, 60_000);

  test("one that vanished holds up neither the charger, nor others, nor the end", async () => {
    const device = await start();
    const first = await commission(device);
    await first.subscribe(evseEndpoint, () => undefined);
    const second = await commission(device, await first.openCommissioningWindow());
    await first.vanish();
    device.site.plug();
    await device.integration.settled();
    expect(await read(second, attributes.state)).toBe(EnergyEvse.State.PluggedInNoDemand);
    await restart(device, second);
    expect(await read(second, attributes.sessionId)).toBe(1);
  }, 60_000);
});

describe("the node", () => {
  test("tells who made the charger, and what it is", async () => {
    const device = await start();
    const controller = await commission(device);
    const values = await controller.readAll(0, BasicInformation);
    const { vendorName, productName, nodeLabel, softwareVersionString } = BasicInformation.attributes;
    expect(values.get(vendorName.id)).toBe("Virtual");
    expect(values.get(productName.id)).toBe("Wallbox");
    expect(values.get(nodeLabel.id)).toBe("Garage");
    expect(values.get(softwareVersionString.id)).toMatch(/^\d+\.\d+\.\d+/);
  }, 60_000);

  test("several chargers stand behind an aggregator, each by its name, and each gets what is meant for it", async () => {
    const device = await start(new TestSite(["Garage", "Carport – a name that is much too long for Matter"]));
    const controller = await commission(device);
    const parts = async (endpoint: number) =>
      (await controller.readAll(endpoint, Descriptor)).get(Descriptor.attributes.partsList.id);
    const root = await controller.readAll(0, Descriptor);
    expect(root.get(Descriptor.attributes.partsList.id)).toEqual(expect.arrayContaining([1, 2, 6]));
    expect(await parts(1)).toEqual(expect.arrayContaining([2, 6]));
    expect(await parts(2)).toEqual([3, 4, 5]);
    const label = async (endpoint: number) => {
      const values = await controller.readAll(endpoint, BridgedDeviceBasicInformation);
      const { nodeLabel, reachable } = BridgedDeviceBasicInformation.attributes;
      return [values.get(nodeLabel.id), values.get(reachable.id)];
    };
    expect(await label(2)).toEqual(["Garage", true]);
    expect(await label(6)).toEqual(["Carport – a name that is much", true]);
    expect(await controller.invoke(6, EnergyEvse, "disable")).toBe("Success");
    expect(device.site.addressees.at(-1)).toMatch(/^Carport/);
    device.site.reachable = false;
    device.site.change();
    await device.integration.settled();
    expect(await label(6)).toEqual(["Carport – a name that is much", false]);
  }, 60_000);

  test("of several chargers each has its own mains and its own tags", async () => {
    const device = await start(new TestSite(["Garage", "Carport"]));
    const controller = await commission(device);
    await device.integration.settled();
    const one = async (endpoint: number, cluster: Parameters<typeof controller.readAll>[1], id: number) =>
      (await controller.readAll(endpoint, cluster)).get(id);
    const { endpointList } = PowerSource.attributes;
    expect(await one(2, PowerSource, endpointList.id)).toEqual([2, 3, 4, 5]);
    expect(await one(6, PowerSource, endpointList.id)).toEqual([6, 7, 8, 9]);
    const tags = await Promise.all([2, 6].map((each) => one(each, Descriptor, Descriptor.attributes.tagList.id)));
    expect(tags[0]).not.toEqual(tags[1]);
    await controller.leave();
    const next = await commission(device);
    await device.integration.settled();
    const again = await next.readAll(6, PowerSource);
    expect(again.get(endpointList.id)).toEqual([6, 7, 8, 9]);
  }, 60_000);

  test("the version of its configuration grows when its shape changes, and only then", async () => {
    const site = new TestSite();
    const device = await start(site);
    const controller = await commission(device);
    const version = async () =>
      (await controller.readAll(0, BasicInformation)).get(BasicInformation.attributes.configurationVersion.id);
    expect(await version()).toBe(1);
    await restart(device, controller);
    expect(await version()).toBe(1);
    await restart(device, controller, () => site.report({ temperature: 20 }));
    expect(await version()).toBe(2);
    await restart(device, controller);
    expect(await version()).toBe(2);
  }, 60_000);

  test.each(["udp4", "udp6"] as const)(
    "a port that is taken for %s is told, with what to do; it is left alone, and can be had later",
    async (type) => {
      const device = await start();
      await device.stop();
      const socket = createSocket({ type, ipv6Only: type === "udp6" });
      open.push({ close: () => new Promise((resolve) => void socket.close(() => resolve())) });
      await new Promise<void>((resolve) => socket.bind(device.port, resolve));
      await expect(device.start()).rejects.toThrow(`UDP port ${device.port} is taken; set matter.port to another one`);
      await open.pop()?.close();
      await device.start();
      expect(device.integration.codes.qrCode).toMatch(/^MT:/);
    },
  );
});
