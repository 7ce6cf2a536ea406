/** The certification's test cases TC_EEVSE_2_4, faults, and 2_9, RFID. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { DeviceEnergyManagement } from "@matter/main/clusters/device-energy-management";
import { TestSite } from "./test-site.js";
import { TestBench } from "./test-bench.js";

const { attributes, State, SupplyState, FaultState, EnergyTransferStoppedReason: Reason } = EnergyEvse;

let bench: TestBench;
beforeAll(async () => {
  const site = new TestSite();
  site.report({ tag: "04a2b3c4" });
  bench = await TestBench.start(site);
}, 60_000);
afterAll(() => bench.close());

const read = (attribute: { readonly id: number }) => bench.read(EnergyEvse, attribute);

/** State, supply state and fault. */
async function states() {
  return [await read(attributes.state), await read(attributes.supplyState), await read(attributes.faultState)];
}

const fault = (state: EnergyEvse.State, before: EnergyEvse.FaultState, now: EnergyEvse.FaultState) => [
  "Fault",
  { sessionId: 1, state, faultStatePreviousState: before, faultStateCurrentState: now },
];

describe("TC_EEVSE_2_4: faults", () => {
  test("3 to 6: a car charges", async () => {
    bench.site.plug();
    expect(await bench.nextEvent()).toEqual(["EVConnected", { sessionId: 1 }]);
    expect(await bench.enable(null, 6_000, 60_000)).toBe("Success");
    bench.site.ask(true);
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStarted", { sessionId: 1, maximumCurrent: 32_000 }]);
    expect(await states()).toEqual([State.PluggedInCharging, SupplyState.ChargingEnabled, FaultState.NoError]);
  });

  test("7: a ground fault", async () => {
    bench.site.report({ state: "fault", error: "RCCB" });
    expect(await bench.nextEvent()).toEqual(fault(State.PluggedInCharging, FaultState.NoError, FaultState.GroundFault));
    expect(await states()).toEqual([State.Fault, SupplyState.DisabledError, FaultState.GroundFault]);
    const { esaState } = DeviceEnergyManagement.attributes;
    expect(await bench.read(DeviceEnergyManagement, esaState)).toBe(DeviceEnergyManagement.EsaState.Fault);
  });

  test("8: then it is too hot", async () => {
    bench.site.report({ error: "OVER_TEMPERATURE" });
    expect(await bench.nextEvent()).toEqual(fault(State.Fault, FaultState.GroundFault, FaultState.OverTemperature));
    expect(await states()).toEqual([State.Fault, SupplyState.DisabledError, FaultState.OverTemperature]);
  });

  test("beside the steps: enabling is refused meanwhile, disabling is not, and takes effect", async () => {
    expect(await bench.enable(null, 6_000, 16_000)).toBe("Failure");
    expect(await bench.invoke(EnergyEvse, "disable")).toBe("Success");
    expect(await read(attributes.supplyState)).toBe(SupplyState.DisabledError);
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStopped", { reason: Reason.EvseStopped }]);
    bench.site.command("Garage", { mode: "fast" });
  });

  test("9: all is well again, and it goes on charging", async () => {
    bench.site.report({ state: "charging", error: "NONE" });
    expect(await bench.nextEvent()).toEqual(fault(State.Fault, FaultState.OverTemperature, FaultState.NoError));
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStarted", { sessionId: 1 }]);
    expect(await states()).toEqual([State.PluggedInCharging, SupplyState.ChargingEnabled, FaultState.NoError]);
  });

  test("beside the steps: a fault that ends the charge ends the transfer then, not when the fault ends", async () => {
    bench.site.report({ state: "fault", error: "RCCB", currentL1: 0, currentL2: 0, currentL3: 0 });
    expect(await bench.nextEvent()).toMatchObject(["Fault", { faultStateCurrentState: FaultState.GroundFault }]);
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStopped", { reason: Reason.EvseStopped }]);
    bench.site.report({ state: "charging", error: "NONE" });
    expect(await bench.nextEvent()).toMatchObject(["Fault", { faultStateCurrentState: FaultState.NoError }]);
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStarted", { sessionId: 1 }]);
  });

  test("10: the car has had enough", async () => {
    bench.site.report({ state: "connected" });
    expect(await bench.nextEvent()).toMatchObject(["EnergyTransferStopped", { reason: Reason.EvStopped }]);
  });

  test("11: it leaves", async () => {
    bench.site.report({ state: "disconnected" });
    expect(await bench.nextEvent()).toMatchObject(["EVNotDetected", { sessionId: 1, state: State.PluggedInNoDemand }]);
  });

  test("a charger that does not answer has no state, and is offline", async () => {
    bench.site.reachable = false;
    bench.site.change();
    expect(await read(attributes.state)).toBeNull();
    const { esaState } = DeviceEnergyManagement.attributes;
    expect(await bench.read(DeviceEnergyManagement, esaState)).toBe(DeviceEnergyManagement.EsaState.Offline);
    bench.site.reachable = true;
    bench.site.change();
    expect(await read(attributes.state)).toBe(State.NotPluggedIn);
  });
});

describe("TC_EEVSE_2_9: RFID", () => {
  test("a charger that has told a tag has the feature", async () => {
    const featureMap = { id: 0xfffc };
    expect(await read(featureMap)).toMatchObject({ rfid: true });
  });

  test.each([
    ["04a2b3c4", "04a2b3c4"],
    ["04:A2:B3:C4:D5:E6:F7", "04a2b3c4d5e6f7"],
    ["00112233445566778899", "00112233445566778899"],
  ])("tag %s is told as its bytes", async (tag, bytes) => {
    bench.site.report({ tag: null });
    bench.site.report({ tag });
    const [name, payload] = await bench.nextEvent();
    expect([name, payload]).toEqual(["RFID", { uid: Uint8Array.from(Buffer.from(bytes, "hex")) }]);
  });

  test("what is no tag of ISO 14443A is not told", async () => {
    bench.site.report({ tag: "Anna" });
    bench.site.report({ tag: "04a2b3c4" });
    expect(await bench.nextEvent()).toMatchObject(["RFID", {}]);
  });
});
