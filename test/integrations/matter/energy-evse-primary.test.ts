/** The certification's test case TC_EEVSE_2_2 and what goes with it: a car is plugged in, charges, and leaves. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { TestBench } from "./test-bench.js";

const { attributes, State, SupplyState, FaultState, EnergyTransferStoppedReason: Reason } = EnergyEvse;

/** 0 on the wire. */
const never = 946_684_800;

let bench: TestBench;
beforeAll(async () => {
  bench = await TestBench.start();
}, 60_000);
afterAll(() => bench.close());

const read = (attribute: { readonly id: number }) => bench.read(EnergyEvse, attribute);
const started = (maximumCurrent: number, sessionId = 1) => [
  "EnergyTransferStarted",
  { sessionId, state: State.PluggedInCharging, maximumCurrent },
];
const stopped = (reason: EnergyEvse.EnergyTransferStoppedReason, sessionId = 1, energyTransferred: unknown = 0) => [
  "EnergyTransferStopped",
  { sessionId, state: State.PluggedInCharging, reason, energyTransferred },
];

describe("TC_EEVSE_2_2: the primary functions", () => {
  test("3: no car, disabled, no error", async () => {
    expect(await read(attributes.state)).toBe(State.NotPluggedIn);
    expect(await read(attributes.supplyState)).toBe(SupplyState.Disabled);
    expect(await read(attributes.faultState)).toBe(FaultState.NoError);
  });

  test("4: a car is plugged in that asks for nothing yet", async () => {
    bench.site.plug();
    expect(await bench.nextEvent()).toEqual(["EVConnected", { sessionId: 1 }]);
    expect(await read(attributes.state)).toBe(State.PluggedInNoDemand);
    expect(await read(attributes.sessionId)).toBe(1);
  });

  test("5, 6: enabled for 5 s, it charges once the car asks, with what the circuit has", async () => {
    const until = bench.now + 5;
    expect(await bench.enable(until, 6_000, 60_000)).toBe("Success");
    bench.site.ask(true);
    expect(await bench.nextEvent()).toEqual(started(32_000));
    expect(await read(attributes.state)).toBe(State.PluggedInCharging);
    expect(await read(attributes.supplyState)).toBe(SupplyState.ChargingEnabled);
    expect(await read(attributes.chargingEnabledUntil)).toBe(until);
    expect(await read(attributes.minimumChargeCurrent)).toBe(6_000);
    expect(await read(attributes.maximumChargeCurrent)).toBe(32_000);
    expect(bench.site.cap).toBeNull();
  });

  test("7: after that time it is disabled", async () => {
    await bench.pass(7);
    expect(await bench.nextEvent()).toEqual(stopped(Reason.EvseStopped));
    expect(await read(attributes.state)).toBe(State.PluggedInDemand);
    expect(await read(attributes.supplyState)).toBe(SupplyState.Disabled);
    expect(await read(attributes.chargingEnabledUntil)).toBe(never);
  });

  test("8: enabled for good with 12 A, which the house is told", async () => {
    expect(await bench.enable(null, 6_000, 12_000)).toBe("Success");
    expect(await bench.nextEvent()).toEqual(started(12_000));
    expect(await read(attributes.state)).toBe(State.PluggedInCharging);
    expect(await read(attributes.supplyState)).toBe(SupplyState.ChargingEnabled);
    expect(await read(attributes.chargingEnabledUntil)).toBeNull();
    expect(await read(attributes.minimumChargeCurrent)).toBe(6_000);
    expect(await read(attributes.maximumChargeCurrent)).toBe(12_000);
    expect(bench.site.cap).toBe(12);
  });

  test("9: the user's maximum lowers it to 6 A", async () => {
    expect(await bench.write(EnergyEvse, "userMaximumChargeCurrent", 6_000)).toBe("Success");
    expect(await read(attributes.maximumChargeCurrent)).toBe(6_000);
    expect(bench.site.cap).toBe(6);
  });

  test("10: the car has had enough", async () => {
    bench.site.ask(false);
    expect(await bench.nextEvent()).toEqual(stopped(Reason.EvStopped));
    expect(await read(attributes.state)).toBe(State.PluggedInNoDemand);
  });

  test("11: it asks again, and enabling what is enabled starts nothing twice", async () => {
    bench.site.ask(true);
    expect(await bench.enable(null, 6_000, 12_000)).toBe("Success");
    expect(await bench.nextEvent()).toEqual(started(6_000));
    expect(await read(attributes.state)).toBe(State.PluggedInCharging);
  });

  test("12: it has had enough once more", async () => {
    bench.site.ask(false);
    expect(await bench.nextEvent()).toEqual(stopped(Reason.EvStopped));
    expect(await read(attributes.state)).toBe(State.PluggedInNoDemand);
  });

  test("13: it leaves; what was enabled stays so, and the session can still be read", async () => {
    bench.site.unplug();
    expect(await bench.nextEvent()).toEqual([
      "EVNotDetected",
      { sessionId: 1, state: State.PluggedInNoDemand, sessionDuration: 7, sessionEnergyCharged: 0 },
    ]);
    expect(await read(attributes.state)).toBe(State.NotPluggedIn);
    expect(await read(attributes.supplyState)).toBe(SupplyState.ChargingEnabled);
    expect(await read(attributes.sessionId)).toBe(1);
    expect(await read(attributes.sessionDuration)).toBe(7);
  });

  test("14: the next car begins the next session, and charges with the same maximum", async () => {
    bench.site.plug();
    expect(await bench.nextEvent()).toEqual(["EVConnected", { sessionId: 2 }]);
    bench.site.ask(true);
    expect(await bench.nextEvent()).toEqual(started(6_000, 2));
    expect(await read(attributes.sessionId)).toBe(2);
  });

  test("15: disabled, with the energy since it started", async () => {
    bench.site.report({ sessionChargeConsumption: 1.5 });
    expect(await bench.invoke(EnergyEvse, "disable")).toBe("Success");
    expect(await bench.nextEvent()).toEqual(stopped(Reason.EvseStopped, 2, 1_500_000));
    expect(await read(attributes.supplyState)).toBe(SupplyState.Disabled);
    expect(await read(attributes.chargingEnabledUntil)).toBe(never);
    expect(await read(attributes.minimumChargeCurrent)).toBe(0);
    expect(await read(attributes.maximumChargeCurrent)).toBe(0);
  });

  // Over a control pilot without a signal a car can't show that it no longer wants anything: what it showed last holds.
  test("16, 17: it leaves", async () => {
    bench.site.unplug();
    expect(await bench.nextEvent()).toEqual([
      "EVNotDetected",
      { sessionId: 2, state: State.PluggedInDemand, sessionDuration: 0, sessionEnergyCharged: 1_500_000 },
    ]);
  });

  test("18: disabled it stays, for the next car too", async () => {
    bench.site.plug();
    expect(await bench.nextEvent()).toEqual(["EVConnected", { sessionId: 3 }]);
    expect(await read(attributes.supplyState)).toBe(SupplyState.Disabled);
    bench.site.unplug();
    expect(await bench.nextEvent()).toMatchObject(["EVNotDetected", { sessionId: 3 }]);
  });
});

