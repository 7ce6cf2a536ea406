import { fastSetpoint, fixedSetpoint } from "../../../src/control/decide/fast.js";
import { Headrooms } from "../../../src/control/estimate/headroom.js";
import type { PerPhase, PhaseCount } from "../../../src/model/phases.js";
import { facts, headroom, situation, type FactOverrides } from "../facts.js";
import { connected, start } from "../support.js";

interface Case {
  readonly headroom?: PerPhase<number>;
  readonly charger?: FactOverrides;
  readonly powerLimit?: number;
}

function decide({ headroom: left = [25, 25, 25], charger = {}, powerLimit }: Case) {
  const auto = facts({ ...charger, settings: { phases: "auto", mode: "fast", ...charger.settings } });
  return fastSetpoint(
    auto,
    "fast charging",
    situation({ powerLimit: powerLimit ?? null }),
    new Headrooms([headroom(left)]),
  );
}

test.each<[why: string, facts: Case, phases: PhaseCount, current: number, reported: string]>([
  ["as many phases as it may", {}, 3, 16, "fast charging"],
  ["one phase has no room: one phase", { headroom: [25, 5, 25] }, 1, 16, "fast charging"],
  ["room for just the minimum is room", { headroom: [25, 6, 25] }, 3, 16, "fast charging"],
  ["no room at all: as if there were, the circuit will tell", { headroom: [0, 0, 0] }, 3, 16, "fast charging"],
  ["a person wants one phase", { charger: { persistent: { phases: 1 } } }, 1, 16, "fast charging"],
  ["a cap is named", { charger: { persistent: { cap: 10 } } }, 3, 10, "capped at 10 A"],
  [
    "a power cap that three phases can't keep",
    { charger: { persistent: { powerLimit: 3_000 } } },
    1,
    13,
    "capped at 3.0 kW",
  ],
  [
    "a power cap that three phases can keep",
    { charger: { persistent: { powerLimit: 4_200 } } },
    3,
    6,
    "capped at 4.2 kW",
  ],
  [
    "switched just now: it stays",
    { charger: { activeSetpoint: { current: 6, phases: 1 }, persistent: { switchedAt: start - 119_000 } } },
    1,
    16,
    "fast",
  ],
  [
    "switched 2 minutes ago",
    { charger: { activeSetpoint: { current: 6, phases: 1 }, persistent: { switchedAt: start - 120_000 } } },
    3,
    16,
    "fast",
  ],
  ["paused: switching costs nothing", { charger: { persistent: { switchedAt: start } } }, 3, 16, "fast"],
  [
    "can't switch",
    { charger: { activeSetpoint: { current: 6, phases: 1 }, settings: { canSwitchPhases: false } } },
    1,
    16,
    "fast",
  ],
])("%s", (_why, facts, phases, current, reported) => {
  const setpoint = decide(facts);
  expect(setpoint.phases).toBe(phases);
  expect(setpoint.current).toBe(current);
  expect(setpoint.reason).toContain(reported);
});

test("the grid operator's limit leaves room for one phase: one phase", () => {
  expect(decide({ powerLimit: 3_700 }).phases).toBe(1);
});

test.each<[why: string, charger: FactOverrides, phases: PhaseCount, current: number, reported: string]>([
  ["on the phases that it uses now", { activeSetpoint: { current: 6, phases: 1 } }, 1, 8, "fixed"],
  ["on three, if it uses three", { activeSetpoint: { current: 6, phases: 3 } }, 3, 8, "fixed"],
  ["on those that a person wants", { persistent: { phases: 3 } }, 3, 8, "fixed"],
  ["no more than a cap", { persistent: { cap: 7 } }, 1, 7, "capped at 7 A"],
  ["no more than the cable", { reading: connected({ cableEncoding: 6 }) }, 1, 6, "cable carries 6 A"],
])("a current that is held: %s", (_why, charger, phases, current, reported) => {
  const auto = facts({ ...charger, settings: { phases: "auto" } });
  const setpoint = fixedSetpoint(auto, 8, "fixed", situation());
  expect(setpoint).toMatchObject({ phases, current });
  expect(setpoint.reason).toContain(reported);
});
