import type { PhaseCount } from "../../../src/model/phases.js";
import { charger, charging, connected, grid, Run, siteSettings } from "../support.js";

/** A fast charge beside others that draw so much in all, seen by a meter that measures nothing but the power. */
function current(others: number, phases: PhaseCount, connection: PhaseCount = 3, maxCurrent = 16): number {
  const run = new Run(siteSettings({ phases: connection, chargers: [charger({ mode: "fast", phases, maxCurrent })] }));
  for (const end = 120; run.seconds < end;) {
    const now = run.last ? run.decision("Garage").current : 0;
    const power = others + now * phases * 230 - run.seconds / 1_000;
    run.after(5, {
      meters: { Grid: grid(power, { currents: [null, null, null] }) },
      chargers: { Garage: now > 0 ? charging(now, phases) : connected({ phases }) },
    });
  }
  return run.decision("Garage").current;
}

test.each<[why: string, others: number, phases: PhaseCount, current: number]>([
  ["a low base load", 500, 1, 16],
  ["all of it may be on the car's phase", 3_450, 1, 10],
  ["or on any phase of a three-phase car", 3_450, 3, 10],
  ["no headroom for the minimum: pause", 4_600, 1, 0],
])("a meter without currents: %s", (_why, others, phases, expected) => {
  expect(current(others, phases)).toBe(expected);
});

test.each<[why: string, others: number, phases: PhaseCount, expected: number]>([
  ["on a one-phase site the power is the current", 3_450, 1, 10],
  ["there, what is fed in is headroom", -4_600, 1, 32],
  ["on a three-phase site it may flow on another phase", -4_600, 3, 25],
])("%s", (_why, others, phases, expected) => {
  expect(current(others, 1, phases, 32)).toBe(expected);
});
