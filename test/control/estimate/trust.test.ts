import { trustIn, type Trust } from "../../../src/control/estimate/trust.js";
import { noMeterMemory, type MeterMemory } from "../../../src/control/observe/meter-memory.js";
import type { Quantity } from "../../../src/model/reasons.js";
import { start } from "../support.js";

const power: Quantity = { kind: "power", role: "grid" };
const current: Quantity = { kind: "current", phase: 0 };

interface Case {
  /** s since it reported the power, and the current; `null`: it never did. */
  readonly ages: readonly [power: number | null, current: number | null];
  readonly meter?: Partial<MeterMemory>;
}

/** A meter that is trusted, and whose newest reading is as old as the newer of both. */
function trust({ ages, meter = {} }: Case): Trust {
  const sampleOf = (age: number | null) => (age === null ? null : { value: 1, at: start - age * 1_000 });
  const newest = Math.min(...ages.map((age) => age ?? Infinity));
  const memory = { ...noMeterMemory, at: start - newest * 1_000, goodReadings: 2, ...meter };
  const needed = [
    { quantity: power, sample: sampleOf(ages[0]) },
    { quantity: current, sample: sampleOf(ages[1]) },
  ];
  return trustIn("Grid", memory, needed, start);
}

test.each<[why: string, facts: Case, expected: object]>([
  ["fresh", { ages: [0, 0] }, { kind: "good" }],
  ["10 s old: still fresh", { ages: [10, 10] }, { kind: "good" }],
  [
    "older: doubted",
    { ages: [10.1, 10.1] },
    { kind: "doubted", problem: { code: "measurement-old", quantity: power } },
  ],
  ["14 s old: lost", { ages: [14, 14] }, { kind: "lost", problem: { code: "measurement-old", age: 14_000 } }],
  ["a little less: doubted", { ages: [13.9, 13.9] }, { kind: "doubted" }],
  ["from a meter that reports often, 12 s old: lost", { ages: [12, 12], meter: { interval: 1_000 } }, { kind: "lost" }],
  ["a little less: doubted", { ages: [11.9, 11.9], meter: { interval: 1_000 } }, { kind: "doubted" }],
  ["one that reports every 5.5 s has 13 s", { ages: [12.9, 12.9], meter: { interval: 5_500 } }, { kind: "doubted" }],
  ["and no more", { ages: [13, 13], meter: { interval: 5_500 } }, { kind: "lost" }],
  ["one that reports every 10 s has 14 s", { ages: [14, 14], meter: { interval: 10_000 } }, { kind: "lost" }],
  ["values of one reading come within 1.5 s", { ages: [0, 1.5] }, { kind: "good" }],
  [
    "one that came before was missing in it",
    { ages: [0, 1.6] },
    { kind: "doubted", problem: { code: "measurement-old", quantity: current, age: 1_600 } },
  ],
  [
    "one that never came",
    { ages: [0, null] },
    { kind: "lost", problem: { code: "measurement-missing", quantity: current } },
  ],
  ["the oldest value counts", { ages: [14, 2] }, { kind: "lost", problem: { quantity: power } }],
  [
    "one good reading after a loss",
    { ages: [0, 0], meter: { goodReadings: 1 } },
    { kind: "doubted", problem: { code: "meter-not-trusted-yet", doubt: null } },
  ],
  [
    "its last reading was refused",
    { ages: [2, 2], meter: { doubt: { code: "no-answer" } } },
    { kind: "doubted", problem: { code: "meter-not-trusted-yet", doubt: { code: "no-answer" } } },
  ],
  [
    "refused for long",
    { ages: [20, 20], meter: { doubt: { code: "no-answer" } } },
    { kind: "lost", problem: { code: "measurement-old", doubt: { code: "no-answer" } } },
  ],
])("%s", (_why, facts, expected) => expect(trust(facts)).toMatchObject(expected));

test.each<[why: string, meter: MeterMemory | undefined]>([
  ["a meter that is not known", undefined],
  ["one that never reported", noMeterMemory],
])("%s", (_why, meter) => {
  const expected = { kind: "lost", problem: { code: "meter-not-heard", meter: "Grid" } };
  expect(trustIn("Grid", meter, [{ quantity: power, sample: null }], start)).toEqual(expected);
});

test("a meter whose wiring is doubted is tested, one that is known to be wrong is wrong", () => {
  const wiring = noMeterMemory.wiringCheck;
  const doubted = { ...wiring, reversed: [2, 0, 0] as const, testedSince: start };
  expect(trust({ ages: [0, 0], meter: { wiringCheck: doubted } })).toEqual({
    kind: "tested",
    problem: { code: "wiring-doubted", meter: "Grid" },
    since: start,
  });
  const wrong = { ...wiring, reversed: [4, 0, 0] as const };
  expect(trust({ ages: [0, 0], meter: { wiringCheck: wrong } })).toMatchObject({ kind: "wrong" });
});
