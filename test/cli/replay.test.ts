import { grid, lastDecision, replay, replayText, start, sunny, charging, house } from "./replay-support.js";

test("a line with sun and a charging car is answered with time, current, phases and a reason", async () => {
  expect(await replay([{ ...sunny(0), commands: { Garage: { mode: "solar" } } }])).toEqual([
    {
      time: start,
      chargers: {
        Garage: { allowCharging: true, current: 10, phases: 1, reason: expect.stringContaining("kW of surplus") },
      },
    },
  ]);
});

test("one line out for each line in, in their order", async () => {
  const lines = Array.from({ length: 50 }, (_, second) => sunny(second));
  const answers = await replay(lines);
  expect(answers.map((answer) => ("time" in answer ? answer.time : answer))).toEqual(lines.map(({ time }) => time));
});

test("5 000 lines at once are all answered", async () => {
  const lines = Array.from({ length: 5_000 }, (_, second) => JSON.stringify(sunny(second)));
  const answers = await replayText([`${lines.join("\n")}\n`]);
  expect(answers).toHaveLength(5_000);
  expect(answers.at(-1)).toMatchObject({ time: start + 4_999_000 });
});

test("a current of 0 goes with no permission, and only that", async () => {
  const decisions = (await replay([0, 400, 800, 1_200].map((at) => ({ ...sunny(at), meters: grid(4_000) })))).map(
    (answer) => ("chargers" in answer ? answer.chargers["Garage"] : undefined),
  );
  for (const decision of decisions) expect(decision?.allowCharging).toBe((decision?.current ?? -1) > 0);
  expect(decisions.at(-1)).toMatchObject({ allowCharging: false, current: 0 });
});

describe("commands", () => {
  /** Sun for hours, so that nothing else holds the car back. */
  async function after(command: object, following: object = {}) {
    const first = { ...sunny(0), commands: { Garage: command } };
    return lastDecision(await replay([first, ...[2, 4, 6, 8].map((at) => ({ ...sunny(at), ...following }))]));
  }

  test.each([
    ["off", { allowCharging: false, current: 0 }],
    ["fast", { allowCharging: true, current: 16 }],
    ["solar", { allowCharging: true }],
    ["solar-min", { allowCharging: true }],
  ])("mode %s", async (mode, expected) => {
    expect(await after({ mode })).toMatchObject(expected);
  });

  test("a stop by hand holds, a start by hand ends it", async () => {
    expect(await after({ allowCharging: false })).toMatchObject({ allowCharging: false, current: 0 });
    const started = { commands: { Garage: { allowCharging: true } } };
    expect(await after({ allowCharging: false }, started)).toMatchObject({ allowCharging: true });
  });

  test("a cap of their own, which null lifts", async () => {
    expect(await after({ mode: "fast", maxAmpere: 8 })).toMatchObject({ current: 8 });
    expect(await after({ mode: "fast", maxAmpere: 8 }, { commands: { Garage: { maxAmpere: null } } })).toMatchObject({
      current: 16,
    });
  });

  test("a cap by power, which null lifts", async () => {
    expect(await after({ mode: "fast", powerLimit: 1_840 })).toMatchObject({ current: 8, phases: 1 });
    expect(
      await after({ mode: "fast", powerLimit: 1_840 }, { commands: { Garage: { powerLimit: null } } }),
    ).toMatchObject({
      current: 16,
    });
  });

  test("an energy limit that the session has reached pauses, 0 lifts it", async () => {
    const full = { chargers: { Garage: { ...charging, sessionChargeConsumption: 5 } } };
    expect(await after({ mode: "fast", sessionChargeConsumptionLimit: 5 }, full)).toMatchObject({ current: 0 });
    const lifted = { ...full, commands: { Garage: { sessionChargeConsumptionLimit: 0 } } };
    expect(await after({ mode: "fast", sessionChargeConsumptionLimit: 5 }, lifted)).toMatchObject({ current: 16 });
  });
});

