import type { MeterMemory } from "../../../src/control/observe/meter-memory.js";
import { implausible, observeMeter, seemsDead, type MeterExpectation } from "../../../src/control/observe/meters.js";
import { noQuantities, type MeterReading, type Quantities } from "../../../src/model/readings.js";
import type { MeterDoubt } from "../../../src/model/reasons.js";
import { grid, gridCurrents, siteSettings, start } from "../support.js";

const quiet: MeterExpectation = { drawn: null, drawMovedAt: 0, respondsWithin: 30_000, own: null, lag: 0, battery: 0 };
const limits = { current: 75, voltage: 230, phases: 3 };

test.each<[why: string, quantities: Partial<Quantities>, reported: Partial<MeterDoubt> | null]>([
  ["an ordinary reading", { power: 2_300, currents: [10, 0, 0] }, null],
  ["nothing measured", {}, null],
  ["export", { power: -6_900, currents: [-10, -10, -10] }, null],
  ["import and export that cancel out", { power: 0, currents: [10, -10, 0] }, null],
  ["reactive current beside little power", { power: 100, currents: [5, 5, 5] }, null],
  ["three times the fuse", { currents: [75, 0, 0] }, null],
  ["more than three times the fuse", { currents: [75.1, 0, 0] }, { code: "current-impossible", current: 75.1 }],
  ["as much the other way", { currents: [0, -76, 0] }, { code: "current-impossible", current: 76 }],
  ["a register that says 65535", { currents: [65_535, 0, 0] }, { code: "current-impossible" }],
  ["a register that says 6553.5", { currents: [0, 0, 6_553.5] }, { code: "current-impossible" }],
  ["infinite current", { currents: [Infinity, 0, 0] }, { code: "not-a-number" }],
  ["infinite power", { power: -Infinity }, { code: "not-a-number" }],
  ["no number", { power: NaN }, { code: "not-a-number" }],
  ["1e9 W", { power: 1e9 }, { code: "power-impossible" }],
  ["-1e9 W", { power: -1e9 }, { code: "power-impossible" }],
  ["the most that three times the fuse can be", { power: 3 * 75 * 230 }, null],
  ["more than that", { power: 3 * 75 * 230 + 1 }, { code: "power-impossible" }],
  ["as much the other way", { power: -3 * 75 * 230 - 1 }, { code: "power-impossible" }],
  ["a fifth and 500 W more than the currents carry", { power: 1.2 * 230 * 30 + 499, currents: [10, -10, 10] }, null],
  [
    "more than that",
    { power: 1.2 * 230 * 30 + 501, currents: [10, -10, 10] },
    { code: "power-without-currents", current: 30 },
  ],
  [
    "as much exported",
    { power: -1.2 * 230 * 30 - 501, currents: [10, -10, 10] },
    { code: "power-without-currents", current: 30 },
  ],
  [
    "power that the currents do not carry",
    { power: 10_000, currents: [1, 1, 1] },
    { code: "power-without-currents", power: 10_000, current: 3 },
  ],
  ["power that currents in part might carry", { power: 10_000, currents: [1, 1, null] }, null],
  ["small differences between power and currents", { power: 1_000, currents: [1, 1, 1] }, null],
])("%s", (_why, quantities, reported) => {
  const doubt = implausible({ ...noQuantities, ...quantities }, limits);
  if (reported === null) expect(doubt).toBeNull();
  else expect(doubt).toMatchObject(reported);
});

const nothing = { power: 0, currents: [0, 0, 0] } as const;
const unknown = { flow: null, drawn: null };

test.each<
  [
    why: string,
    quantities: Partial<Quantities>,
    drawn: number | null,
    phases: 1 | 3,
    before: Parameters<typeof seemsDead>[3],
    isPlausible: boolean,
  ]
>([
  ["nothing flows, and no charger says that it draws", nothing, 0, 3, unknown, true],
  ["nothing is known of the chargers", nothing, null, 3, unknown, true],
  ["a car draws 6 A", nothing, 6, 3, unknown, false],
  ["a car draws 6 A, and the meter knows no power", { currents: [0, 0, 0] }, 6, 3, unknown, false],
  ["the sun feeds a car of 6 A exactly, on other phases", { power: 0, currents: [6, -3, -3] }, 6, 3, unknown, true],
  ["a one-phase site", { power: 0, currents: [0, null, null] }, 6, 1, unknown, false],
  ["the car went up by the 2 A that were exported", nothing, 8, 3, { flow: -2, drawn: 6 }, true],
  ["it was nothing before, and nothing has changed", nothing, 8, 3, { flow: 0, drawn: 8 }, true],
  ["it was nothing before, and the car went down by 4 A", nothing, 6, 3, { flow: 0, drawn: 10 }, false],
  ["the base load was 20 A a moment ago", nothing, 6, 3, { flow: 20, drawn: 6 }, false],
])("a meter that shows nothing: %s", (_why, quantities, drawn, phases, before, isPlausible) => {
  const doubt = seemsDead({ ...noQuantities, ...quantities }, phases, { ...quiet, drawn }, before);
  expect(doubt === null).toBe(isPlausible);
});

