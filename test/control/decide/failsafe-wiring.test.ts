/** While a meter's wiring is checked: one change of our own at a time, and each gets its time to show. */

import { applyFailsafe } from "../../../src/control/decide/failsafe.js";
import type { Trust } from "../../../src/control/estimate/trust.js";
import type { Problem, Reason } from "../../../src/model/reasons.js";
import { anyReason, facts } from "../facts.js";
import { start } from "../support.js";

const problem: Problem = { code: "wiring-doubted", meter: "Grid" };
const since = start - 90_000;
const tested: Trust = { kind: "tested", problem, since };

/** A charger that holds so much since its last command, so many ms ago; `null`: it never had one. */
function decide(planned: number, held: number, commandAge: number | null) {
  const lastCommand = commandAge === null ? null : { at: start - commandAge, current: held, phases: 1 as const };
  const charger = facts({ activeSetpoint: { current: held }, persistent: { lastCommand } });
  const setpoint = { current: planned, phases: 1 as const, reasons: [anyReason] };
  return applyFailsafe(setpoint, { charger, now: start, inputs: [tested], failsafeCurrent: 0 });
}

const lowers: Reason = { code: "wiring-test", problem, current: 6 };
const waits: Reason = { code: "wiring-test-running", problem };
const tooSmall: Reason = { code: "wiring-test-small-increase", problem };

test.each<[why: string, planned: number, held: number, commandAge: number | null, current: number, reason: Reason]>([
  ["no change since the doubt: lowers once", 16, 10, 90_001, 6, lowers],
  ["a charger that was never commanded: lowers once", 16, 10, null, 6, lowers],
  ["a change at the moment of the doubt counts", 16, 10, 90_000, 16, anyReason],
  ["a change a moment ago: waits for the meter's answer", 16, 10, 59_999, 10, waits],
  ["it has had its time: goes on", 16, 10, 60_000, 16, anyReason],
  ["while it waits a decrease passes", 7, 10, 59_999, 7, anyReason],
  ["at the minimum nothing can be lowered: a raise is the test", 16, 6, null, 16, anyReason],
  ["a raise that is too small to show is none", 7.9, 6, null, 6, tooSmall],
  ["one that is just noticeable", 8, 6, null, 8, anyReason],
  ["one that is too small, after a change", 11.9, 10, 60_000, 10, tooSmall],
  ["as much as it holds is no increase", 6, 6, null, 6, anyReason],
  ["a little less than it holds is none either", 9, 10, 60_000, 9, anyReason],
  ["less than it holds is none either", 8, 10, 60_000, 8, anyReason],
])("%s", (_why, planned, held, commandAge, current, reason) => {
  expect(decide(planned, held, commandAge)).toEqual({ current, phases: 1, reasons: [reason] });
});

test("less current on more phases is no small increase", () => {
  const charger = facts({
    activeSetpoint: { current: 10, phases: 1 },
    persistent: { lastCommand: { at: start - 60_000, current: 10, phases: 1 } },
  });
  const setpoint = { current: 6, phases: 3 as const, reasons: [anyReason] };
  expect(applyFailsafe(setpoint, { charger, now: start, inputs: [tested], failsafeCurrent: 0 })).toEqual(setpoint);
});
