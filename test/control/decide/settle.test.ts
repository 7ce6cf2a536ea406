import { settle } from "../../../src/control/decide/settle.js";
import { facts, situation, type FactOverrides } from "../facts.js";
import { start } from "../support.js";

const minute = 60_000;

function decide(current: number, charger: FactOverrides = {}, minimumPause = 5 * minute) {
  return settle({ current, phases: 1, reason: "wished" }, facts(charger), situation({ settings: { minimumPause } }));
}

test.each<[why: string, planned: number, charger: FactOverrides, current: number, reported: string]>([
  ["a possible current stays", 10, {}, 10, "wished"],
  ["between two steps: the lower one", 10.9, {}, 10, "wished"],
  ["steps of 0.6 A", 10.9, { settings: { step: 0.6 } }, 10.8, "wished"],
  ["below the minimum: pause, and both reasons", 5.9, {}, 0, "wished; charging needs at least 6 A"],
  ["the minimum itself", 6, {}, 6, "wished"],
  ["a pause keeps its reason", 0, {}, 0, "wished"],
  ["paused just now: not yet", 10, { persistent: { pausedAt: start } }, 0, "pauses for 5 min more"],
  ["paused 1 s less than the minimum", 10, { persistent: { pausedAt: start - 299_000 } }, 0, "1 s more"],
  ["paused for the minimum", 10, { persistent: { pausedAt: start - 300_000 } }, 10, "wished"],
  ["a start by hand does not wait", 10, { persistent: { pausedAt: start, manual: "start" } }, 10, "wished"],
  [
    "who runs is not held up by an old pause",
    10,
    { activeSetpoint: { current: 8 }, persistent: { pausedAt: start } },
    10,
    "wished",
  ],
])("%s", (_why, planned, charger, current, reported) => {
  const setpoint = decide(planned, charger);
  expect(setpoint.current).toBe(current);
  expect(setpoint.reason).toContain(reported);
});

test("who pauses keeps its number of phases: no switching for nothing", () => {
  const paused = settle(
    { current: 6, phases: 3, reason: "wished" },
    facts({ activeSetpoint: { current: 0, phases: 1 }, persistent: { pausedAt: start } }),
    situation(),
  );
  expect(paused).toMatchObject({ current: 0, phases: 1 });
});
