import type { PersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import type { ManualOverride } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { byHand, charging, connected, disconnected, start } from "../support.js";
import { after, type Reading } from "./readings.js";

const counted = (energy: number) => connected({ sessionChargeConsumption: energy });

describe("a session", () => {
  test("begins with plugging in", () => {
    expect(after([[0, disconnected]]).persistent.session).toBeNull();
    expect(
      after([
        [0, disconnected],
        [5, connected()],
      ]).persistent.session,
    ).toMatchObject({ since: start + 5_000 });
  });

  test("of a car that was there before us has no beginning", () => {
    expect(after([[0, connected()]]).persistent.session).toEqual({
      since: null,
      countsFrom: 0,
      due: null,
      targetActiveSince: null,
    });
  });

  test("that lasted over a restart goes on", () => {
    const session = { since: start - 60_000, countsFrom: 3, due: start + 60_000, targetActiveSince: start - 30_000 };
    expect(after([[0, counted(5)]], { session }).persistent.session).toEqual(session);
  });

  test.each<[why: string, reading: ChargerReading]>([
    ["a fault", connected({ state: "fault" })],
    ["a state that is not reported", connected({ state: null })],
  ])("is not ended by %s", (_why, reading) => {
    const memory = after([
      [0, disconnected],
      [5, connected({ tag: "a1" })],
      [10, reading],
      [15, connected()],
    ]);
    expect(memory.persistent.session?.since).toBe(start + 5_000);
    expect(memory.tag).toBe("A1");
  });

  test("ends with pulling the plug, and with it all that belongs to it", () => {
    const memory = after([
      [0, connected({ tag: "A1", sessionChargeConsumption: 7 })],
      [5, { ...disconnected, sessionChargeConsumption: 7 }],
    ]);
    expect(memory).toMatchObject({ tag: null, charged: 0, peak: 0, persistent: { session: null } });
  });

  test("has the tag that was reported last", () => {
    expect(after([[0, connected({ tag: " a1 " })]]).tag).toBe("A1");
    expect(
      after([
        [0, connected({ tag: "A1" })],
        [5, connected()],
      ]).tag,
    ).toBe("A1");
    expect(
      after([
        [0, connected({ tag: "A1" })],
        [5, connected({ tag: "B2" })],
      ]).tag,
    ).toBe("B2");
  });
});

test.each<[why: string, readings: readonly Reading[], pausedAt: number | null]>([
  [
    "is shown: that ends the wait after a pause",
    [
      [0, connected()],
      [5, connected({ tag: "A1" })],
    ],
    null,
  ],
  [
    "another: likewise",
    [
      [0, connected({ tag: "B2" })],
      [5, connected({ tag: "A1" })],
    ],
    null,
  ],
  [
    "stays the same",
    [
      [0, connected({ tag: "A1" })],
      [5, connected({ tag: "A1" })],
    ],
    start - 60_000,
  ],
  ["was there when we came", [[0, connected({ tag: "A1" })]], start - 60_000],
  [
    "there is none",
    [
      [0, connected()],
      [5, connected()],
    ],
    start - 60_000,
  ],
])("a tag %s", (_why, readings, pausedAt) => {
  expect(after(readings, { pausedAt: start - 60_000 }).persistent.pausedAt).toBe(pausedAt);
});

describe("what was charged", () => {
  test.each<[why: string, readings: readonly Reading[], charged: number, countsFrom: number]>([
    [
      "by the charger's count",
      [
        [0, counted(1.5)],
        [5, counted(1.6)],
      ],
      1.6,
      0,
    ],
    [
      "since plugging in",
      [
        [0, disconnected],
        [5, counted(0)],
        [600, counted(2)],
      ],
      2,
      0,
    ],
    [
      "the count of the car before is not this car's",
      [
        [0, { ...disconnected, sessionChargeConsumption: 9 }],
        [5, counted(9)],
      ],
      9,
      9,
    ],
    [
      "until it is counted anew",
      [
        [0, { ...disconnected, sessionChargeConsumption: 9 }],
        [5, counted(9)],
        [10, counted(0.1)],
      ],
      0.1,
      0,
    ],
    [
      "by the charger's counter of all energy, where it does not count the session",
      [
        [0, { ...disconnected, totalConsumption: 1_000 }],
        [600, charging(10, 1, { totalConsumption: 1_000.25 })],
        [7_200, charging(10, 1, { totalConsumption: 1_004.5 })],
      ],
      4.5,
      0,
    ],
    [
      "by what it draws, where the counter goes back or leaps further than any session",
      [
        [0, charging(10, 1, { totalConsumption: 1_000 })],
        [36, charging(10, 1, { totalConsumption: 0 })],
        [72, charging(10, 1, { totalConsumption: 90_000 })],
      ],
      0.046,
      0,
    ],
    [
      "by what it draws, where there is no count",
      [
        [0, charging(10)],
        [36, charging(10)],
      ],
      0.023,
      0,
    ],
    [
      "no longer than a minute for one reading",
      [
        [0, charging(10)],
        [3_600, charging(10)],
      ],
      2.3 / 60,
      0,
    ],
    [
      "a count that fails is gone on with",
      [
        [0, counted(1)],
        [36, charging(10)],
      ],
      1.023,
      0,
    ],
    [
      "a count that no car reaches is none",
      [
        [0, counted(1)],
        [5, counted(65_535)],
      ],
      1,
      0,
    ],
    [
      "nor is one below zero",
      [
        [0, counted(1)],
        [5, counted(-1)],
      ],
      1,
      0,
    ],
  ])("%s", (_why, readings, charged, countsFrom) => {
    const memory = after(readings);
    expect(memory.charged).toBeCloseTo(charged, 6);
    expect(memory.persistent.session?.countsFrom).toBe(countsFrom);
  });

  test("a count that begins anew has lost what was before the last target, too", () => {
    const session = { since: null, countsFrom: 5, due: null, targetActiveSince: null };
    expect(after([[0, counted(2)]], { session }).persistent.session?.countsFrom).toBe(0);
  });
});

describe("what the car has shown to take", () => {
  const lastCommand = { at: start - 60_000, current: 16, phases: 1 } as const;
  const takes = (current: number, phases: 1 | 3 = 1) => charging(current, phases);

  test.each<
    [why: string, persistent: Partial<PersistentChargerState>, readings: readonly Reading[], current: number | null]
  >([
    ["all that it is offered: no limit", { lastCommand }, [[0, takes(16)]], null],
    ["nearly all", { lastCommand }, [[0, takes(15.2)]], null],
    ["less", { lastCommand }, [[0, takes(13)]], 13],
    [
      "less, commanded a moment ago: it may be on its way",
      { lastCommand: { ...lastCommand, at: start - 20_000 } },
      [[0, takes(10)]],
      null,
    ],
    [
      "less, and then more",
      { lastCommand },
      [
        [0, takes(13)],
        [5, takes(16)],
      ],
      null,
    ],
    [
      "less at the end of its charge",
      { lastCommand },
      [
        [0, takes(16)],
        [600, takes(9)],
      ],
      null,
    ],
    ["next to nothing, to warm itself", { lastCommand }, [[0, takes(3)]], null],
    ["its known limit again", { lastCommand, vehicleLimit: { current: 13, phases: null } }, [[0, takes(13)]], 13],
    [
      "less than that, because it is offered less",
      { lastCommand: { ...lastCommand, current: 8 }, vehicleLimit: { current: 13, phases: null } },
      [[0, takes(8)]],
      13,
    ],
    [
      "more than that: it was another car's",
      { lastCommand, vehicleLimit: { current: 10, phases: null } },
      [[0, takes(16)]],
      null,
    ],
    [
      "it is paused: nothing follows from that",
      { lastCommand: { ...lastCommand, current: 0 }, vehicleLimit: { current: 10, phases: null } },
      [[0, takes(16)]],
      10,
    ],
  ])("%s", (_why, persistent, readings, current) => {
    expect(after(readings, persistent).persistent.vehicleLimit.current).toBe(current);
  });

  test.each<
    [why: string, drawn: readonly [number, number, number], phases: 1 | 3, known: number | null, count: number | null]
  >([
    ["three phases", [16, 16, 16], 3, null, 3],
    ["two of three", [16, 16, 0], 3, null, 2],
    ["one of three", [16, 0, 0], 3, 3, 1],
    ["on one phase it is not known", [16, 0, 0], 1, 3, 3],
  ])("%s", (_why, [currentL1, currentL2, currentL3], phases, known, count) => {
    const reading = { ...takes(16), currentL1, currentL2, currentL3 };
    const memory = after(
      [[0, reading]],
      { lastCommand: { ...lastCommand, phases }, vehicleLimit: { current: null, phases: known } },
      { phases: 3 },
    );
    expect(memory.persistent.vehicleLimit.phases).toBe(count);
  });

  test("stays known over the session", () => {
    const memory = after(
      [
        [0, takes(13)],
        [5, disconnected],
        [10, connected()],
      ],
      { lastCommand },
    );
    expect(memory.persistent.vehicleLimit.current).toBe(13);
  });
});

describe("stopped when it is unplugged", () => {
  const stops = { stopOnUnplug: true };

  test.each<
    [
      why: string,
      persistent: Partial<PersistentChargerState>,
      readings: readonly Reading[],
      manual: ManualOverride["kind"] | null,
    ]
  >([
    [
      "the car goes: stopped",
      {},
      [
        [0, charging(6)],
        [5, disconnected],
      ],
      "stop",
    ],
    [
      "the next one comes: still stopped",
      {},
      [
        [0, charging(6)],
        [5, disconnected],
        [10, connected()],
      ],
      "stop",
    ],
    [
      "started by hand, then unplugged: stopped",
      { manual: byHand("start") },
      [
        [0, charging(6)],
        [5, disconnected],
      ],
      "stop",
    ],
    ["no car at all: stopped", {}, [[0, disconnected]], "stop"],
    ["started since the car is gone: for the next one", { manual: byHand("start") }, [[0, disconnected]], "start"],
    [
      "and it is",
      { manual: byHand("start") },
      [
        [0, disconnected],
        [5, connected()],
      ],
      "start",
    ],
    ["a car that is there is not stopped", {}, [[0, connected()]], null],
    [
      "unplugged while we were away",
      { manual: byHand("start"), session: { since: start, countsFrom: 0, due: null, targetActiveSince: null } },
      [[0, disconnected]],
      "stop",
    ],
  ])("%s", (_why, persistent, readings, manual) => {
    expect(after(readings, persistent, stops).persistent.manual).toEqual(byHand(manual));
  });
});
