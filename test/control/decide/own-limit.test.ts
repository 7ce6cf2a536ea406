import { ownLimit } from "../../../src/control/decide/own-limit.js";
import type { PhaseCount } from "../../../src/model/phases.js";
import { facts } from "../facts.js";
import { connected } from "../support.js";
import { floorTo } from "../../../src/model/rounding.js";
import type { PersistentChargerState } from "../../../src/control/observe/charger-memory.js";

interface Facts {
  readonly maxCurrent?: number;
  readonly step?: number;
  readonly cable?: number | null;
  readonly persistent?: Partial<PersistentChargerState>;
  readonly phases?: PhaseCount;
}

test.each<[why: string, facts: Facts, current: number, reported: string]>([
  ["the charger's maximum", {}, 32, "32 A at most"],
  ["the cable carries less", { cable: 20 }, 20, "cable carries 20 A"],
  ["a cable of 0 is none that is known", { cable: 0 }, 32, "at most"],
  ["a coding below 6 A is none", { cable: 5 }, 32, "at most"],
  ["the cable is not told", { cable: null }, 32, "at most"],
  ["a cap by hand", { persistent: { cap: 10 } }, 10, "capped at 10 A"],
  ["a cap above the maximum changes nothing", { persistent: { cap: 40 } }, 32, "at most"],
  ["a cap between two steps is rounded down", { persistent: { cap: 10.9 } }, 10, "10.9 A"],
  ["a cap below the minimum stays below it", { persistent: { cap: 4 } }, 4, "capped at 4 A"],
  ["a power cap on one phase", { persistent: { powerLimit: 2_300 } }, 10, "2.3 kW"],
  ["a power cap on three phases", { persistent: { powerLimit: 6_900 }, phases: 3 }, 10, "6.9 kW"],
  ["a power cap of 0 W", { persistent: { powerLimit: 0 } }, 0, "0 W"],
  ["the tightest of all counts", { cable: 13, persistent: { cap: 12, powerLimit: 2_530 } }, 11, "2.5 kW"],
  ["steps of 0.6 A", { maxCurrent: 16, step: 0.6 }, 15.6, "16 A at most"],
])("%s", (_why, { maxCurrent = 32, step = 1, cable = null, persistent = {}, phases = 1 }, current, reported) => {
  const reading = connected({ cableEncoding: cable });
  const limit = ownLimit(facts({ settings: { maxCurrent, step }, persistent, reading }), phases, 230);
  expect(limit.current).toBe(current);
  expect(limit.reason).toContain(reported);
});

test("before the first answer the charger's maximum counts", () => {
  expect(ownLimit(facts({ reading: null }), 1, 230).current).toBe(16);
});

test.each<[current: number, step: number, floored: number]>([
  [9.99, 1, 9],
  [10, 1, 10],
  [0.1 + 0.2, 0.1, 0.3],
  [0.3, 0.1, 0.3],
  [6.59, 0.6, 6],
  [6.6, 0.6, 6.6],
  [13.999, 0.5, 13.5],
  [0, 1, 0],
])("%f A in steps of %f A is %f A", (current, step, floored) => expect(floorTo(current, step)).toBe(floored));
