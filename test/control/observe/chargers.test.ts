import {
  newChargerMemory,
  noPersistentChargerState,
  type ChargerMemory,
  type PersistentChargerState,
} from "../../../src/control/observe/charger-memory.js";
import {
  applyCommand,
  detectManualChange,
  endTimedStart,
  observeCharger,
} from "../../../src/control/observe/chargers.js";
import type { ChargerCommand, ManualOverride } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { byHand, charger, charging, connected, disconnected, start } from "../support.js";

type Manual = ManualOverride["kind"] | null;

const runs = { at: start, current: 10, phases: 1 } as const;
const pauses = { at: start, current: 0, phases: 1 } as const;
const on = connected({ allowCharging: true });
const off = connected({ allowCharging: false });

interface Seen {
  readonly persistent: Partial<PersistentChargerState>;
  readonly reading: ChargerReading;
  readonly restarted?: boolean;
}

test.each<[why: string, seen: Seen, manual: Manual, confirmed: boolean]>([
  ["it follows its command", { persistent: { lastCommand: runs }, reading: on }, null, true],
  ["it pauses as commanded", { persistent: { lastCommand: pauses }, reading: off }, null, true],
  ["it has not done it yet: lag, not a person", { persistent: { lastCommand: runs }, reading: off }, null, false],
  [
    "it did, and stopped since: a person",
    { persistent: { lastCommand: runs, commandConfirmed: true }, reading: off },
    "stop",
    true,
  ],
  [
    "it did, and started since: a person",
    { persistent: { lastCommand: pauses, commandConfirmed: true }, reading: on },
    "start",
    true,
  ],
  [
    "it stopped over a restart: not a person",
    { persistent: { lastCommand: runs, commandConfirmed: true }, reading: off, restarted: true },
    null,
    false,
  ],
  [
    "it started over a restart: not a person",
    { persistent: { lastCommand: pauses, commandConfirmed: true }, reading: on, restarted: true },
    null,
    false,
  ],
  ["it was never commanded", { persistent: {}, reading: on }, null, false],
  [
    "it does not report its switch",
    { persistent: { lastCommand: runs, commandConfirmed: true }, reading: connected({ allowCharging: null }) },
    null,
    true,
  ],
  [
    "its own switch counts, not that it has nothing to do",
    {
      persistent: { lastCommand: runs, commandConfirmed: true },
      reading: connected({ enabled: true, allowCharging: false }),
    },
    null,
    true,
  ],
  [
    "its own switch was turned off",
    {
      persistent: { lastCommand: runs, commandConfirmed: true },
      reading: connected({ enabled: false, allowCharging: true }),
    },
    "stop",
    true,
  ],
  ["a stop by hand stays", { persistent: { lastCommand: pauses, manual: byHand("stop") }, reading: off }, "stop", true],
  [
    "pulling the plug ends a stop",
    { persistent: { lastCommand: pauses, manual: byHand("stop") }, reading: disconnected },
    null,
    false,
  ],
  [
    "pulling the plug ends a start",
    { persistent: { lastCommand: runs, manual: byHand("start") }, reading: disconnected },
    null,
    false,
  ],
])("%s", (_why, { persistent, reading, restarted = false }, manual, confirmed) => {
  const noticed = detectManualChange({ ...noPersistentChargerState, ...persistent }, reading, restarted);
  expect(noticed.manual).toEqual(byHand(manual));
  expect(noticed.commandConfirmed).toBe(confirmed);
});

function commanded(command: ChargerCommand, persistent: Partial<PersistentChargerState> = {}): PersistentChargerState {
  return applyCommand(newChargerMemory({ ...noPersistentChargerState, ...persistent }), command).persistent;
}

test.each<
  [
    why: string,
    command: ChargerCommand,
    before: Partial<PersistentChargerState>,
    after: Partial<PersistentChargerState>,
  ]