describe("wishes", () => {
  const garage = (keys: object) => ({
    ...house,
    site: { ...house.site, timeZone: "UTC" },
    chargers: [{ ...house.chargers[0], ...keys }],
  });
  const idle = { ...charging, state: "connected", currents: [0, 0, 0], power: 0, allowCharging: false };
  /** A car that waits beside a house that draws a little. */
  const dark = (seconds: number, more: object = {}) => ({
    time: start + seconds * 1_000,
    meters: grid(300 + seconds / 1_000),
    chargers: { Garage: idle },
    ...more,
  });
  const ask = (command: object) => dark(0, { commands: { Garage: command } });

  test("a minimum, which null lifts", async () => {
    const first = ask({ mode: "solar-min", minAmpere: 9 });
    expect(lastDecision(await replay([first, dark(2), dark(4)]))).toMatchObject({ current: 9 });
    const lifted = dark(4, { commands: { Garage: { minAmpere: null } } });
    const later = Array.from({ length: 20 }, (_, i) => dark(6 + 2 * i));
    expect(lastDecision(await replay([first, dark(2), lifted, ...later]))).toMatchObject({ current: 6 });
  });

  test("a start that ends at its time", async () => {
    const first = ask({ allowCharging: true, until: start + 6_000 });
    expect(lastDecision(await replay([first, dark(2), dark(5)]))).toMatchObject({ allowCharging: true });
    expect(lastDecision(await replay([first, dark(2), dark(6)]))).toMatchObject({ allowCharging: false });
  });

  test("targets: all current for one that presses, and the sun's for one that does not", async () => {
    const late = ask({ targets: [{ time: "15:30", energy: 20 }] });
    const pressing = lastDecision(await replay([late, dark(2), dark(4)], garage({})));
    expect(pressing).toMatchObject({ current: 16, reason: expect.stringContaining("by 15:30, of which") });
    const early = ask({ targets: [{ days: ["mon"], time: "07:00", energy: 20 }] });
    const waiting = lastDecision(await replay([early, dark(2), dark(4)], garage({})));
    expect(waiting).toMatchObject({
      current: 0,
      reason: expect.stringMatching(/all current from 00:\d\d for 20 kWh by 07:00$/),
    });
  });

  test("cheap hours by the prices on a line", async () => {
    const block = { ...garage({ cheapHours: true }), tariff: { priceLimit: 0.2 } };
    const told = (price: number) => dark(2, { site: { prices: [{ start: "2025-06-15T15:00:00Z", price }] } });
    expect(lastDecision(await replay([dark(0), told(0.2), dark(4)], block))).toMatchObject({ current: 16 });
    expect(lastDecision(await replay([dark(0), told(0.3), dark(4)], block))).toMatchObject({ current: 0 });
  });

  test("a car's tag as the charger tells it", async () => {
    const block = {
      ...garage({ mode: "fast", unknownTags: "refuse" }),
      cars: [{ name: "Zoe", tags: ["04a1"], maxCurrent: 10 }],
    };
    const tagged = (tag: string) => [0, 2, 4].map((at) => dark(at, { chargers: { Garage: { ...idle, tag } } }));
    expect(lastDecision(await replay(tagged("04A1"), block))).toMatchObject({ current: 10 });
    expect(lastDecision(await replay(tagged("04FF"), block))).toMatchObject({ current: 0 });
  });
});

