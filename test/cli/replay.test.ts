import { grid, lastDecision, replay, replayText, start, sunny, charging, siteBlock } from "./replay-support.js";

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

test("the current is 0 exactly when charging is not allowed", async () => {
  const decisions = (await replay([0, 400, 800, 1_200].map((at) => ({ ...sunny(at), meters: grid(4_000) })))).map(
    (answer) => ("chargers" in answer ? answer.chargers["Garage"] : undefined),
  );
  for (const decision of decisions) expect(decision?.allowCharging).toBe((decision?.current ?? -1) > 0);
  expect(decisions.at(-1)).toMatchObject({ allowCharging: false, current: 0 });
});

describe("commands", () => {
  /** With constant surplus, so that nothing else limits the car. */
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

  test("a stop by hand lasts until a start by hand", async () => {
    expect(await after({ allowCharging: false })).toMatchObject({ allowCharging: false, current: 0 });
    const started = { commands: { Garage: { allowCharging: true } } };
    expect(await after({ allowCharging: false }, started)).toMatchObject({ allowCharging: true });
  });

  test("a current limit, which null lifts", async () => {
    expect(await after({ mode: "fast", maxAmpere: 8 })).toMatchObject({ current: 8 });
    expect(await after({ mode: "fast", maxAmpere: 8 }, { commands: { Garage: { maxAmpere: null } } })).toMatchObject({
      current: 16,
    });
  });

  test("a power limit, which null lifts", async () => {
    expect(await after({ mode: "fast", powerLimit: 1_840 })).toMatchObject({ current: 8, phases: 1 });
    expect(
      await after({ mode: "fast", powerLimit: 1_840 }, { commands: { Garage: { powerLimit: null } } }),
    ).toMatchObject({
      current: 16,
    });
  });

  test("a reached energy limit pauses, 0 lifts it", async () => {
    const full = { chargers: { Garage: { ...charging, sessionChargeConsumption: 5 } } };
    expect(await after({ mode: "fast", sessionChargeConsumptionLimit: 5 }, full)).toMatchObject({ current: 0 });
    const lifted = { ...full, commands: { Garage: { sessionChargeConsumptionLimit: 0 } } };
    expect(await after({ mode: "fast", sessionChargeConsumptionLimit: 5 }, lifted)).toMatchObject({ current: 16 });
  });
});

