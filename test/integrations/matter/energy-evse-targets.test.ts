/** The certification's test case TC_EEVSE_2_3: charging targets. */

import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { EnergyEvseMode } from "@matter/main/clusters/energy-evse-mode";
import { TestBench } from "./test-bench.js";

const { attributes } = EnergyEvse;

const dayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The days of a bitmap, as matter.js has them. */
function daysOf(bitmap: number) {
  return Object.fromEntries(dayNames.map((name, day) => [name, ((bitmap >> day) & 1) === 1]));
}

function schedule(days: number, chargingTargets: readonly object[]) {
  return { dayOfWeekForSequence: daysOf(days), chargingTargets };
}

const everyDay = 0x7f;
const workdays = 0x3e;
const saturday = 0x40;
const sunday = 0x01;

const energyAtNight = { targetTimeMinutesPastMidnight: 1_439, addedEnergy: 25_000_000 };
const fullAtNight = { targetTimeMinutesPastMidnight: 1, targetSoC: 100 };
const tenTimes = Array.from({ length: 10 }, (_, i) => ({
  targetTimeMinutesPastMidnight: 60 + 120 * i,
  addedEnergy: 25_000_000,
}));

let bench: TestBench;
beforeAll(async () => {
  bench = await TestBench.start();
}, 60_000);
afterAll(() => bench.close());

const set = (...chargingTargetSchedules: readonly object[]) =>
  bench.invoke(EnergyEvse, "setTargets", { chargingTargetSchedules });
const get = async () => bench.invoke(EnergyEvse, "getTargets");
const schedules = (...chargingTargetSchedules: readonly object[]) => ({ chargingTargetSchedules });

/** The four attributes of what is charged next. */
async function next() {
  return {
    start: await bench.read(EnergyEvse, attributes.nextChargeStartTime),
    by: await bench.read(EnergyEvse, attributes.nextChargeTargetTime),
    energy: await bench.read(EnergyEvse, attributes.nextChargeRequiredEnergy),
    soc: await bench.read(EnergyEvse, attributes.nextChargeTargetSoC),
  };
}

const nothing = { start: null, by: null, energy: null, soc: null };
const hour = 3_600_000;

describe("TC_EEVSE_2_3: charging preferences", () => {
  test("4, 5: the mode is time of use, and a car is plugged in", async () => {
    expect(await bench.invoke(EnergyEvseMode, "changeToMode", { newMode: 1 })).toMatchObject({ status: 0 });
    bench.site.plug();
    expect(await bench.nextEvent()).toEqual(["EVConnected", { sessionId: 1 }]);
  });

  test("6, 7: without targets nothing comes next", async () => {
    expect(await bench.invoke(EnergyEvse, "clearTargets")).toBe("Success");
    expect(await next()).toEqual(nothing);
    expect(await get()).toEqual(schedules());
  });

  test("8: a target for every day; it is not enabled yet", async () => {
    expect(await set(schedule(everyDay, [energyAtNight]))).toBe("Success");
    expect(bench.site.commands.at(-1)?.targets).toEqual([{ days: [0, 1, 2, 3, 4, 5, 6], time: 1_439, energy: 25 }]);
    const now = bench.clock.now();
    bench.site.plan = { by: now + 10 * hour, energy: 25, from: now + 7 * hour };
    bench.site.change();
    expect(await next()).toEqual(nothing);
  });

  test("9: enabled, it says by when how much is charged, and when that begins", async () => {
    expect(await bench.enable(null, 6_000, 60_000)).toBe("Success");
    expect(await next()).toEqual({
      start: bench.now + 7 * 3_600,
      by: bench.now + 10 * 3_600,
      energy: 25_000_000,
      soc: null,
    });
  });

  test("10: the targets are what was set", async () => {
    expect(await get()).toEqual(schedules(schedule(everyDay, [energyAtNight])));
  });

  test("11, 12: until it is full", async () => {
    expect(await set(schedule(everyDay, [fullAtNight]))).toBe("Success");
    expect(bench.site.commands.at(-1)?.targets).toEqual([{ days: [0, 1, 2, 3, 4, 5, 6], time: 1, energy: null }]);
    const now = bench.clock.now();
    bench.site.plan = { by: now + 12 * hour, energy: null, from: now + 12 * hour };
    bench.site.change();
    const { start, by, energy, soc } = await next();
    expect({ by, energy, soc }).toEqual({ by: bench.now + 12 * 3_600, energy: null, soc: 100 });
    expect(start).toBe(bench.now + 12 * 3_600 - 1);
    expect(await get()).toEqual(schedules(schedule(everyDay, [fullAtNight])));
  });

  test("13 to 15: days are replaced one by one", async () => {
    expect(await set(schedule(saturday, tenTimes))).toBe("Success");
    expect(await set(schedule(sunday, []))).toBe("Success");
    const all = [schedule(workdays, [fullAtNight]), schedule(saturday, tenTimes), schedule(sunday, [])];
    expect(await get()).toEqual(schedules(...all));
    expect(bench.site.commands.at(-1)?.targets).toHaveLength(11);
  });

  test("16, 17: cleared", async () => {
    expect(await bench.invoke(EnergyEvse, "clearTargets")).toBe("Success");
    expect(bench.site.commands.at(-1)?.targets).toEqual([]);
    bench.site.plan = null;
    bench.site.change();
    expect(await next()).toEqual(nothing);
    expect(await get()).toEqual(schedules());
  });

  test.each<[step: string, status: string, ...schedules: object[]]>([
    ["18: two for one day", "ConstraintError", schedule(sunday, [energyAtNight]), schedule(sunday, [fullAtNight])],
    ["19: eleven on one day", "ResourceExhausted", schedule(saturday, [...tenTimes, energyAtNight])],
    ["beside the steps: for no day", "ConstraintError", schedule(0, [energyAtNight])],
    [
      "beside the steps: later than a day is long",
      "ConstraintError",
      schedule(sunday, [{ ...energyAtNight, targetTimeMinutesPastMidnight: 1_440 }]),
    ],
    [
      "beside the steps: a state of charge that nobody knows",
      "ConstraintError",
      schedule(sunday, [{ ...fullAtNight, targetSoC: 80 }]),
    ],
    [
      "beside the steps: less than nothing",
      "ConstraintError",
      schedule(sunday, [{ ...energyAtNight, addedEnergy: -1 }]),
    ],
    ["beside the steps: no amount", "Failure", schedule(sunday, [{ targetTimeMinutesPastMidnight: 60 }])],
  ])("%s: refused, and nothing changes", async (_step, status, ...refused) => {
    const asked = bench.site.commands.length;
    expect(await set(...refused)).toBe(status);
    expect(await get()).toEqual(schedules());
    expect(bench.site.commands).toHaveLength(asked);
  });

  test("20: the car leaves", async () => {
    bench.site.unplug();
    expect(await bench.nextEvent()).toMatchObject(["EVNotDetected", { sessionId: 1 }]);
  });
});

