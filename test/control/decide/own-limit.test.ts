import { ownLimit } from "../../../src/control/decide/own-limit.js";
import type { PersistentChargerState } from "../../../src/control/observe/charger-memory.js";
import type { PhaseCount } from "../../../src/model/phases.js";
import type { Reason } from "../../../src/model/reasons.js";
import { floorTo } from "../../../src/model/rounding.js";
import { facts } from "../facts.js";
import { connected } from "../support.js";

interface Facts {
  readonly maxCurrent?: number;
  readonly step?: number;
  readonly cable?: number | null;
  /** A that is set in the charger. */
  readonly inCharger?: number | null;
  readonly persistent?: Partial<PersistentChargerState>;
  readonly phases?: PhaseCount;
}

test.each<[why: string, facts: Facts, current: number, reason: Reason]>([
  ["the charger's maximum", {}, 32, { code: "charger-limit", current: 32 }],
  ["the cable carries less", { cable: 20 }, 20, { code: "cable-limit", current: 20 }],
  ["a cable of 0 is none that is known", { cable: 0 }, 32, { code: "charger-limit", current: 32 }],
  ["a coding below 6 A is none", { cable: 5 }, 32, { code: "charger-limit", current: 32 }],
  ["the cable is not known", { cable: null }, 32, { code: "charger-limit", current: 32 }],
  ["the charger's own settings allow less", { inCharger: 16 }, 16, { code: "charger-own-limit", current: 16 }],
  ["a cable that carries less than those", { inCharger: 16, cable: 13 }, 13, { code: "cable-limit", current: 13 }],
  [
    "settings that allow less than the cable",
    { inCharger: 16, cable: 20 },
    16,
    { code: "charger-own-limit", current: 16 },
  ],
  ["settings of 0 A are none", { inCharger: 0 }, 32, { code: "charger-limit", current: 32 }],
  ["a cap by hand", { persistent: { cap: 10 } }, 10, { code: "current-cap", current: 10 }],
  ["a cap above the maximum changes nothing", { persistent: { cap: 40 } }, 32, { code: "charger-limit", current: 32 }],
  [
    "a cap between two steps is rounded down",
    { persistent: { cap: 10.9 } },
    10,
    { code: "current-cap", current: 10.9 },
  ],
  ["a cap below the minimum stays below it", { persistent: { cap: 4 } }, 4, { code: "current-cap", current: 4 }],
  ["a power cap on one phase", { persistent: { powerLimit: 2_300 } }, 10, { code: "power-cap", power: 2_300 }],
  [
    "a power cap on three phases",
    { persistent: { powerLimit: 6_900 }, phases: 3 },
    10,
    { code: "power-cap", power: 6_900 },
  ],
  ["a power cap of 0 W", { persistent: { powerLimit: 0 } }, 0, { code: "power-cap", power: 0 }],
  [
    "the tightest of all counts",
    { cable: 13, persistent: { cap: 12, powerLimit: 2_530 } },
    11,
    { code: "power-cap", power: 2_530 },
  ],
  ["steps of 0.6 A", { maxCurrent: 16, step: 0.6 }, 15.6, { code: "charger-limit", current: 16 }],
])(
  "%s",
  (
    _why,
    { maxCurrent = 32, step = 1, cable = null, inCharger = null, persistent = {}, phases = 1 },
    current,
    reason,
  ) => {
    const reading = connected({ cableEncoding: cable, currentLimit: inCharger });
    const limit = ownLimit(facts({ settings: { maxCurrent, step }, persistent, reading }), phases, 230);
    expect(limit).toEqual({ current, reason });
  },
);

test("before the first reading the charger's maximum counts", () => {
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