describe("minimum, timed start, targets, prices and tags", () => {
  const garage = (keys: object) => ({
    ...siteBlock,
    site: { ...siteBlock.site, timeZone: "UTC" },
    chargers: [{ ...siteBlock.chargers[0], ...keys }],
  });
  const idle = { ...charging, state: "connected", currents: [0, 0, 0], power: 0, allowCharging: false };
  /** A waiting car and a small household load. */
  const dark = (seconds: number, more: object = {}) => ({
    time: start + seconds * 1_000,
    meters: grid(300 + seconds / 1_000),
    chargers: { Garage: idle },
    ...more,
  });
  const commanded = (command: object) => dark(0, { commands: { Garage: command } });

  test("a minimum, which null lifts", async () => {
    const first = commanded({ mode: "solar-min", minAmpere: 9 });
    expect(lastDecision(await replay([first, dark(2), dark(4)]))).toMatchObject({ current: 9 });
    const lifted = dark(4, { commands: { Garage: { minAmpere: null } } });
    const later = Array.from({ length: 20 }, (_, i) => dark(6 + 2 * i));
    expect(lastDecision(await replay([first, dark(2), lifted, ...later]))).toMatchObject({ current: 6 });
  });

  test("a timed start ends at its time", async () => {
    const first = commanded({ allowCharging: true, until: start + 6_000 });
    expect(lastDecision(await replay([first, dark(2), dark(5)]))).toMatchObject({ allowCharging: true });
    expect(lastDecision(await replay([first, dark(2), dark(6)]))).toMatchObject({ allowCharging: false });
  });

  test("a target: all current once it is due, and surplus only before", async () => {
    const late = commanded({ targets: [{ time: "15:30", energy: 20 }] });
    const pressing = lastDecision(await replay([late, dark(2), dark(4)], garage({})));
    expect(pressing).toMatchObject({ current: 16, reason: expect.stringContaining("by 15:30, of which") });
    const early = commanded({ targets: [{ days: ["mon"], time: "07:00", energy: 20 }] });
    const waiting = lastDecision(await replay([early, dark(2), dark(4)], garage({})));
    expect(waiting).toMatchObject({
      current: 0,
      reason: expect.stringMatching(/all current from 00:\d\d for 20 kWh by 07:00$/),
    });
  });

  test("cheap hours by the prices of a line", async () => {
    const block = { ...garage({ cheapHours: true }), tariff: { priceLimit: 0.2 } };
    const priced = (price: number) => dark(2, { site: { prices: [{ start: "2025-06-15T15:00:00Z", price }] } });
    expect(lastDecision(await replay([dark(0), priced(0.2), dark(4)], block))).toMatchObject({ current: 16 });
    expect(lastDecision(await replay([dark(0), priced(0.3), dark(4)], block))).toMatchObject({ current: 0 });
  });

  test("a car's tag, as the charger reports it", async () => {
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

  test("lasts until null lifts it", async () => {
    const limited = [fast, { ...sunny(2), site: { powerLimit: 5_520 } }, sunny(4), sunny(6)];
    expect(lastDecision(await replay(limited))).toMatchObject({ allowCharging: true, current: 8, phases: 3 });
    const lifted = [...limited, { ...sunny(8), site: { powerLimit: null } }, sunny(10)];
    expect(lastDecision(await replay(lifted))).toMatchObject({ current: 16 });
  });

  test("of 0 W pauses", async () => {
    expect(lastDecision(await replay([fast, { ...sunny(2), site: { powerLimit: 0 } }]))).toMatchObject({ current: 0 });
  });

  test("of 4.2 kW is never exceeded by both chargers together", async () => {
    const block = {
      ...siteBlock,
      chargers: [...siteBlock.chargers, { name: "Carport", driver: "go-e", host: "192.168.1.37" }],
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
    ["from its priority on, its charging power is surplus", 80, 9],
    ["below it, the battery comes first", 40, 0],
    ["without a state of charge, the battery comes first", null, 0],
  ])("a battery: %s", async (_why, soc, current) => {
    const battery = { name: "Cellar", driver: "shelly-3em", transport: "http", host: "192.168.1.22" };
    const meters = [...siteBlock.meters, { ...battery, measures: ["battery"] }];
    const block = { ...siteBlock, meters, surplus: { batteryPriority: 50 } };
    const lines = Array.from({ length: 60 }, (_, i) => ({
      time: start + i * 5_000,
      meters: { ...grid(i / 10), Cellar: { battery: { power: -2_300, soc } } },
      chargers: { Garage: { state: "connected", allowCharging: false, maxAmpere: 6, phases: 1, power: 0 } },
    }));
    expect(lastDecision(await replay(lines, block)).current).toBe(current);
  });

  test("of a meter are the same with and without their role, where it has only one", async () => {
    const { Grid } = grid(-2_300, -3.3);
    const bare = { ...sunny(0), meters: { Grid: Grid.grid } };
    expect(await replay([bare])).toEqual(await replay([sunny(0)]));
  });

  test("without a role, of a meter that measures pv, are not the grid's", async () => {
    const roof = { ...sunny(0), meters: { Roof: { power: -9_000 } } };
    expect(lastDecision(await replay([roof])).current).toBeLessThanOrEqual(6);
  });

  test("that failed raise nothing, and end solar charging after a while", async () => {
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

  test("left out change nothing for a while", async () => {
    const answers = await replay([sunny(0), { time: start + 1_000 }]);
    expect(lastDecision(answers).allowCharging).toBe(true);
  });

  test("of unknown devices change nothing", async () => {
    const withUnknown = {
      ...sunny(0),
      meters: { ...sunny(0).meters, Other: { grid: { power: -20_000 } } },
      chargers: { ...sunny(0).chargers, Other: charging },
    };
    expect(await replay([withUnknown])).toEqual(await replay([sunny(0)]));
  });
});

test("without chargers there are no decisions", async () => {
  expect(await replay([{ time: start }], { site: { mainFuse: 25 } })).toEqual([{ time: start, chargers: {} }]);
});
