/** Values at and beyond Matter's bounds: refused at the door, and one that came in all the same blocks no other. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { TestBench } from "./test-bench.js";

const { attributes, State } = EnergyEvse;

/** On the wire 0 is the beginning of the year 2000. */
const wire = (seconds: number) => 946_684_800 + seconds;

const everyDay = Object.fromEntries(
  ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"].map((day) => [day, true]),
);

let bench: TestBench;
beforeAll(async () => {
  bench = await TestBench.start();
}, 60_000);
afterAll(() => bench.close());

const read = (attribute: { readonly id: number }) => bench.read(EnergyEvse, attribute);

/** A car comes and goes, and all of it is shown. */
async function expectAlive(): Promise<void> {
  bench.site.plug();
  expect(await read(attributes.state)).not.toBe(State.NotPluggedIn);
  const id = await read(attributes.sessionId);
  expect(await bench.nextEvent()).toEqual(["EVConnected", { sessionId: id }]);
  bench.site.unplug();
  expect(await read(attributes.state)).toBe(State.NotPluggedIn);
  expect(await bench.nextEvent()).toMatchObject(["EVNotDetected", { sessionId: id }]);
}

describe("EnableCharging", () => {
  test("until the highest number, which stands for null, is refused, and nothing changes", async () => {
    const asked = bench.site.commands.length;
    expect(await bench.enable(wire(0xffff_ffff), 6_000, 16_000)).toBe("ConstraintError");
    expect(bench.site.commands).toHaveLength(asked);
    await expectAlive();
  });

  test("until the last moment that Matter has is taken", async () => {
    expect(await bench.enable(wire(0xffff_fffe), 6_000, 16_000)).toBe("Success");
    expect(await read(attributes.chargingEnabledUntil)).toBe(wire(0xffff_fffe));
    await expectAlive();
    expect(await bench.invoke(EnergyEvse, "disable")).toBe("Success");
  });

  test.each([2n ** 62n, 2n ** 63n - 1n])("with %p mA at the most is refused", async (current) => {
    const fields = { chargingEnabledUntil: null, minimumChargeCurrent: 6_000, maximumChargeCurrent: current };
    expect(await bench.invoke(EnergyEvse, "enableCharging", fields)).toBe("ConstraintError");
    await expectAlive();
  });
});

describe("SetTargets", () => {
  test.each([1_000_000_001, 2n ** 53n, 2n ** 63n - 1n])(
    "with %p mWh is refused, and nothing changes",
    async (amount) => {
      const asked = bench.site.commands.length;
      const target = { targetTimeMinutesPastMidnight: 60, addedEnergy: amount };
      const chargingTargetSchedules = [{ dayOfWeekForSequence: everyDay, chargingTargets: [target] }];
      expect(await bench.invoke(EnergyEvse, "setTargets", { chargingTargetSchedules })).toBe("ConstraintError");
      expect(bench.site.commands).toHaveLength(asked);
      await expectAlive();
    },
  );
});

describe("what the site says", () => {
  beforeAll(async () => {
    bench.site.command("Garage", { mode: "scheduled" });
    await read(attributes.state);
  });

  test.each([
    ["more energy than 64 bits hold", { by: Date.UTC(2030, 0), from: Date.UTC(2029, 11), energy: 1e300 }],
    ["a time beyond Matter's", { by: 8.64e15, from: 8.63e15, energy: 20 }],
    ["a time before Matter's", { by: 1, from: 0, energy: 20 }],
  ])("%s is shown as the nearest that there is", async (_what, plan) => {
    bench.site.plan = plan;
    bench.site.change();
    expect(await read(attributes.nextChargeTargetTime)).toEqual(expect.any(Number));
    await expectAlive();
    expect(bench.device.log.lines.filter((line) => line.includes("can't be shown"))).toEqual([]);
  });

  test("what can't be shown at all holds up nothing else, and is logged once", async () => {
    bench.site.plan = { by: NaN, from: NaN, energy: 20 };
    bench.site.change();
    await expectAlive();
    await bench.pass(30);
    await expectAlive();
    const told = () => bench.device.log.lines.filter((line) => line.includes("plan of Garage can't be shown"));
    expect(told()).toHaveLength(1);

    bench.site.plan = { by: bench.clock.now() + 7_200_000, from: bench.clock.now() + 3_600_000, energy: 20 };
    bench.site.change();
    expect(await read(attributes.nextChargeTargetTime)).toBe(bench.now + 7_200);
    expect(told()).toHaveLength(1);
  });
});
