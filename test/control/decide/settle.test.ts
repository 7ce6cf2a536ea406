import { settle } from "../../../src/control/decide/settle.js";
import { anyReason, facts, situation, type FactOverrides } from "../facts.js";
import { byHand, start } from "../support.js";

const minute = 60_000;

function decide(current: number, charger: FactOverrides = {}, minimumPause = 5 * minute) {
  return settle(
    { current, phases: 1, reasons: [anyReason] },
    facts(charger),
    situation({ settings: { minimumPause } }),
  );
}

test.each<[why: string, planned: number, charger: FactOverrides, current: number, reasons: readonly object[]]>([
  ["a possible current stays", 10, {}, 10, [anyReason]],
  ["between two steps: the lower one", 10.9, {}, 10, [anyReason]],
  ["steps of 0.6 A", 10.9, { settings: { step: 0.6 } }, 10.8, [anyReason]],
  ["below the minimum: pause, and both reasons", 5.9, {}, 0, [anyReason, { code: "below-minimum", current: 6 }]],
  ["the minimum itself", 6, {}, 6, [anyReason]],
  ["a pause keeps its reason", 0, {}, 0, [anyReason]],
  ["paused just now: not yet", 10, { persistent: { pausedAt: start } }, 0, [{ code: "minimum-pause", left: 300_000 }]],
  [
    "paused 1 s less than the minimum",
    10,
    { persistent: { pausedAt: start - 299_000 } },
    0,
    [{ code: "minimum-pause", left: 1_000 }],
  ],
  ["paused for the minimum", 10, { persistent: { pausedAt: start - 300_000 } }, 10, [anyReason]],
  ["a start by hand does not wait", 10, { persistent: { pausedAt: start, manual: byHand("start") } }, 10, [anyReason]],
  [
    "who runs is not held up by an old pause",
    10,
    { activeSetpoint: { current: 8 }, persistent: { pausedAt: start } },
    10,
    [anyReason],
  ],
])("%s", (_why, planned, charger, current, reasons) => {
  const setpoint = decide(planned, charger);
  expect(setpoint.current).toBe(current);
  expect(setpoint.reasons).toEqual(reasons);
});

test("who pauses keeps its number of phases: no switching for nothing", () => {
  const paused = settle(
    { current: 6, phases: 3, reasons: [anyReason] },
    facts({ activeSetpoint: { current: 0, phases: 1 }, persistent: { pausedAt: start } }),
    situation(),
  );
  expect(paused).toMatchObject({ current: 0, phases: 1 });
});
