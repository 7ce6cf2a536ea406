import { failSafe } from "../../../src/control/decide/failsafe.js";
import type { Trust } from "../../../src/control/estimate/situation.js";
import type { PhaseCount } from "../../../src/model/phases.js";
import { facts, type FactOverrides } from "../facts.js";
import { start } from "../support.js";

const good: Trust = { raise: true, stay: true, problem: "" };
const doubted: Trust = { raise: false, stay: true, problem: "Grid is not trusted yet" };
const lost: Trust = { raise: false, stay: false, problem: "Grid does not tell the power" };

interface Case {
  readonly asked: number;
  readonly phases?: PhaseCount;
  readonly charger?: FactOverrides;
  readonly inputs?: readonly Trust[];
  readonly failsafeCurrent?: number;
}

function decide({
  asked,
  phases = 1,
  charger = { holding: { current: 10 } },
  inputs = [good],
  failsafeCurrent = 0,
}: Case) {
  const wish = { current: asked, phases, reason: "wished" };
  return failSafe(wish, { charger: facts(charger), now: start, inputs, failsafeCurrent });
}

test.each<[why: string, facts: Case, current: number, said: string]>([
  ["all is well: the wish", { asked: 16 }, 16, "wished"],
  ["doubt: no increase", { asked: 16, inputs: [good, doubted] }, 10, "Grid is not trusted yet: no increase"],
  ["doubt: a decrease passes", { asked: 7, inputs: [doubted] }, 7, "wished"],
  ["doubt: no start", { asked: 6, inputs: [doubted], charger: {} }, 0, "no increase"],
  ["loss: pause", { asked: 16, inputs: [lost] }, 0, "failsafe"],
  [
    "loss: the failsafe current",
    { asked: 16, inputs: [lost], failsafeCurrent: 6 },
    6,
    "Grid does not tell the power: failsafe",
  ],
  [
    "loss: who holds less than the failsafe current stays",
    { asked: 16, inputs: [lost], charger: { holding: { current: 6 } }, failsafeCurrent: 8 },
    6,
    "failsafe",
  ],
  ["loss: who pauses stays paused", { asked: 16, inputs: [lost], charger: {}, failsafeCurrent: 6 }, 0, "failsafe"],
  ["loss: a pause is a pause, and lasts for the loss", { asked: 0, inputs: [lost], failsafeCurrent: 6 }, 0, "failsafe"],
  ["loss goes before doubt", { asked: 16, inputs: [doubted, lost] }, 0, "failsafe"],
  ["no input is needed: nothing to doubt", { asked: 16, inputs: [] }, 16, "wished"],
  [
    "the charger's last answer is missing",
    { asked: 16, charger: { holding: { current: 10 }, failing: true } },
    10,
    "last answer is missing",
  ],
  [
    "the charger is 10 s old: just fresh",
    { asked: 16, charger: { holding: { current: 10 }, age: 10_000 } },
    16,
    "wished",
  ],
  [
    "the charger is older than 10 s",
    { asked: 16, charger: { holding: { current: 10 }, age: 10_001 } },
    10,
    "last answer is missing",
  ],
  [
    "the charger is older than 30 s",
    { asked: 16, charger: { holding: { current: 10 }, age: 30_001 } },
    10,
    "does not answer",
  ],
  ["a silent charger may be lowered", { asked: 6, charger: { holding: { current: 10 }, age: 99_000 } }, 6, "wished"],
])("%s", (_why, facts, current, said) => {
  const wish = decide(facts);
  expect(wish.current).toBe(current);
  expect(wish.reason).toContain(said);
});

test("in doubt the number of phases stays as well", () => {
  expect(decide({ asked: 6, phases: 3, charger: { holding: { current: 6 } }, inputs: [doubted] })).toMatchObject({
    current: 6,
    phases: 1,
  });
});

test("after a loss the number of phases stays as well", () => {
  expect(decide({ asked: 6, phases: 3, inputs: [lost], failsafeCurrent: 6 })).toMatchObject({ current: 6, phases: 1 });
});

test.each<[why: string, asked: number, phases: PhaseCount, held: PhaseCount]>([
  ["three phases to one", 8, 1, 3],
  ["one phase to three", 8, 3, 1],
])("in doubt a decrease passes also with another number of phases: %s", (_why, asked, phases, held) => {
  const wish = decide({ asked, phases, charger: { holding: { current: 16, phases: held } }, inputs: [doubted] });
  expect(wish.current).toBeLessThanOrEqual(8);
});
