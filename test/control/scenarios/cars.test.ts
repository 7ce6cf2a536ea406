import type { ChargerReading } from "../../../src/model/readings.js";
import { car, charging, connected, disconnected, type Run } from "../support.js";
import { charge, command, live, restart, runWith } from "./support.js";

const plugIn = (run: Run, reported: Partial<ChargerReading> = {}) => {
  live(run, 30, 2, disconnected);
  live(run, 5, 2, connected(reported));
};

describe("cars by their tag", () => {
  const vehicles = [
    car({ name: "Zoe", tags: ["A1"], minCurrent: 8, maxCurrent: 13, energyLimit: 5 }),
    car({ name: "Leaf", tags: ["B2"], sunOnly: false }),
    car({ name: "Bus", tags: ["C3"], minPower: 2_300 }),
  ];

  test.each<[why: string, tag: string | null, current: number]>([
    ["no more than it takes at most", "a1", 13],
    ["what the charger gives, for one without a limit", "b2", 16],
    ["also for one that nobody knows", "ff", 16],
  ])("fast: %s", (_why, tag, current) => {
    const run = runWith({ mode: "fast" }, { vehicles });
    charge(run, 60, 2, { tag });
    expect(run.decision("Garage").current).toBe(current);
  });

  test("its own limit ends a session", () => {
    const run = runWith({ mode: "fast" }, { vehicles });
    live(run, 60, 2, charging(6, 1, { tag: "A1", sessionChargeConsumption: 4.9 }));
    expect(run.decision("Garage").current).toBe(13);
    live(run, 5, 2, charging(6, 1, { tag: "A1", sessionChargeConsumption: 5 }));
    expect(run.decision("Garage").reasons).toEqual([{ code: "session-limit-reached", limit: 5 }]);
  });

  test("one that needs not wait for the sun charges with the minimum", () => {
    const run = runWith({ mode: "solar" }, { vehicles });
    live(run, 60, 2, connected({ tag: "B2" }));
    expect(run.decision("Garage").current).toBe(6);
  });

  test("one that needs more power than its minimum waits for it, and stops without it", () => {
    const run = runWith({ mode: "solar" }, { vehicles });
    const chargeFor = (seconds: number, others: number) => charge(run, seconds, others, { tag: "C3" });
    chargeFor(900, -9);
    expect(run.decision("Garage")).toMatchObject({
      current: 0,
      reasons: [{ code: "vehicle-needs-more", surplus: expect.closeTo(2_072, 0), needed: 2_300 }],
    });
    chargeFor(300, -11);
    expect(run.decision("Garage").current).toBe(11);
    chargeFor(900, -9);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("what one car has of its own is not the next one's", () => {
    const run = runWith({ mode: "fast" }, { vehicles });
    charge(run, 60, 2, { tag: "A1" });
    live(run, 10, 2, disconnected);
    live(run, 60, 2);
    expect(run.decision("Garage").current).toBe(16);
  });

  test("unknown ones are refused where that is configured, until a known tag is shown", () => {
    const run = runWith({ mode: "fast", refusesUnknownTags: true }, { vehicles });
    live(run, 60, 2, connected());
    expect(run.decision("Garage")).toMatchObject({ current: 0, reasons: [{ code: "tag-missing" }] });
    live(run, 60, 2, connected({ tag: "ff" }));
    expect(run.decision("Garage")).toMatchObject({ current: 0, reasons: [{ code: "tag-unknown" }] });
    live(run, 5, 2, connected({ tag: "b2" }));
    expect(run.decision("Garage").current).toBe(16);
  });
});

describe("plugging in and out", () => {
  test("the current after plugging in is held for its time, then the sun decides", () => {
    const run = runWith({ mode: "solar", plugInHold: { current: 8, duration: 180_000 } });
    plugIn(run);
    expect(run.decision("Garage")).toMatchObject({ current: 8 });
    expect(run.decision("Garage").reasons).toMatchObject([{ code: "plug-in-hold", current: 8 }]);
    live(run, 170, 2);
    expect(run.decision("Garage").current).toBe(8);
    live(run, 400, 2);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("it is no leave to overload the fuse, nor to pass what cable and owner allow", () => {
    const settings = { mode: "solar", plugInHold: { current: 8, duration: 180_000 } } as const;
    const full = runWith(settings);
    live(full, 60, 20, disconnected);
    live(full, 30, 20, connected());
    expect(full.decision("Garage").current).toBe(0);
    const capped = runWith(settings);
    command(capped, { maxAmpere: 7 });
    plugIn(capped);
    expect(capped.decision("Garage").current).toBe(7);
  });

  test("without a car the current of that is offered", () => {
    const run = runWith({ mode: "solar", unpluggedCurrent: 8 });
    live(run, 60, 2, disconnected);
    expect(run.decision("Garage")).toMatchObject({
      current: 8,
      reasons: [{ code: "ready-without-vehicle", current: 8 }],
    });
    live(run, 600, 2);
    expect(run.decision("Garage").current).toBe(0);
  });

  test("stopped on unplugging: the next car does not start by itself, but by hand", () => {
    const run = runWith({ mode: "fast", stopOnUnplug: true });
    live(run, 60, 2, charging(16));
    live(run, 10, 2, disconnected);
    expect(run.decision("Garage").current).toBe(0);
    live(run, 600, -14, connected());
    expect(run.decision("Garage")).toMatchObject({ current: 0 });
    expect(run.decision("Garage").reasons).toEqual([{ code: "stopped-until-start" }]);
    command(run, { allowCharging: true });
    live(run, 10, 2);
    expect(run.decision("Garage").current).toBe(16);
  });

  test("also over a restart", () => {
    const run = runWith({ mode: "fast", stopOnUnplug: true });
    live(run, 60, 2, charging(16));
    restart(run);
    live(run, 10, 2, disconnected);
    restart(run);
    live(run, 600, 2, connected());
    expect(run.decision("Garage").current).toBe(0);
  });
});
