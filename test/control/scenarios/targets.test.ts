import type { ChargerSettings } from "../../../src/control/settings.js";
import type { Plan } from "../../../src/model/commands.js";
import { charger, charging, connected, disconnected, Run, siteSettings, start } from "../support.js";
import { alive, charge, command, hour, live, restart, runWith } from "./support.js";

/** It is 15:06:40; by 03:00 that is in 11:53:20, and 7.36 kWh take two hours at 16 A on one phase. */
const byThree = { days: [0, 1, 2, 3, 4, 5, 6], time: 180, energy: 7.36 } as const;
const three = { weekday: null, minutes: 180 };
const upcoming = {
  code: "target-upcoming",
  from: { weekday: null, minutes: expect.closeTo(45, -1) },
  energy: expect.closeTo(7.36, 1),
  by: three,
};
const threeOClock = start + 42_800_000;

const planOf = (run: Run): Plan | undefined => run.last?.plans["Garage"];

describe("a target", () => {
  test("is reached by its time, and not long before: the sun had its chance", () => {
    const run = runWith({ mode: "solar", targets: [byThree] });
    charge(run, 60, 2);
    expect(run.decision("Garage")).toMatchObject({ current: 0 });
    expect(run.decision("Garage").reasons).toMatchObject([{ code: "surplus-too-low" }, upcoming]);
    expect(planOf(run)).toMatchObject({ by: threeOClock, energy: 7.36 });

    charge(run, 9.4 * hour, 2);
    expect(run.decision("Garage").current).toBe(0);
    charge(run, 0.3 * hour, 2);
    expect(run.decision("Garage")).toMatchObject({ current: 16 });
    expect(run.decision("Garage").reasons).toMatchObject([
      { code: "target-due", energy: expect.closeTo(7.2, 0), by: three, possible: null },
    ]);
    const begun = planOf(run)?.from;
    charge(run, hour, 2);
    expect(planOf(run)?.from).toBe(begun);

    charge(run, 1.15 * hour, 2);
    expect(run.memory.chargers["Garage"]?.charged).toBeGreaterThanOrEqual(7.36);
    expect(planOf(run)).toMatchObject({ energy: 0 });
    expect(run.decision("Garage").current).toBe(0);
  });

  test("what the sun gave by day need not come from the grid", () => {
    const run = runWith({ mode: "solar", targets: [byThree] });
    charge(run, 3 * hour, -12);
    expect(planOf(run)).toMatchObject({ energy: 0 });
    charge(run, 8 * hour, 2);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("that can't be reached any more: all current at once, and it says how far it gets", () => {
    const run = runWith({ mode: "solar", targets: [{ ...byThree, energy: 60 }] });
    charge(run, 60, 2);
    expect(run.decision("Garage")).toMatchObject({ current: 16 });
    expect(run.decision("Garage").reasons).toEqual([
      { code: "target-due", energy: expect.closeTo(59.9, 1), by: three, possible: expect.closeTo(43.7, 1) },
    ]);
  });

  test("that is set by a person replaces the configured ones, over a restart too", () => {
    const run = runWith({ mode: "solar", targets: [byThree] });
    charge(run, 60, 2);
    command(run, { targets: [{ ...byThree, time: 240, energy: 5 }] });
    restart(run);
    charge(run, 60, 2);
    expect(planOf(run)).toMatchObject({ by: threeOClock + 3_600_000, energy: 5 });
    command(run, { targets: [] });
    charge(run, 60, 2);
    expect(planOf(run)).toBeUndefined();
  });

  test("counts from the one before it", () => {
    const run = runWith({ mode: "solar", targets: [{ ...byThree, energy: 3 }] });
    charge(run, 12.5 * hour, 2);
    expect(run.memory.chargers["Garage"]?.charged).toBeGreaterThanOrEqual(3);
    expect(planOf(run)).toMatchObject({ by: threeOClock + 24 * 3_600_000, energy: 3 });
  });

  test("a restart in the middle of it forgets nothing", () => {
    const run = runWith({ mode: "solar", targets: [byThree] });
    charge(run, 10.5 * hour, 2);
    const charged = run.memory.chargers["Garage"]?.charged ?? 0;
    if (charged === 0) throw new Error("it should have begun");
    restart(run);
    charge(run, 60, 2, { sessionChargeConsumption: charged });
    expect(run.decision("Garage").current).toBe(16);
    expect(planOf(run)?.energy).toBeCloseTo(7.36 - charged, 6);
  });

  test("is of no car once it is unplugged, and of none that is stopped or off", () => {
    const run = runWith({ mode: "solar", targets: [byThree] });
    charge(run, 60, 2);
    command(run, { allowCharging: false });
    charge(run, 60, 2);
    expect(planOf(run)).toBeUndefined();
    command(run, { allowCharging: true });
    charge(run, 60, 2);
    expect(planOf(run)).toBeDefined();
    live(run, 60, 2, disconnected);
    expect(planOf(run)).toBeUndefined();
  });

  test("is all that a charger waits for in the mode for it: no sun starts it, and its plan is known", () => {
    const run = runWith({ mode: "scheduled", targets: [byThree] });
    charge(run, hour, -12);
    expect(run.decision("Garage")).toMatchObject({ current: 0 });
    expect(run.decision("Garage").reasons).toMatchObject([{ code: "waits-for-schedule", next: upcoming }]);
    expect(planOf(run)).toMatchObject({ by: threeOClock, energy: 7.36 });
    charge(run, 9 * hour, 2);
    expect(run.decision("Garage")).toMatchObject({ current: 16 });
    command(run, { mode: "off" });
    charge(run, 60, 2);
    expect(planOf(run)).toBeUndefined();
  });

  test("breaks neither the fuse nor the grid operator's limit", () => {
    const run = runWith({ mode: "solar", targets: [{ ...byThree, energy: 60 }] });
    charge(run, 120, 15);
    expect(run.decision("Garage").current).toBe(10);
    run.after(5, { powerLimit: 1_840 });
    charge(run, 60, 2);
    expect(run.decision("Garage").current).toBe(8);
    expect(run.decision("Garage").reasons).toEqual([{ code: "site-power-limit", power: 1_840 }]);
  });

  test("takes the cheap hours before the last ones", () => {
    const cheapHours = [{ days: byThree.days, from: 20 * 60, to: 23 * 60 }];
    const run = runWith(
      { mode: "solar", targets: [byThree] },
      { tariff: { cheapHours, prices: [], priceLimit: null } },
    );
    charge(run, 60, 2);
    expect(planOf(run)?.from).toBe(threeOClock - (4 * 60 + 137) * 60_000);
    charge(run, 6 * hour, 2);
    expect(run.decision("Garage").current).toBe(16);
  });

  test("takes the cheapest of the prices that came in", () => {
    const run = runWith({ mode: "solar", targets: [byThree] });
    const prices = [0.4, 0.3, 0.1, 0.3, 0.4].map((price, i) => ({
      start: threeOClock - (10 - 2 * i) * 3_600_000,
      price,
    }));
    run.after(1, { prices: [...prices].reverse() });
    charge(run, 60, 2);
    // The cheapest two hours, and the reserve in the later of the next.
    expect(planOf(run)?.from).toBe(threeOClock - 6 * 3_600_000);
  });
});

describe("a car that is full", () => {
  test("stays allowed until the time of its target: no contactor is worn", () => {
    const run = runWith({ mode: "solar", targets: [{ ...byThree, energy: null }] });
    live(run, 30, 2);
    const turns = new Set<boolean>();
    for (let passed = 0; passed < hour; passed += 10) {
      const { allowCharging } = run.decision("Garage");
      turns.add(allowCharging);
      run.after(10, {
        meters: { Grid: alive(run, 2) },
        chargers: { Garage: connected({ allowCharging, maxAmpere: allowCharging ? 16 : 6 }) },
      });
    }
    expect([...turns]).toEqual([true]);
    expect(planOf(run)?.energy).toBeNull();
  });
});

describe("cheap hours", () => {
  const tariff = { cheapHours: [{ days: byThree.days, from: 16 * 60, to: 17 * 60 }], prices: [], priceLimit: null };

  test.each<[mode: ChargerSettings["mode"], before: number, within: number, after: number]>([
    ["solar", 0, 16, 0],
    ["solar-min", 6, 16, 6],
    ["scheduled", 0, 16, 0],
    ["fast", 16, 16, 16],
    ["off", 0, 0, 0],
  ])("in mode %s: %i A before, %i A in them, %i A after", (mode, before, within, after) => {
    const run = runWith({ mode, cheapHours: true }, { tariff });
    charge(run, 3_000, 2);
    expect(run.decision("Garage").current).toBe(before);
    charge(run, 600, 2);
    expect(run.decision("Garage").current).toBe(within);
    charge(run, hour, 2);
    expect(run.decision("Garage").current).toBe(after);
  });

  test("what costs no more than the limit is cheap, from the moment it comes in", () => {
    const run = runWith(
      { mode: "solar", cheapHours: true },
      { tariff: { cheapHours: [], prices: [], priceLimit: 0.2 } },
    );
    charge(run, 60, 2);
    expect(run.decision("Garage").current).toBe(0);
    const now = start + run.seconds * 1_000;
    run.after(1, {
      prices: [
        { start: now, price: 0.2 },
        { start: now + 900_000, price: 0.3 },
      ],
    });
    charge(run, 60, 2);
    expect(run.decision("Garage")).toMatchObject({ current: 16 });
    expect(run.decision("Garage").reasons).toMatchObject([{ code: "cheap-energy", price: 0.2 }]);
    run.after(1, { prices: [] });
    charge(run, 400, 2);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("who charges in them takes no sun from a neighbour, and lends it none", () => {
    const chargers = [charger({ cheapHours: true }), charger({ name: "Yard" })];
    const run = new Run(
      siteSettings({
        timeZone: "UTC",
        chargers,
        tariff: { ...tariff, cheapHours: [{ days: byThree.days, from: 0, to: 1_440 }] },
      }),
    );
    for (let passed = 0; passed < 900; passed += 5) {
      const [garage, yard] = run.last ? [run.decision("Garage").current, run.decision("Yard").current] : [0, 0];
      const reading = (current: number) => (current > 0 ? charging(current) : connected());
      // The garage alone takes from the grid: the yard has no sun of its own.
      run.after(5, {
        meters: { Grid: alive(run, -8 + garage + yard) },
        chargers: { Garage: reading(garage), Yard: reading(yard) },
      });
    }
    expect(run.decision("Garage").current).toBe(16);
    expect(run.decision("Yard").current).toBe(0);
  });
});