/** Feeds readings by the second at which they come. */
function after(readings: readonly (readonly [second: number, reading: MeterReading | null])[], expected = quiet) {
  return readings.reduce<MeterMemory | undefined>(
    (memory, [second, reading]) =>
      observeMeter(memory, reading, start + second * 1_000, siteSettings(), expected, start + second * 1_000 - 100),
    undefined,
  );
}

const fine = grid(1_000);

test.each<[why: string, readings: Parameters<typeof after>[0], good: number, doubt: MeterDoubt | null]>([
  ["the first reading of all is trusted", [[0, fine]], 2, null],
  [
    "a failure is doubted",
    [
      [0, fine],
      [5, null],
    ],
    0,
    { code: "no-answer" },
  ],
  [
    "one reading after a failure is not enough",
    [
      [0, fine],
      [5, null],
      [10, fine],
    ],
    1,
    null,
  ],
  [
    "two are",
    [
      [0, fine],
      [5, null],
      [10, fine],
      [15, fine],
    ],
    2,
    null,
  ],
  [
    "one after silence of more than 15 s is not enough",
    [
      [0, fine],
      [16, fine],
    ],
    1,
    null,
  ],
  [
    "14 s of silence are borne",
    [
      [0, fine],
      [14, fine],
    ],
    2,
    null,
  ],
  [
    "an absurd reading is doubted",
    [
      [0, fine],
      [5, gridCurrents(65_535, 0, 0)],
    ],
    0,
    { code: "current-impossible", current: 65_535 },
  ],
  [
    "one after an absurd reading is not enough",
    [
      [0, fine],
      [5, gridCurrents(65_535, 0, 0)],
      [10, fine],
    ],
    1,
    null,
  ],
  [
    "an absurd first reading is refused",
    [[0, gridCurrents(65_535, 0, 0)]],
    0,
    { code: "current-impossible", current: 65_535 },
  ],
])("trust: %s", (_why, readings, good, doubt) => {
  const memory = after(readings);
  expect(memory?.doubt).toEqual(doubt);
  if (doubt === null) expect(memory?.goodReadings).toBe(good);
  else expect(memory?.goodReadings).toBeLessThan(2);
});

test("a refused reading leaves the old values to age", () => {
  const memory = after([
    [0, fine],
    [5, gridCurrents(65_535, 1, 1)],
  ]);
  expect(memory?.roles.grid?.power).toEqual({ value: 1_000, at: start });
  expect(memory?.at).toBe(start);
});

test("each value has its own age", () => {
  const memory = after([
    [0, gridCurrents(1, 2, 3)],
    [5, grid(1_500, { currents: [null, 2.5, null] })],
  ]);
  expect(memory?.roles.grid?.power).toEqual({ value: 1_500, at: start + 5_000 });
  expect(memory?.roles.grid?.currents).toEqual([
    { value: 1, at: start },
    { value: 2.5, at: start + 5_000 },
    { value: 3, at: start },
  ]);
});

test("currents that come back after more than 15 s need a second reading", () => {
  const partial = grid(1_000, { currents: [null, null, null] });
  const lost = [
    [0, fine],
    [5, partial],
    [10, partial],
    [15, partial],
    [20, partial],
  ] as const;
  expect(after([...lost, [25, fine]])?.goodReadings).toBe(1);
  expect(after([...lost, [25, fine], [30, fine]])?.goodReadings).toBe(2);
});

test.each([0, 79, 301, 65_535])("%i V are no voltage of a grid", (voltage) => {
  const memory = after([[0, grid(0, { voltages: [voltage, 231, null] })]]);
  expect(memory?.roles.grid?.voltages).toEqual([null, { value: 231, at: start }, null]);
});

describe("a car's current moved at 10 s", () => {
  const moved: MeterExpectation = {
    drawn: null,
    drawMovedAt: start + 10_000,
    respondsWithin: 30_000,
    own: null,
    lag: 0,
    battery: 0,
  };
  const still = (second: number) => [second, fine] as const;

  test.each<[why: string, readings: Parameters<typeof after>[0], doubted: boolean]>([
    ["30 s of standing still are borne", [still(0), still(20), still(40)], false],
    ["then the meter is frozen", [still(0), still(20), still(41)], true],
    ["a change since then is life", [still(0), [15, grid(1_001)], [41, grid(1_001)]], false],
    [
      "a change of one current is life",
      [still(0), [15, grid(1_000, { currents: [1, 1, 2] })], [41, grid(1_000, { currents: [1, 1, 2] })]],
      false,
    ],
    ["a change before it proves nothing", [still(0), [9, grid(900)], [30, grid(900)], [41, grid(900)]], true],
  ])("%s", (_why, readings, doubted) => {
    expect(after(readings, moved)?.doubt !== null).toBe(doubted);
  });

  test("a frozen meter that moves again is trusted after two readings", () => {
    const frozen = [still(0), still(20), still(41)] as const;
    expect(after([...frozen, [45, grid(1_300)]], moved)).toMatchObject({ doubt: null, goodReadings: 1 });
    expect(after([...frozen, [45, grid(1_300)], [50, grid(1_310)]], moved)).toMatchObject({
      doubt: null,
      goodReadings: 2,
    });
  });
});
