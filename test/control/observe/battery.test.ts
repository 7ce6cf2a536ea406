import type { BatteryMemory, BatteryRank } from "../../../src/control/observe/battery-memory.js";
import { batteryFlow, batteryRank, observeBatteries } from "../../../src/control/observe/battery.js";
import { noMeterMemory, type Measured, type MeterMemory } from "../../../src/control/observe/meter-memory.js";
import { siteSettings, start } from "../support.js";

/** The battery comes first up to 60 %, and keeps 80 %. */
const thresholds = { batteryPriority: 60, batteryReserve: 80 };

test.each<[why: string, before: BatteryRank, soc: number | null, after: BatteryRank, settings?: object]>([
  ["below its priority it comes first", "first", 59.9, "first"],
  ["at its priority it yields", "first", 60, "yields"],
  ["it goes on yielding while that may waver", "yields", 58.1, "yields"],
  ["clearly below it comes first again", "yields", 58, "first"],
  ["at its reserve it gives nothing yet", "yields", 80, "yields"],
  ["nor where that may waver", "yields", 81.9, "yields"],
  ["clearly above its reserve it gives", "first", 82, "gives"],
  ["it goes on giving down to its reserve", "gives", 80.1, "gives"],
  ["and not below it", "gives", 80, "yields"],
  ["far below its reserve and its priority", "gives", 20, "first"],
  ["without a state of charge it comes first", "gives", null, "first"],
  ["by default: up to 100 %", "yields", 98, "first", { batteryPriority: 100, batteryReserve: 100 }],
  ["by default: full, it leaves the rest to the cars", "first", 100, "yields", siteSettings()],
  ["by default: it never gives", "gives", 100, "yields", siteSettings()],
  ["a reserve close to full is reached by a full one", "yields", 100, "gives", { ...thresholds, batteryReserve: 99 }],
  ["priority 0: the cars first", "first", 0, "yields", { ...thresholds, batteryPriority: 0 }],
])("%s", (_why, before, soc, after, settings = {}) => {
  expect(batteryRank(before, soc, { ...thresholds, ...settings })).toBe(after);
});

const settings = siteSettings({
  ...thresholds,
  meters: [
    { name: "Grid", measures: ["grid"] },
    { name: "Cellar", measures: ["battery"] },
    { name: "Barn", measures: ["battery"] },
    { name: "Inverter", measures: ["grid", "battery"] },
  ],
});

function reported(power: Measured | null, soc: Measured | null): MeterMemory {
  const none = [null, null, null] as const;
  return { ...noMeterMemory, roles: { battery: { power, soc, currents: none, voltages: none } } };
}

/** Values by their age in s. */
function measured(age: number, value: number): Measured {
  return { value, at: start - age * 1_000 };
}

describe("what is remembered of a battery", () => {
  const remember = (meter: MeterMemory, before: BatteryMemory = { rank: "gives", powers: [] }) =>
    observeBatteries(settings, { meters: { Cellar: meter }, batteries: { Cellar: before } }, start)["Cellar"];

  test("its rank by a state of charge of the last minutes", () => {
    expect(remember(reported(null, measured(300, 90)))?.rank).toBe("gives");
    expect(remember(reported(null, measured(301, 90)))?.rank).toBe("first");
    expect(remember(reported(null, null))?.rank).toBe("first");
  });

  test("its power of the last seconds, and the newest one however old", () => {
    const powers = [measured(16, 1), measured(15, 2), measured(5, 3)];
    const before = { rank: "first", powers } as const;
    expect(remember(reported(measured(5, 3), null), before)?.powers).toEqual(powers.slice(1));
    expect(remember(reported(measured(0, 4), null), before)?.powers).toEqual([...powers.slice(1), measured(0, 4)]);
    expect(remember(reported(measured(99, 5), null), { rank: "first", powers: [] })?.powers).toEqual([measured(99, 5)]);
  });
});

describe("what batteries do to the surplus", () => {
  type Case = [why: string, batteries: Record<string, [BatteryRank, ...Measured[]]>, flow: object];
  test.each<Case>([
    ["nothing was reported", {}, { power: 0, more: 0, less: 0, later: 0 }],
    [
      "what the first in line takes is its own",
      { Cellar: ["first", measured(0, -900)] },
      { power: 0, more: 0, less: 0 },
    ],
    ["what it gives is no sun", { Cellar: ["first", measured(0, 900)] }, { power: 900, more: 0, less: 0 }],
    ["what one that yields takes is for the cars", { Cellar: ["yields", measured(0, -900)] }, { power: -900 }],
    ["what it gives is no sun", { Cellar: ["yields", measured(0, 900)] }, { power: 900 }],
    ["one that gives: what it takes is for the cars", { Cellar: ["gives", measured(0, -900)] }, { power: -900 }],
    ["and so is what it gives", { Cellar: ["gives", measured(0, 900)] }, { power: 0, more: 0, less: 0, later: 0 }],
    ["what it took 10 s ago may still be had", { Cellar: ["yields", measured(10, -900)] }, { power: -900 }],
    ["what it took before may be gone", { Cellar: ["yields", measured(11, -900)] }, { power: 0 }],
    ["what it gave is spent, however old", { Cellar: ["yields", measured(60, 900)] }, { power: 900 }],
    [
      "several add up",
      { Cellar: ["yields", measured(0, -900)], Barn: ["first", measured(0, 300)] },
      { power: -600, more: 0, less: 0, later: 15_000 },
    ],
    [
      "one that moved may not fit the grid",
      { Cellar: ["yields", measured(10, -900), measured(5, -1_500), measured(0, -1_000)] },
      { power: -1_000, more: 600, less: 600, later: 15_000 },
    ],
    [
      "but what one gives that comes first is spent at once",
      { Cellar: ["first", measured(5, -1_500), measured(0, 200)] },
      { power: 200, more: 0, less: 0, later: 0 },
    ],
    [
      "what it gives is never less, and may be more",
      { Cellar: ["yields", measured(5, 900), measured(0, 200)] },
      { power: 200, more: 700, less: 0, later: 0 },
    ],
    [
      "from taking to giving",
      { Cellar: ["yields", measured(5, -900), measured(0, 200)] },
      { power: 200, more: 1_100, less: 900, later: 15_000 },
    ],
    [
      "a device that measures the grid, too, reports both at once",
      { Inverter: ["yields", measured(5, -1_500), measured(0, -900)] },
      { power: -900, more: 0, less: 0, later: 0 },
    ],
  ])("%s", (_why, known, flow) => {
    const batteries = Object.entries(known).map(([name, [rank, ...powers]]) => [name, { rank, powers }] as const);
    expect(batteryFlow(settings, { batteries: Object.fromEntries(batteries) }, start)).toMatchObject(flow);
  });
});