describe("what comes next", () => {
  test("is shown at once where the target has changed, even if its time has not", async () => {
    await bench.invoke(EnergyEvseMode, "changeToMode", { newMode: 1 });
    await bench.enable(null, 6_000, 16_000);
    const by = bench.clock.now() + 10 * hour;
    for (const [addedEnergy, needed] of [
      [20_000_000, 20],
      [12_000_000, 12],
    ] as const) {
      await set(schedule(everyDay, [{ targetTimeMinutesPastMidnight: 420, addedEnergy }]));
      bench.site.plan = { by, energy: needed, from: by - 3 * hour };
      bench.site.change();
      expect((await next()).energy).toBe(addedEnergy);
    }
    bench.site.plan = { by, energy: null, from: by - 3 * hour };
    bench.site.change();
    expect(await next()).toMatchObject({ energy: null, soc: 100 });
  });

  test("counts down quietly", async () => {
    const { nextChargeRequiredEnergy } = attributes;
    const by = bench.clock.now() + 9 * hour;
    bench.site.plan = { by, energy: 10, from: by - 3 * hour };
    bench.site.change();
    await bench.received();
    bench.reports(EnergyEvse, nextChargeRequiredEnergy);
    for (let second = 1; second <= 30; second++) {
      bench.site.plan = { by, energy: 10 - second / 1_000, from: by - 3 * hour };
      await bench.pass(1);
    }
    await bench.received();
    expect(bench.reports(EnergyEvse, nextChargeRequiredEnergy)).toBe(0);
    await bench.invoke(EnergyEvse, "disable");
    await bench.invoke(EnergyEvse, "clearTargets");
  });
});

describe("a target is the same wherever it comes from", () => {
  test("one that was set elsewhere is read here, days with the same targets together", async () => {
    bench.site.command("Garage", {
      targets: [
        { days: [1, 2, 3, 4, 5], time: 420, energy: 12.5 },
        { days: [1], time: 1_080, energy: null },
      ],
    });
    const morning = { targetTimeMinutesPastMidnight: 420, addedEnergy: 12_500_000 };
    const evening = { targetTimeMinutesPastMidnight: 1_080, targetSoC: 100 };
    expect(await get()).toEqual(schedules(schedule(0b0000010, [morning, evening]), schedule(0b0111100, [morning])));
  });

  test("setting one day leaves the others as they were set elsewhere", async () => {
    await set(schedule(0b0000010, [energyAtNight]));
    expect(bench.site.commands.at(-1)?.targets).toEqual([
      { days: [2, 3, 4, 5], time: 420, energy: 12.5 },
      { days: [1], time: 1_439, energy: 25 },
    ]);
  });
});