>([
  [
    "a start",
    { allowCharging: true },
    { manual: byHand("stop"), pausedAt: start },
    { manual: byHand("start"), pausedAt: null },
  ],
  ["a stop", { allowCharging: false }, { manual: byHand("start") }, { manual: byHand("stop") }],
  [
    "a stop taken back",
    { allowCharging: null },
    { manual: byHand("stop"), pausedAt: start },
    { manual: null, pausedAt: null },
  ],
  ["a mode", { mode: "fast" }, {}, { mode: "fast" }],
  ["a mode ends a start by hand", { mode: "off" }, { manual: byHand("start") }, { mode: "off", manual: null }],
  [
    "a mode does not end a stop by hand",
    { mode: "fast" },
    { manual: byHand("stop") },
    { mode: "fast", manual: byHand("stop") },
  ],
  ["a mode ends the wait after a pause", { mode: "fast" }, { pausedAt: start }, { pausedAt: null }],
  [
    "a mode and a start",
    { mode: "fast", allowCharging: true },
    { manual: byHand("stop") },
    { mode: "fast", manual: byHand("start") },
  ],
  ["a cap", { maxAmpere: 8 }, {}, { cap: 8 }],
  ["no cap", { maxAmpere: null }, { cap: 8 }, { cap: null }],
  ["a power cap", { powerLimit: 3_000 }, {}, { powerLimit: 3_000 }],
  ["no power cap", { powerLimit: null }, { powerLimit: 3_000 }, { powerLimit: null }],
  ["an energy limit", { sessionChargeConsumptionLimit: 10 }, {}, { energyLimit: 10 }],
  ["no energy limit, also not the configured one", { sessionChargeConsumptionLimit: null }, {}, { energyLimit: 0 }],
  ["a minimum", { minAmpere: 8 }, {}, { minimum: 8 }],
  ["a start until", { allowCharging: true, until: start }, {}, { manual: { kind: "start", until: start } }],
  [
    "another time for a start",
    { until: start + 1 },
    { manual: { kind: "start", until: start } },
    { manual: { kind: "start", until: start + 1 } },
  ],
  ["a time without a start is none", { until: start }, {}, { manual: null }],
  ["a stop has no time", { allowCharging: false, until: start }, {}, { manual: byHand("stop") }],
  [
    "a time for a stop is none",
    { until: start },
    { manual: { kind: "stop", endedStart: start } },
    { manual: byHand("stop") },
  ],
  [
    "a start for good",
    { allowCharging: true },
    { manual: { kind: "start", until: start } },
    { manual: byHand("start") },
  ],
  [
    "a mode ends a start by hand, and its time",
    { mode: "solar" },
    { manual: { kind: "start", until: start } },
    { manual: null },
  ],
  [
    "other targets begin anew, what was charged for the ones before counts",
    { targets: [] },
    { session: { since: null, countsFrom: 2, due: start, targetActiveSince: start } },
    { targets: [], session: { since: null, countsFrom: 2, due: null, targetActiveSince: null } },
  ],
  [
    "targets",
    { targets: [{ days: [1], time: 420, energy: 20 }] },
    {},
    { targets: [{ days: [1], time: 420, energy: 20 }] },
  ],
  ["phases", { phases: 3 }, {}, { phases: 3 }],
  ["nothing", {}, { cap: 8, manual: byHand("stop") }, { cap: 8, manual: byHand("stop") }],
])("a person asks for %s", (_why, command, before, after) => expect(commanded(command, before)).toMatchObject(after));

/** Readings by the second at which they come. */
function observed(
  readings: readonly (readonly [second: number, reading: ChargerReading | null])[],
  settings = charger(),
) {
  return readings.reduce<ChargerMemory>(
    (memory, [second, reading]) => observeCharger(memory, reading, start + second * 1_000, settings, 230),
    newChargerMemory({ ...noPersistentChargerState, lastCommand: runs, commandConfirmed: true }),
  );
}

test.each<[why: string, readings: Parameters<typeof observed>[0], manual: Manual]>([
  [
    "a stop with the uptime running on",
    [
      [0, { ...on, uptime: 60_000 }],
      [5, { ...off, uptime: 65_000 }],
    ],
    "stop",
  ],
  [
    "a stop with the uptime reset",
    [
      [0, { ...on, uptime: 60_000 }],
      [30, { ...off, uptime: 8_000 }],
    ],
    null,
  ],
  [
    "a stop after a failed reading, with the uptime running on",
    [
      [0, { ...on, uptime: 60_000 }],
      [5, null],
      [10, { ...off, uptime: 70_000 }],
    ],
    "stop",
  ],
  [
    "a stop after a failed reading, from a charger that reports no uptime",
    [
      [0, on],
      [5, null],
      [10, off],
    ],
    null,
  ],
  [
    "a stop from a charger that reports no uptime",
    [
      [0, on],
      [5, off],
    ],
    "stop",
  ],
  ["off at our own start, running since before our command", [[9, { ...off, uptime: 90_000 }]], "stop"],
  ["off at our own start, restarted since our command", [[9, { ...off, uptime: 8_000 }]], null],
])("%s", (_why, readings, manual) => expect(observed(readings).persistent.manual).toEqual(byHand(manual)));