describe("the grid operator's limit", () => {
  const fast = { ...sunny(0), commands: { Garage: { mode: "fast" } } };

  test("holds until null lifts it", async () => {
    const limited = [fast, { ...sunny(2), site: { powerLimit: 5_520 } }, sunny(4), sunny(6)];
    expect(lastDecision(await replay(limited))).toMatchObject({ allowCharging: true, current: 8, phases: 3 });
    const lifted = [...limited, { ...sunny(8), site: { powerLimit: null } }, sunny(10)];
    expect(lastDecision(await replay(lifted))).toMatchObject({ current: 16 });
  });

  test("of 0 W pauses", async () => {
    expect(lastDecision(await replay([fast, { ...sunny(2), site: { powerLimit: 0 } }]))).toMatchObject({ current: 0 });
  });

  test("of 4.2 kW is never passed by both chargers together", async () => {
    const block = {
      ...house,
      chargers: [...house.chargers, { name: "Carport", driver: "go-e", host: "192.168.1.37" }],
    };
    const both = { Garage: charging, Carport: charging };
    const modes = { Garage: { mode: "fast" }, Carport: { mode: "fast" } };
    const lines = [0, 2, 4, 6, 8].map((at) => ({
      ...sunny(at),
      chargers: both,
      commands: modes,
      site: { powerLimit: 4_200 },
    }));
    for (const answer of await replay(lines, block)) {
      if (!("chargers" in answer)) throw new Error(answer.error);
      const watts = Object.values(answer.chargers).map(({ current, phases }) => current * phases * 230);
      expect(watts.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(4_200);
      expect(watts).toHaveLength(2);
    }
  });
});

describe("readings", () => {
  test.each<[why: string, soc: number | null, current: number]>([
    ["from its priority on, what the battery takes is for the car", 80, 9],
    ["below it the battery comes first", 40, 0],
    ["and so it does without a state of charge", null, 0],
  ])("a battery: %s", async (_why, soc, current) => {
    const battery = { name: "Cellar", driver: "shelly-3em", transport: "http", host: "192.168.1.22" };
    const meters = [...house.meters, { ...battery, measures: ["battery"] }];
    const block = { ...house, meters, surplus: { batteryPriority: 50 } };
    const lines = Array.from({ length: 60 }, (_, i) => ({
      time: start + i * 5_000,
      meters: { ...grid(i / 10), Cellar: { battery: { power: -2_300, soc } } },
      chargers: { Garage: { state: "connected", allowCharging: false, maxAmpere: 6, phases: 1, power: 0 } },
    }));
    expect(lastDecision(await replay(lines, block)).current).toBe(current);
  });

  test("of a meter are the same with and without their place, where it has only one", async () => {
    const { Grid } = grid(-2_300, -3.3);
    const bare = { ...sunny(0), meters: { Grid: Grid.grid } };
    expect(await replay([bare])).toEqual(await replay([sunny(0)]));
  });

  test("of a meter that measures the roof without its place are not the grid's", async () => {
    const roof = { ...sunny(0), meters: { Roof: { power: -9_000 } } };
    expect(lastDecision(await replay([roof])).current).toBeLessThanOrEqual(6);
  });

  test("that failed raise nothing, and end a charge from the sun once they are old", async () => {
    const silent = (seconds: number) => ({
      time: start + seconds * 1_000,
      meters: { Grid: null },
      chargers: { Garage: charging },
    });
    const [first, second] = [lastDecision(await replay([sunny(0)])), lastDecision(await replay([sunny(0), silent(2)]))];
    expect(second.current).toBeLessThanOrEqual(first.current);
    const long = [sunny(0), ...Array.from({ length: 60 }, (_, index) => silent(2 * index + 2))];
    expect(lastDecision(await replay(long))).toMatchObject({ allowCharging: false, current: 0 });
  });

  test("left out are no news: for a while all stays as it was", async () => {
    const answers = await replay([sunny(0), { time: start + 1_000 }]);
    expect(lastDecision(answers).allowCharging).toBe(true);
  });

  test("of devices that are not configured change nothing", async () => {
    const strangers = {
      ...sunny(0),
      meters: { ...sunny(0).meters, Other: { grid: { power: -20_000 } } },
      chargers: { ...sunny(0).chargers, Other: charging },
    };
    expect(await replay([strangers])).toEqual(await replay([sunny(0)]));
  });
});

test("a config without a charger answers with none", async () => {
  expect(await replay([{ time: start }], { site: { mainFuse: 25 } })).toEqual([{ time: start, chargers: {} }]);
});
