/** The open loop: what the controller gets out of a day, and that nobody gets more than there is. */

import { ours } from "../../bench/ground/controller.js";
import { generateDay } from "../../bench/ground/days.js";
import { boundOfOpenLoop, runOpenLoop, startsOfOpenLoop } from "../../bench/ground/open-loop.js";
import { mostInAnHour, valueOf } from "../../bench/ground/score.js";
import { auto16, onePhase32 } from "../../bench/ground/settings.js";
import { evcc } from "../../bench/peers/evcc.js";
import { openEvse } from "../../bench/peers/openevse.js";

const day = generateDay({ weather: "winter", seed: 4, peak: 9 });

describe.each([0.25, 1, 10])("at λ %d", (importPenalty) => {
  test.each([onePhase32, auto16])("nobody beats the clairvoyant ($name)", (charging) => {
    const problem = { day, charging, importPenalty, tick: 30 };
    const bound = valueOf(boundOfOpenLoop(problem), importPenalty);
    for (const controller of [ours, evcc, ...openEvse])
      expect(valueOf(runOpenLoop(controller, problem).score, importPenalty)).toBeLessThanOrEqual(bound);
    expect(valueOf(startsOfOpenLoop(problem), importPenalty)).toBeLessThanOrEqual(bound);
  });
});

test("what the car takes is sun and grid together, second by second", () => {
  const surplus = new Float64Array(1_800).fill(1_000);
  const problem = { day: { name: "dull", surplus }, charging: onePhase32, importPenalty: 0.1, tick: 5 };
  const { solar, imported, starts } = boundOfOpenLoop(problem);
  // 6 A are 1380 W, of which 1000 W are sun.
  expect(solar).toBeCloseTo(500, 6);
  expect(imported).toBeCloseTo(190, 6);
  expect(starts).toBe(1);
});

test.each<[seconds: readonly number[], most: number]>([
  [[], 0],
  [[0], 1],
  [[0, 3_599], 2],
  [[0, 3_600], 1],
  [[0, 1_000, 2_000, 3_700, 4_000, 9_000], 4],
])("closings at %j s: at most %i in an hour", (seconds, most) => expect(mostInAnHour(seconds)).toBe(most));