test.each<
  [
    why: string,
    reading: ChargerReading,
    settings: Parameters<typeof charger>[0],
    currents: readonly number[],
    power: number,
  ]
>([
  ["its own measurement", charging(10, 3), {}, [10, 10, 10], 6_900],
  ["rotated", charging(10, 1), { rotation: [1, 2, 0] }, [0, 10, 0], 2_300],
  ["two phases, rotated", charging(10, 3, { currentL3: 0, power: 4_600 }), { rotation: [2, 0, 1] }, [10, 0, 10], 4_600],
  ["a sign says nothing", charging(10, 1, { currentL1: -0.2, power: 0 }), {}, [0, 0, 0], 0],
  [
    "from power where it measures no current",
    charging(0, 3, { currentL1: null, currentL2: null, currentL3: null, power: 6_900 }),
    {},
    [10, 10, 10],
    6_900,
  ],
  [
    "from what it offers where it measures nothing",
    charging(8, 1, { currentL1: null, currentL2: null, currentL3: null, power: null }),
    {},
    [8, 0, 0],
    1_840,
  ],
  [
    "from its last command where nothing else is known",
    charging(8, 1, { currentL1: null, currentL2: null, currentL3: null, power: null, maxAmpere: null }),
    {},
    [10, 0, 0],
    2_300,
  ],
  [
    "nothing while it does not charge",
    connected({ currentL1: null, currentL2: null, currentL3: null, power: null }),
    {},
    [0, 0, 0],
    0,
  ],
])("draws by %s", (_why, reading, settings, currents, power) => {
  const [draw] = observed([[0, reading]], charger(settings)).draws;
  expect(draw?.currents).toEqual(currents);
  expect(draw?.power).toBeCloseTo(power);
});

test.each([65_535, 6_553.5, 1e9, -1e9, Infinity])("a reading of %f A is refused", (current) => {
  const memory = observed([
    [0, charging(6)],
    [5, charging(6, 1, { currentL1: current })],
  ]);
  expect(memory).toMatchObject({ failing: true, at: start });
  expect(memory.draws).toHaveLength(1);
});

test("a car is idle from the first reading at which it takes nothing although it may", () => {
  const idleSince = (...readings: ChargerReading[]) =>
    observed(readings.map((reading, i) => [i * 5, reading])).idleSince;
  expect(idleSince(charging(6), on, on)).toBe(start + 5_000);
  expect(idleSince(on, charging(6))).toBeNull();
  expect(idleSince(on, off)).toBeNull();
  expect(idleSince(on, disconnected)).toBeNull();
});

test("the history keeps the last two minutes and forgets what was before", () => {
  const { draws } = observed(Array.from({ length: 60 }, (_, i) => [i * 5, charging(6)] as const));
  expect(draws.length).toBeGreaterThan(6);
  expect(draws.length).toBeLessThan(25);
});

test.each<[why: string, before: ManualOverride | null, after: ManualOverride | null]>([
  [
    "its time has come: a stop that keeps the time",
    { kind: "start", until: start },
    { kind: "stop", endedStart: start },
  ],
  ["a moment before: it goes on", { kind: "start", until: start + 1 }, { kind: "start", until: start + 1 }],
  ["without a time it goes on", byHand("start"), byHand("start")],
  ["a stop stays a stop", byHand("stop"), byHand("stop")],
  ["nobody started anything", null, null],
])("a start by hand that ends: %s", (_why, before, after) => {
  const { persistent } = endTimedStart(newChargerMemory({ ...noPersistentChargerState, manual: before }), start);
  expect(persistent.manual).toEqual(after);
});
