/** The certification's test cases TC_EEVSE_1_1 and 2_1, and those whose features no charger here has. */

import { AccessControl } from "@matter/main/clusters/access-control";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { evseEndpoint, TestBench } from "./test-bench.js";

const { attributes, commands } = EnergyEvse;

/** Attributes that every cluster has (7.13). */
const globals = {
  clusterRevision: 0xfffd,
  featureMap: 0xfffc,
  attributeList: 0xfffb,
  accepted: 0xfff9,
  generated: 0xfff8,
};

let bench: TestBench;
let values: ReadonlyMap<number, unknown>;
beforeAll(async () => {
  bench = await TestBench.start();
  bench.site.plug();
  await bench.device.integration.settled();
  values = await bench.controller.readAll(evseEndpoint, EnergyEvse);
}, 60_000);
afterAll(() => bench.close());

describe("TC_EEVSE_1_1: what every cluster tells of itself", () => {
  test("revision and features", () => {
    expect(values.get(globals.clusterRevision)).toBe(4);
    expect(values.get(globals.featureMap)).toEqual({
      chargingPreferences: true,
      soCReporting: false,
      plugAndCharge: false,
      rfid: false,
      v2X: false,
    });
  });

  test("all mandatory attributes, and two of the optional ones", () => {
    const mandatory = [0, 1, 2, 3, 5, 6, 7, 35, 36, 37, 38, 64, 65, 66];
    const optional = [attributes.userMaximumChargeCurrent.id, attributes.approximateEvEfficiency.id];
    expect(values.get(globals.attributeList)).toEqual(
      [...mandatory, ...optional, ...Object.values(globals)].sort((a, b) => a - b),
    );
    expect([...values.keys()].sort((a, b) => a - b)).toEqual(values.get(globals.attributeList));
  });

  test("all mandatory commands", () => {
    const { disable, enableCharging, setTargets, getTargets, clearTargets } = commands;
    const ids = [disable, enableCharging, setTargets, getTargets, clearTargets].map(({ id }) => id);
    expect(values.get(globals.accepted)).toEqual(ids.sort((a, b) => a - b));
    expect(values.get(globals.generated)).toEqual([0]);
  });
});

