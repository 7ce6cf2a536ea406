/** Files of the Matter node that are damaged: put aside, told with their path, and begun anew. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { Controller } from "./controller.js";
import { Device, evseEndpoint } from "./test-bench.js";

const { attributes } = EnergyEvse;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** A device that a controller has, with a car plugged in, switched off. */
async function stopped(): Promise<{ device: Device; controller: Controller }> {
  const device = await Device.start();
  open.push({ close: () => device.remove() });
  const controller = await commission(device);
  device.site.plug();
  await device.stop();
  return { device, controller };
}

async function commission(device: Device): Promise<Controller> {
  const controller = await Controller.commission(await device.address());
  open.push(controller);
  return controller;
}

async function sessionSeenBy(controller: Controller): Promise<unknown> {
  return (await controller.readAll(evseEndpoint, EnergyEvse)).get(attributes.sessionId.id);
}

/** A file of the node by the end of its name. */
async function fileOf(device: Device, end: string): Promise<string> {
  const names = await readdir(join(device.folder, "node"));
  const name = names.find((each) => each.endsWith(end));
  if (name === undefined) throw new Error(`the node has no ${end}`);
  return join(device.folder, "node", name);
}

describe("one damaged file of the node is put aside, and the controller still has it", () => {
  test.each([
    ["events.lastEventNumber", ""],
    ["sessions.groupDataCounter", "{"],
    ["sessions.groupDataCounter", "null"],
    ["sessions.resumptionRecords", "\0\0\0\0"],
    ["generalDiagnostics.rebootCount", '"x"'],
    ["basicInformation.uniqueId", "5"],
    ["basicInformation.configurationVersion", "[]"],
    ["energyEvse.chargingEnabledUntil", "5"],
    ["energyEvse.sessionId", "{}"],
  ])(
    "%s: %j",
    async (end, text) => {
      const { device, controller } = await stopped();
      const path = await fileOf(device, end);
      await writeFile(path, text);
      await device.start();
      const told = device.log.about(path);
      expect(told).toEqual([expect.stringMatching(/could not be understood and was put aside in .*node\.bad-\d+/)]);
      const aside = /put aside in (\S+);/.exec(told[0] ?? "")?.[1] ?? "";
      expect(await readFile(join(aside, path.slice(path.lastIndexOf("/") + 1)), "utf8")).toBe(text);
      await controller.reconnect();
      await device.integration.settled();
      expect(await sessionSeenBy(controller)).toBe(1);
    },
    60_000,
  );
});

describe("where no controller could reach it any more the node begins anew, with the same code", () => {
  test.each([
    ["fabrics.fabrics", ""],
    ["fabrics.fabrics", "[]"],
    ["fabrics.fabrics", "{}"],
    ["operationalCredentials.nocs", "null"],
    ["operationalCredentials.fabrics", "{"],
    ["accessControl.acl", "[]"],
    ["accessControl.acl", "5"],
  ])(
    "%s: %j",
    async (end, text) => {
      const { device } = await stopped();
      const { manualPairingCode } = JSON.parse(await readFile(join(device.folder, "commissioning.json"), "utf8"));
      await writeFile(await fileOf(device, end), text);
      await device.start();
      expect(device.log.about("add them again")).toEqual([expect.stringContaining(join(device.folder, "node"))]);
      expect(device.integration.codes.manualPairingCode.replaceAll("-", "")).toBe(
        manualPairingCode.replaceAll("-", ""),
      );
      expect(device.integration.isCommissioned).toBe(false);
      const next = await commission(device);
      await device.integration.settled();
      expect(await sessionSeenBy(next)).toBe(1);
    },
    60_000,
  );
});

describe("our own files", () => {
  test.each([
    ["no JSON", () => "{"],
    ["another version", (text: string) => text.replace('"version":1', '"version":2')],
    ["a session that can't be", (text: string) => text.replace('"id":1', '"id":4294967296')],
    ["a current that can't be", (text: string) => text.replace('"command":null', '"command":1e300')],
    ["a time that can't be", (text: string) => text.replace(/"since":\d+/, '"since":1e300')],
  ])(
    "chargers.json with %s is put aside",
    async (_what, damage) => {
      const { device, controller } = await stopped();
      const path = join(device.folder, "chargers.json");
      const damaged = damage(await readFile(path, "utf8"));
      await writeFile(path, damaged);
      await device.start();
      expect(device.log.about(path)).toEqual([expect.stringContaining(`put aside as ${path}.bad-`)]);
      expect(await readFile(`${path}.bad-${device.clock.now()}`, "utf8")).toBe(damaged);
      await controller.reconnect();
      await device.integration.settled();
      expect(await sessionSeenBy(controller)).toBe(1);
    },
    60_000,
  );

  test("a time beyond Matter's, as earlier versions stored it, is for good", async () => {
    const { device, controller } = await stopped();
    const path = join(device.folder, "chargers.json");
    const text = await readFile(path, "utf8");
    const end = (946_684_800 + 0xffff_ffff) * 1_000;
    await writeFile(path, text.replace(/("limits":\{[^}]*\},"until":)null/, `$1${end}`));
    device.site.command("Garage", { mode: "fast" });
    await device.start();
    expect(device.log.about(path)).toEqual([]);
    await controller.reconnect();
    await device.integration.settled();
    const values = await controller.readAll(evseEndpoint, EnergyEvse);
    expect(values.get(attributes.chargingEnabledUntil.id)).toBeNull();
  }, 60_000);

  test("commissioning.json is put aside, and there is a new code", async () => {
    const { device, controller } = await stopped();
    const path = join(device.folder, "commissioning.json");
    await writeFile(path, "{");
    await device.start();
    expect(device.log.about(path)).toEqual([expect.stringContaining(`put aside as ${path}.bad-`)]);
    await controller.reconnect();
    expect(await sessionSeenBy(controller)).toBe(1);
  }, 60_000);

  test("what killed writes have left is removed", async () => {
    const { device } = await stopped();
    for (const name of [
      "chargers.json.1234567",
      "commissioning.json.89",
      "node/fabrics.fabrics.tmp",
      "node/matter.lock",
      "notes.json.12",
    ])
      await writeFile(join(device.folder, name), "{");
    await device.start();
    await device.stop();
    const names = await readdir(device.folder, { recursive: true });
    expect(names.filter((name) => /\.\d+$|\.tmp$/.test(name))).toEqual(["notes.json.12"]);
    expect(device.log.about("put aside")).toEqual([]);
  }, 60_000);
});
