import { fullWish, heldWish } from "../../../src/control/decide/fast.js";
import { Rooms } from "../../../src/control/estimate/headroom.js";
import type { PerPhase, PhaseCount } from "../../../src/model/phases.js";
import { facts, room, situation, type FactOverrides } from "../facts.js";
import { connected, start } from "../support.js";

interface Case {
  readonly room?: PerPhase<number>;
  readonly charger?: FactOverrides;
  readonly powerLimit?: number;
}

function decide({ room: left = [25, 25, 25], charger = {}, powerLimit }: Case) {
  const auto = facts({ ...charger, settings: { phases: "auto", mode: "fast", ...charger.settings } });
  return fullWish(auto, "fast charging", situation({ powerLimit: powerLimit ?? null }), new Rooms([room(left)]));
}

test.each<[why: string, facts: Case, phases: PhaseCount, current: number, said: string]>([
  ["as many phases as it may", {}, 3, 16, "fast charging"],
  ["one phase has no room: one phase", { room: [25, 5, 25] }, 1, 16, "fast charging"],
  ["room for just the minimum is room", { room: [25, 6, 25] }, 3, 16, "fast charging"],
  ["no room at all: as if there were, the circuit will tell", { room: [0, 0, 0] }, 3, 16, "fast charging"],
  ["a person wants one phase", { charger: { lasting: { phases: 1 } } }, 1, 16, "fast charging"],
  ["a cap is named", { charger: { lasting: { cap: 10 } } }, 3, 10, "capped at 10 A"],
  [
    "a power cap that three phases can't keep",
    { charger: { lasting: { powerLimit: 3_000 } } },
    1,
    13,
    "capped at 3.0 kW",
  ],
  ["a power cap that three phases can keep", { charger: { lasting: { powerLimit: 4_200 } } }, 3, 6, "capped at 4.2 kW"],
  [
    "switched just now: it stays",
    { charger: { holding: { current: 6, phases: 1 }, lasting: { switchedAt: start - 119_000 } } },
    1,
    16,
    "fast",
  ],
  [
    "switched 2 minutes ago",
    { charger: { holding: { current: 6, phases: 1 }, lasting: { switchedAt: start - 120_000 } } },
    3,
    16,
    "fast",
  ],
  ["paused: switching costs nothing", { charger: { lasting: { switchedAt: start } } }, 3, 16, "fast"],
  [
    "can't switch",
    { charger: { holding: { current: 6, phases: 1 }, settings: { canSwitchPhases: false } } },
    1,
    16,
    "fast",
  ],
])("%s", (_why, facts, phases, current, said) => {
  const wish = decide(facts);
  expect(wish.phases).toBe(phases);
  expect(wish.current).toBe(current);
  expect(wish.reason).toContain(said);
});

test("the grid operator's limit leaves room for one phase: one phase", () => {
  expect(decide({ powerLimit: 3_700 }).phases).toBe(1);
});

test.each<[why: string, charger: FactOverrides, phases: PhaseCount, current: number, said: string]>([
  ["on the phases that it uses now", { holding: { current: 6, phases: 1 } }, 1, 8, "held"],
  ["on three, if it uses three", { holding: { current: 6, phases: 3 } }, 3, 8, "held"],
  ["on those that a person wants", { lasting: { phases: 3 } }, 3, 8, "held"],
  ["no more than a cap", { lasting: { cap: 7 } }, 1, 7, "capped at 7 A"],
  ["no more than the cable", { reading: connected({ cableEncoding: 6 }) }, 1, 6, "cable carries 6 A"],
])("a current that is held: %s", (_why, charger, phases, current, said) => {
  const auto = facts({ ...charger, settings: { phases: "auto" } });
  const wish = heldWish(auto, 8, "held", situation());
  expect(wish).toMatchObject({ phases, current });
  expect(wish.reason).toContain(said);
});