describe("TC_EEVSE_2_1: attributes", () => {
  const highest = 80_000;
  test.each<[name: keyof typeof attributes, expected: unknown]>([
    ["state", EnergyEvse.State.PluggedInNoDemand],
    ["supplyState", EnergyEvse.SupplyState.Disabled],
    ["faultState", EnergyEvse.FaultState.NoError],
    ["chargingEnabledUntil", 946_684_800],
    ["circuitCapacity", 32_000],
    ["minimumChargeCurrent", 0],
    ["maximumChargeCurrent", 0],
    ["userMaximumChargeCurrent", 32_000],
    ["nextChargeStartTime", null],
    ["nextChargeTargetTime", null],
    ["nextChargeRequiredEnergy", null],
    ["nextChargeTargetSoC", null],
    ["approximateEvEfficiency", null],
    ["sessionId", 1],
    ["sessionDuration", 0],
    ["sessionEnergyCharged", 0],
  ])("%s is %p", (name, expected) => expect(values.get(attributes[name].id)).toEqual(expected));

  test.each<[name: "userMaximumChargeCurrent" | "approximateEvEfficiency", value: number]>([
    ["userMaximumChargeCurrent", 30_000],
    ["userMaximumChargeCurrent", 6_000],
    ["userMaximumChargeCurrent", 32_000],
    ["approximateEvEfficiency", 3_500],
  ])("%s can be written with %p", async (name, value) => {
    expect(await bench.write(EnergyEvse, name, value)).toBe("Success");
    expect(await bench.read(EnergyEvse, attributes[name])).toBe(value);
  });

  test.each<[written: number, user: number, why: string]>([
    [highest, 32_000, "the circuit has"],
    [20_000, 12_000, "is enabled"],
    [6_000, 8_000, "is enabled at the least"],
  ])("userMaximumChargeCurrent written with %p is held at %p, as much as %s (9.3.8.10)", async (written, user, why) => {
    const limits = why === "the circuit has" ? [0, 0] : [8_000, 12_000];
    await bench.enable(null, limits[0] ?? 0, limits[1] ?? 0);
    expect(await bench.write(EnergyEvse, "userMaximumChargeCurrent", written)).toBe("Success");
    expect(await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)).toBe(user);
    await bench.enable(null, 0, 0);
    await bench.invoke(EnergyEvse, "disable");
  });

  test("userMaximumChargeCurrent follows what is enabled, and holds again once more is", async () => {
    await bench.write(EnergyEvse, "userMaximumChargeCurrent", 20_000);
    await bench.enable(null, 6_000, 10_000);
    expect(await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)).toBe(10_000);
    await bench.enable(null, 0, 0);
    expect(await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)).toBe(20_000);
    await bench.invoke(EnergyEvse, "disable");
  });

  test.each([-1, 0, 5_999, highest + 1])("userMaximumChargeCurrent can't be %p", async (value) => {
    await bench.write(EnergyEvse, "userMaximumChargeCurrent", 16_000);
    expect(await bench.write(EnergyEvse, "userMaximumChargeCurrent", value)).toBe("ConstraintError");
    expect(await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)).toBe(16_000);
    expect(bench.site.cap).toBe(16);
  });

  test.each(["state", "supplyState", "faultState", "chargingEnabledUntil", "circuitCapacity", "sessionId"])(
    "%s is for reading only",
    async (name) => {
      const value = name === "chargingEnabledUntil" ? null : 1;
      expect(await bench.write(EnergyEvse, name, value)).toBe("UnsupportedWrite");
    },
  );

  test("what the house tells while a controller's write is being stored is told after it", async () => {
    let isWritten = false;
    const writes = Promise.all(
      [20_000, 21_000, 22_000, 23_000].map((value) => bench.write(EnergyEvse, "userMaximumChargeCurrent", value)),
    ).finally(() => (isWritten = true));
    for (let reachable = false; !isWritten; reachable = !reachable) {
      bench.site.reachable = reachable;
      bench.site.change();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await writes).toEqual(["Success", "Success", "Success", "Success"]);
    bench.site.reachable = true;
    bench.site.change();
    await bench.device.integration.settled();
    expect(bench.device.log.lines.filter((line) => line.includes("Cannot lock"))).toEqual([]);
    expect([bench.site.cap, await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)]).toEqual([23, 23_000]);
  });

  test("a maximum set elsewhere is the user's", async () => {
    bench.site.command("Garage", { maxAmpere: 10 });
    expect(await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)).toBe(10_000);
    bench.site.command("Garage", { maxAmpere: null });
    expect(await bench.read(EnergyEvse, attributes.userMaximumChargeCurrent)).toBe(32_000);
  });
});

describe("what no charger here has is not there", () => {
  test("TC_EEVSE_2_5: diagnostics can't be started", async () => {
    expect(await bench.invoke(EnergyEvse, "startDiagnostics")).toBe("UnsupportedCommand");
  });

  test.each(["stateOfCharge", "batteryCapacity"] as const)("TC_EEVSE_2_7: %s is not told", (name) => {
    expect(values.has(attributes[name].id)).toBe(false);
  });

  test("TC_EEVSE_2_8: no id of the vehicle is told", () => {
    expect(values.has(attributes.vehicleId.id)).toBe(false);
  });

  test("TC_EEVSE_2_10: no car is discharged", async () => {
    const fields = { dischargingEnabledUntil: null, maximumDischargeCurrent: 16_000 };
    expect(await bench.invoke(EnergyEvse, "enableDischarging", fields)).toBe("UnsupportedCommand");
    expect(values.has(attributes.maximumDischargeCurrent.id)).toBe(false);
  });

  test("a randomised start is not offered", () => {
    expect(values.has(attributes.randomizationDelayWindow.id)).toBe(false);
  });
});

/** Takes away the controller's own rights, and comes last. */
test("a controller that may only look can't enable charging", async () => {
  const { AccessControlEntryPrivilege: Privilege, AccessControlEntryAuthMode: AuthMode } = AccessControl;
  const view = { privilege: Privilege.View, authMode: AuthMode.Case, subjects: null, targets: null };
  expect(await bench.controller.write(0, AccessControl, "acl", [view])).toBe("Success");
  expect(await bench.enable(null, 6_000, 16_000)).toBe("UnsupportedAccess");
  expect(await bench.write(EnergyEvse, "userMaximumChargeCurrent", 16_000)).toBe("UnsupportedAccess");
  expect(await bench.read(EnergyEvse, attributes.state)).toBe(EnergyEvse.State.PluggedInNoDemand);
});
