import { phaseOptions } from "../../../src/control/decide/phase-switching.js";
import { charging } from "../support.js";
import { facts, situation } from "../facts.js";

const fixed = { canSwitchPhases: false, phases: "auto" } as const;

test.each<[why: string, reading: 1 | 3, commanded: 1 | 3, options: readonly number[]]>([
  ["is on three", 3, 1, [3]],
  ["was commanded three, and its car takes one", 1, 3, [3]],
  ["is on the one that it was commanded", 1, 1, [1]],
])("a charger that turned out not to switch phases, and %s", (_why, reading, commanded, options) => {
  const charger = facts({
    settings: fixed,
    reading: charging(8, reading),
    activeSetpoint: { current: 8, phases: commanded },
  });
  expect(phaseOptions(charger, situation({ chargers: [charger] }))).toEqual(options);
});
