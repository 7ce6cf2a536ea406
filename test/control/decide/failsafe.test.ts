import { applyFailsafe } from "../../../src/control/decide/failsafe.js";
import type { Trust } from "../../../src/control/estimate/trust.js";
import type { PhaseCount } from "../../../src/model/phases.js";
import type { Problem, Reason } from "../../../src/model/reasons.js";
import { anyReason, facts, type FactOverrides } from "../facts.js";
import { start } from "../support.js";

const missing: Problem = {
  code: "measurement-missing",
  meter: "Grid",
  quantity: { kind: "power", role: null },
  doubt: null,
};
const notTrusted: Problem = { code: "meter-not-trusted-yet", meter: "Grid", doubt: null };
const reversed: Problem = { code: "clamps-reversed", meter: "Grid", phases: [0] };
const unconfirmed: Problem = { code: "wiring-doubted", meter: "Grid" };

const good: Trust = { kind: "good" };
const doubted: Trust = { kind: "doubted", problem: notTrusted };
const lost: Trust = { kind: "lost", problem: missing };
const wrong: Trust = { kind: "wrong", problem: reversed };
const tested: Trust = { kind: "tested", problem: unconfirmed, since: start - 60_000 };

const failsafe: Reason = { code: "failsafe", problem: missing };

function noIncrease(problem: Problem): Reason {
  return { code: "no-increase", problem };
}

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
  const setpoint = { current: planned, phases, reasons: [anyReason] };
  return applyFailsafe(setpoint, { charger: facts(charger), now: start, inputs, failsafeCurrent });
}

test.each<[why: string, facts: Case, current: number, reason: Reason]>([
  ["all inputs are good: the setpoint stays", { planned: 16 }, 16, anyReason],
  ["doubt: no increase", { planned: 16, inputs: [good, doubted] }, 10, noIncrease(notTrusted)],
  ["doubt: a decrease passes", { planned: 7, inputs: [doubted] }, 7, anyReason],
  ["doubt: no start", { planned: 6, inputs: [doubted], charger: {} }, 0, noIncrease(notTrusted)],
  ["loss: pause", { planned: 16, inputs: [lost] }, 0, failsafe],
  ["loss: the failsafe current", { planned: 16, inputs: [lost], failsafeCurrent: 6 }, 6, failsafe],
  [
    "loss: who holds less than the failsafe current stays",
    { planned: 16, inputs: [lost], charger: { activeSetpoint: { current: 6 } }, failsafeCurrent: 8 },
    6,
    failsafe,
  ],
  ["loss: who pauses stays paused", { planned: 16, inputs: [lost], charger: {}, failsafeCurrent: 6 }, 0, failsafe],
  ["loss: a pause is a pause, and lasts for the loss", { planned: 0, inputs: [lost], failsafeCurrent: 6 }, 0, failsafe],
  ["loss goes before doubt", { planned: 16, inputs: [doubted, lost] }, 0, failsafe],
  ["loss goes before what is known to be wrong", { planned: 16, inputs: [wrong, lost] }, 0, failsafe],
  ["known to be wrong: the minimum", { planned: 16, inputs: [good, wrong] }, 6, reversed],
  ["known to be wrong: a pause says so, too", { planned: 0, inputs: [wrong] }, 0, reversed],
  ["known to be wrong: no start", { planned: 16, inputs: [wrong], charger: {} }, 0, reversed],
  [
    "tested: a change of our own shows how it responds",
    { planned: 16, inputs: [tested] },
    6,
    { code: "wiring-test", problem: unconfirmed, current: 6 },
  ],
  [
    "tested and doubted: the change may come, no increase",
    { planned: 16, inputs: [doubted, tested], charger: { activeSetpoint: { current: 6 } } },
    6,
    noIncrease(notTrusted),
  ],
  ["no input is needed: nothing to doubt", { planned: 16, inputs: [] }, 16, anyReason],
  [
    "the charger's last reading failed",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, failing: true } },
    10,
    noIncrease({ code: "charger-late" }),
  ],
  [
    "the charger is 10 s old: just fresh",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 10_000 } },
    16,
    anyReason,
  ],
  [
    "the charger is older than 10 s",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 10_001 } },
    10,
    noIncrease({ code: "charger-late" }),
  ],
  [
    "the charger is 30 s old: late",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 30_000 } },
    10,
    noIncrease({ code: "charger-late" }),
  ],
  [
    "the charger is older than 30 s",
    { planned: 16, charger: { activeSetpoint: { current: 10 }, age: 30_001 } },
    10,
    noIncrease({ code: "charger-silent" }),
  ],
  [
    "a silent charger may be lowered",
    { planned: 6, charger: { activeSetpoint: { current: 10 }, age: 99_000 } },
    6,
    anyReason,
  ],
])("%s", (_why, facts, current, reason) => {
  const setpoint = decide(facts);
  expect(setpoint.current).toBe(current);
  expect(setpoint.reasons).toEqual([reason]);
});

test("in doubt the number of phases stays as well", () => {
  expect(
    decide({ planned: 6, phases: 3, charger: { activeSetpoint: { current: 6 } }, inputs: [doubted] }),
  ).toMatchObject({
    current: 6,
    phases: 1,
  });
});

test("in doubt a raise of the number of phases is refused with its reason, a pause with other phases is not", () => {
  const held = { activeSetpoint: { current: 6, phases: 1 as const } };
  expect(decide({ planned: 6, phases: 3, charger: held, inputs: [doubted] })).toEqual({
    current: 6,
    phases: 1,
    reasons: [noIncrease(notTrusted)],
  });
  expect(decide({ planned: 0, phases: 3, charger: held, inputs: [doubted] })).toEqual({
    current: 0,
    phases: 3,
    reasons: [anyReason],
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
