import {
  halveDoubt,
  updateWiringCheck,
  wiringProblem,
  wiringVerdict,
  worstCurrent,
  type WiringCheckState,
} from "../../../src/control/estimate/wiring-check.js";
import { noMeterMemory } from "../../../src/control/observe/meter-memory.js";
import { perPhase, type PerPhase } from "../../../src/model/phases.js";
import type { Problem } from "../../../src/model/reasons.js";
import { start } from "../support.js";

/** What the cars draw, and what the household and the sun leave of it at a second. */
type Change = readonly [own: PerPhase<number>, others?: PerPhase<number>];

/** What a meter shows of the currents that flow. */
type Mounting = (flows: PerPhase<number>) => PerPhase<number>;

const right: Mounting = (flows) => flows;
const turned =
  (...phases: readonly number[]): Mounting =>
  (flows) =>
    perPhase((i) => (phases.includes(i) ? -flows[i] : flows[i]));
const swapped: Mounting = ([l1, l2, l3]) => [l3, l2, l1];

const lag = 30_000;
const each = (current: number): PerPhase<number> => [current, current, current];

/** A minute of readings after each change of the cars' current, one every five seconds, shown at once. */
function watch(
  mounting: Mounting,
  changes: readonly Change[],
  { delay = 0, battery = () => 0 }: { delay?: number; battery?: (own: PerPhase<number>) => number } = {},
  from = noMeterMemory.wiringCheck,
): WiringCheckState {
  let memory = from;
  let movedAt = 0;
  const flows: PerPhase<number>[] = [];
  let before: PerPhase<number> = [0, 0, 0];
  const all: readonly Change[] = [[each(0)], ...changes];
  for (const [own, others = [2, 1, 3]] of all) {
    for (let reading = 0; reading < 12; reading++) {
      const at = start + flows.length * 5_000;
      if (reading === 0 && own !== before) movedAt = at - 5_000;
      before = own;
      const given = battery(own);
      flows.push(perPhase((i) => others[i] + own[i] - given));
      const shown = flows.at(-1 - delay) ?? flows[0] ?? each(0);
      memory = updateWiringCheck(memory, { at, own, currents: mounting(shown), battery: 3 * given, movedAt, lag });
    }
  }
  return memory;
}

const stepwise: readonly Change[] = [[each(6)], [each(10)], [each(16)]];

test.each<[why: string, memory: WiringCheckState, trust: ReturnType<typeof wiringVerdict>]>([
  ["no change of ours yet: good", watch(right, []), "good"],
  ["it responds as expected: good", watch(right, stepwise), "good"],
  ["and 20 s late", watch(right, stepwise, { delay: 4 }), "good"],
  ["turned round, one large change: suspected", watch(turned(0, 1, 2), [[each(6)]]), "suspected"],
  ["two large changes: wrong", watch(turned(0, 1, 2), [[each(6)], [each(0)]]), "wrong"],
  ["one large and one small change: suspected", watch(turned(1), [[each(6)], [each(10)]]), "suspected"],
  ["one large and two small changes: wrong", watch(turned(1), [[each(6)], [each(10)], [each(7)]]), "wrong"],
  ["changes below 2 A don't count", watch(turned(1), [[each(1.5)], [each(0)], [each(1.5)], [each(0)]]), "good"],
  ["a turned clamp where no car draws does not show", watch(turned(1), [[[6, 0, 0]], [[0, 0, 0]]]), "good"],
  ["swapped, a car on one phase: wrong after two changes", watch(swapped, [[[6, 0, 0]], [[0, 0, 0]]]), "wrong"],
  ["swapped, a car on all three: it does not show", watch(swapped, [[each(6)], [each(0)]]), "good"],
  ["an oven that goes off by as much: suspected", watch(right, [[each(6), [2 - 12, 1, 3]]]), "suspected"],
  [
    "and cleared by the next response",
    watch(right, [
      [each(6), [2 - 12, 1, 3]],
      [each(12), [2 - 12, 1, 3]],
    ]),
    "good",
  ],
  ["no response at all is no contradiction", watch(() => each(1), stepwise), "good"],
  [
    "a battery that takes it all is not the wrong one",
    watch(right, stepwise, { battery: (own) => 2 * own[0] }),
    "good",
  ],
])("%s", (_why, memory, trust) => expect(wiringVerdict(memory)).toBe(trust));

test("put right, it is trusted again once it has agreed as often", () => {
  const broken = watch(turned(1), [[each(6)], [each(0)]]);
  let memory = halveDoubt(broken);
  expect(wiringVerdict(memory)).toBe("suspected");
  const readings: readonly [second: number, own: number][] = [
    [0, 0],
    [5, 0],
    [10, 6],
    [15, 6],
  ];
  for (const [second, own] of readings) {
    const at = start + 1_000_000 + second * 1_000;
    const movedAt = start + 1_005_000;
    memory = updateWiringCheck(memory, { at, own: each(own), currents: each(own), battery: 0, movedAt, lag });
  }
  expect(wiringVerdict(memory)).toBe("good");
});

test("after a start by hand that mended nothing, the next contradiction is one too many", () => {
  const broken = watch(turned(1), [[each(6)], [each(0)]]);
  const given = { ...halveDoubt(broken), samples: [], beforeChange: null };
  expect(wiringVerdict(given)).toBe("suspected");
  expect(wiringVerdict(watch(turned(1), [[each(6)]], {}, given))).toBe("wrong");
});

const wrong = (overrides: Partial<WiringCheckState>): WiringCheckState => ({
  ...noMeterMemory.wiringCheck,
  ...overrides,
});

test.each<[why: string, memory: WiringCheckState, problem: Problem]>([
  ["one clamp", wrong({ reversed: [0, 4, 0] }), { code: "clamps-reversed", meter: "Grid", phases: [1] }],
  ["two clamps", wrong({ reversed: [4, 0, 4] }), { code: "clamps-reversed", meter: "Grid", phases: [0, 2] }],
  ["all of it", wrong({ reversed: [4, 4, 4] }), { code: "clamps-reversed", meter: "Grid", phases: [0, 1, 2] }],
  ["two phases", wrong({ swapped: [0, 4, 0] }), { code: "clamps-swapped", meter: "Grid", phases: [0, 2] }],
])("%s: what to do", (_why, memory, problem) => {
  expect(wiringProblem("Grid", memory)).toEqual(problem);
});

test.each<[why: string, memory: WiringCheckState, phase: 0 | 1 | 2, current: number]>([
  ["taken as it is", wrong({}), 0, -8],
  ["turned: what seems to be export is import", wrong({ reversed: [2, 0, 0] }), 0, 8],
  ["only on the phase in doubt", wrong({ reversed: [2, 0, 0] }), 1, -3],
  ["swapped: the higher one", wrong({ swapped: [0, 2, 0] }), 0, 12],
  ["for both of them", wrong({ swapped: [0, 2, 0] }), 2, 12],
  ["and not for the third", wrong({ swapped: [0, 2, 0] }), 1, -3],
])("the current that a fuse is guarded with: %s", (_why, memory, phase, current) => {
  expect(worstCurrent(memory, [-8, -3, 12], phase)).toBe(current);
});