describe("beside the certification's steps", () => {
  test("0 A is a controller's word for the charger's own limits", async () => {
    await bench.write(EnergyEvse, "userMaximumChargeCurrent", 32_000);
    expect(await bench.enable(null, 0, 0)).toBe("Success");
    expect(await read(attributes.supplyState)).toBe(SupplyState.ChargingEnabled);
    expect(await read(attributes.minimumChargeCurrent)).toBe(6_000);
    expect(await read(attributes.maximumChargeCurrent)).toBe(32_000);
    expect(bench.site.cap).toBeNull();
  });

  test("a time that is over disables", async () => {
    expect(await bench.enable(bench.now - 1, 6_000, 16_000)).toBe("Success");
    expect(await read(attributes.supplyState)).toBe(SupplyState.Disabled);
  });

  test("raising the user's maximum again gives no more than was enabled", async () => {
    await bench.enable(null, 6_000, 12_000);
    await bench.write(EnergyEvse, "userMaximumChargeCurrent", 8_000);
    expect(await read(attributes.maximumChargeCurrent)).toBe(8_000);
    await bench.write(EnergyEvse, "userMaximumChargeCurrent", 20_000);
    expect(await read(attributes.maximumChargeCurrent)).toBe(12_000);
    expect(bench.site.cap).toBe(12);
  });

  test.each<[why: string, minimum: number, maximum: number]>([
    ["less than any car can be charged with", 0, 5_999],
    ["a minimum above the maximum", 12_000, 10_000],
    ["a minimum that the charger does not have", 40_000, 40_000],
    ["more than a control pilot can say", 6_000, 80_001],
    ["less than none, at the least", -1, 10_000],
    ["less than none, at the most", 6_000, -1],
  ])("EnableCharging with %s is refused, and nothing changes", async (_why, minimum, maximum) => {
    const before = await bench.controller.readAll(1, EnergyEvse);
    const asked = bench.site.commands.length;
    expect(await bench.enable(null, minimum, maximum)).toBe("ConstraintError");
    expect(await bench.controller.readAll(1, EnergyEvse)).toEqual(before);
    expect(bench.site.commands).toHaveLength(asked);
  });

  test.each(["enableCharging", "disable", "setTargets", "getTargets", "clearTargets"])(
    "%s without a time limit is refused",
    async (command) => {
      const fields = {
        enableCharging: { chargingEnabledUntil: null, minimumChargeCurrent: 0, maximumChargeCurrent: 0 },
        setTargets: { chargingTargetSchedules: [] },
      };
      const asked = bench.site.commands.length;
      const mine = command === "enableCharging" || command === "setTargets" ? fields[command] : undefined;
      expect(await bench.controller.invoke(1, EnergyEvse, command, mine, false)).toBe("NeedsTimedInteraction");
      expect(bench.site.commands).toHaveLength(asked);
    },
  );
});
