import { applyFailsafe } from "../../../src/control/decide/failsafe.js";
import type { PhaseCount } from "../../../src/model/phases.js";
import { facts, type FactOverrides } from "../facts.js";
import { start } from "../support.js";
import type { Trust } from "../../../src/control/estimate/trust.js";

const good: Trust = { kind: "good" };
const doubted: Trust = { kind: "doubted", problem: "Grid is not trusted yet" };
const lost: Trust = { kind: "lost", problem: "Grid does not tell the power" };

interface Case {
  readonly planned: number;
  readonly phases?: PhaseCount;
  readonly charger?: FactOverrides;
  readonly inputs?: readonly Trust[];
  readonly failsafeCurrent?: number;
}

function decide({
  planned,
  phases = 1,
  charger = { activeSetpoint: { current: 10 } },
  inputs = [good],
  failsafeCurrent = 0,
}: Case) {
  const setpoint = { current: planned, phases, reason: "wished" };
  return applyFailsafe(setpoint, { charger: facts(charger), now: start, inputs, failsafeCurrent });
}

test.each<[why: string, facts: Case, current: number, reported: string]>([
  ["all is well: the wish", { planned: 16 }, 16, "wished"],
  ["doubt: no increase", { planned: 16, inputs: [good, doubted] }, 10, "Grid is not trusted yet: no increase"],
  ["doubt: a decrease passes", { planned: 7, inputs: [doubted] }, 7, "wished"],
  ["doubt: no start", { planned: 6, inputs: [doubted], charger: {} }, 0, "no increase"],
  ["loss: pause", { planned: 16, inputs: [lost] }, 0, "failsafe"],
  [
    "loss: the failsafe current",
    { planned: 16, inputs: [lost], failsafeCurrent: 6 },
    6,
    "Grid does not tell the power: failsafe",
  ],
  [
    "loss: who holds less than the failsafe current stays",
    { planned: 16, inputs: [lost], charger: { activeSetpoint: { current: 6 } }, failsafeCurrent: 8 },
    6,
    "failsafe",
  ],
  ["loss: who pauses stays paused", { planned: 16, inputs: [lost], charger: {}, failsafeCurrent: 6 }, 0, "failsafe"],
  [
    "loss: a pause is a pause, and lasts for the loss",
    { planned: 0, inputs: [lost], failsafeCurrent: 6 },
    0,
    "failsafe",
  ],
  ["loss goes before doubt", { planned: 16, inputs: [doubted, lost] }, 0, "failsafe"],
  ["no input is needed: nothing to doubt", { planned: 16, inputs: [] }, 16, "wished"],
  [
    "the charger's last answer is missing",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, failing: true } },
    10,
    "last answer is missing",
  ],
  [
    "the charger is 10 s old: just fresh",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 10_000 } },
    16,
    "wished",
  ],
  [
    "the charger is older than 10 s",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 10_001 } },
    10,
    "last answer is missing",
  ],
  [
    "the charger is older than 30 s",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 30_001 } },
    10,
    "does not answer",
  ],
  [
    "a silent charger may be lowered",
    { planned: 6, charger: { activeSetpoint: { current: 10 }, age: 99_000 } },
    6,
    "wished",
  ],
])("%s", (_why, facts, current, reported) => {
  const setpoint = decide(facts);
  expect(setpoint.current).toBe(current);
  expect(setpoint.reason).toContain(reported);
});

test("in doubt the number of phases stays as well", () => {
  expect(
    decide({ planned: 6, phases: 3, charger: { activeSetpoint: { current: 6 } }, inputs: [doubted] }),
  ).toMatchObject({
    current: 6,
    phases: 1,
  });
});

test("after a loss the number of phases stays as well", () => {
  expect(decide({ planned: 6, phases: 3, inputs: [lost], failsafeCurrent: 6 })).toMatchObject({
    current: 6,
    phases: 1,
  });
});

test.each<[why: string, planned: number, phases: PhaseCount, held: PhaseCount]>([
  ["three phases to one", 8, 1, 3],
  ["one phase to three", 8, 3, 1],
])("in doubt a decrease passes also with another number of phases: %s", (_why, planned, phases, held) => {
  const setpoint = decide({
    planned,
    phases,
    charger: { activeSetpoint: { current: 16, phases: held } },
    inputs: [doubted],
  });
  expect(setpoint.current).toBeLessThanOrEqual(8);
});
