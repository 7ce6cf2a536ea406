import { fastSetpoint, fixedSetpoint } from "../../../src/control/decide/fast.js";
import { Headrooms } from "../../../src/control/estimate/headroom.js";
import type { PerPhase, PhaseCount } from "../../../src/model/phases.js";
import type { Reason } from "../../../src/model/reasons.js";
import { facts, headroom, situation, type FactOverrides } from "../facts.js";
import { connected, start } from "../support.js";

const fastMode: Reason = { code: "fast-mode" };
const held: Reason = { code: "plug-in-hold", current: 8, left: 60_000 };

interface Case {
  readonly headroom?: PerPhase<number>;
  readonly charger?: FactOverrides;
  readonly powerLimit?: number;
}

function decide({ headroom: left = [25, 25, 25], charger = {}, powerLimit }: Case) {
  const auto = facts({ ...charger, settings: { phases: "auto", mode: "fast", ...charger.settings } });
  return fastSetpoint(auto, fastMode, situation({ powerLimit: powerLimit ?? null }), new Headrooms([headroom(left)]));
}

test.each<[why: string, facts: Case, phases: PhaseCount, current: number, reason: Reason]>([
  ["as many phases as it may", {}, 3, 16, fastMode],
  ["one phase has no headroom: one phase", { headroom: [25, 5, 25] }, 1, 16, fastMode],
  ["headroom for just the minimum is enough", { headroom: [25, 6, 25] }, 3, 16, fastMode],
  ["no headroom at all: as if there were, load management decides", { headroom: [0, 0, 0] }, 3, 16, fastMode],
  ["a person wants one phase", { charger: { persistent: { phases: 1 } } }, 1, 16, fastMode],
  ["a cap is named", { charger: { persistent: { cap: 10 } } }, 3, 10, { code: "current-cap", current: 10 }],
  [
    "a power cap that three phases can't keep",
    { charger: { persistent: { powerLimit: 3_000 } } },
    1,
    13,
    { code: "power-cap", power: 3_000 },
  ],
  [
    "a power cap that three phases can keep",
    { charger: { persistent: { powerLimit: 4_200 } } },
    3,
    6,
    { code: "power-cap", power: 4_200 },
  ],
  [
    "switched just now: it stays",
    { charger: { activeSetpoint: { current: 6, phases: 1 }, persistent: { switchedAt: start - 119_000 } } },
    1,
    16,
    fastMode,
  ],
  [
    "switched 2 minutes ago",
    { charger: { activeSetpoint: { current: 6, phases: 1 }, persistent: { switchedAt: start - 120_000 } } },
    3,
    16,
    fastMode,
  ],
  ["paused: switching costs nothing", { charger: { persistent: { switchedAt: start } } }, 3, 16, fastMode],
  [
    "can't switch",
    { charger: { activeSetpoint: { current: 6, phases: 1 }, settings: { canSwitchPhases: false } } },
    1,
    16,
    fastMode,
  ],
])("%s", (_why, facts, phases, current, reason) => {
  const setpoint = decide(facts);
  expect(setpoint).toEqual({ phases, current, reasons: [reason] });
});

test("the grid operator's limit suffices for one phase: one phase", () => {
  expect(decide({ powerLimit: 3_700 }).phases).toBe(1);
});

test.each<[why: string, charger: FactOverrides, phases: PhaseCount, current: number, reason: Reason]>([
  ["on the phases that it uses now", { activeSetpoint: { current: 6, phases: 1 } }, 1, 8, held],
  ["on three, if it uses three", { activeSetpoint: { current: 6, phases: 3 } }, 3, 8, held],
  ["on those that a person wants", { persistent: { phases: 3 } }, 3, 8, held],
  ["no more than a cap", { persistent: { cap: 7 } }, 1, 7, { code: "current-cap", current: 7 }],
  ["no more than the cable", { reading: connected({ cableEncoding: 6 }) }, 1, 6, { code: "cable-limit", current: 6 }],
])("a current that is held: %s", (_why, charger, phases, current, reason) => {
  const auto = facts({ ...charger, settings: { phases: "auto" } });
  const setpoint = fixedSetpoint(auto, 8, held, situation());
  expect(setpoint).toEqual({ phases, current, reasons: [reason] });
});
