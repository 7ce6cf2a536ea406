import { chooseForVehicle } from "../../../../src/control/decide/solar/vehicle-power.js";
import type { Reason } from "../../../../src/model/reasons.js";
import { demands, facts, situation, type FactOverrides } from "../../facts.js";
import { start } from "../../support.js";

interface Case {
  readonly charger?: FactOverrides;
  readonly surplus: number;
  readonly minPower?: number | null;
}

function decide({ charger = {}, surplus, minPower = null }: Case) {
  const demand = { ...demands.solar, minPower };
  const newest = [[0, surplus]] as const;
  return chooseForVehicle(facts(charger), demand, { low: surplus, high: surplus }, situation({ surplus: newest }));
}

const needsMore: Reason = { code: "vehicle-needs-more", surplus: 2_070, needed: 2_300 };
const waits = { regret: 1_000 };
const runs: FactOverrides = { activeSetpoint: { current: 9 }, persistent: { startedAt: start - 300_000 } };

test.each<[why: string, facts: Case, charges: boolean, reason: Reason]>([
  [
    "a car that needs nothing of its own starts",
    { charger: waits, surplus: 2_070 },
    true,
    { code: "surplus-used", surplus: 2_070 },
  ],
  ["one that needs more waits", { charger: waits, surplus: 2_070, minPower: 2_300 }, false, needsMore],
  [
    "with as much as it needs it starts",
    { charger: waits, surplus: 2_300, minPower: 2_300 },
    true,
    { code: "surplus-used", surplus: 2_300 },
  ],
  [
    "a little less while it runs: it goes on for now",
    { charger: runs, surplus: 2_070, minPower: 2_300 },
    true,
    needsMore,
  ],
  [
    "for too long: it stops",
    { charger: { ...runs, regret: 1_000 }, surplus: 2_070, minPower: 2_300 },
    false,
    needsMore,
  ],
  [
    "but not before its minimum run",
    { charger: { ...runs, regret: 1_000, persistent: { startedAt: start - 60_000 } }, surplus: 2_070, minPower: 2_300 },
    true,
    needsMore,
  ],
])("%s", (_why, given, charges, reason) => {
  const { option, reasons } = decide(given);
  expect(option !== null).toBe(charges);
  expect(reasons).toEqual([reason]);
});

test("what is lost by staying is counted as if there were no sun", () => {
  const { memory } = decide({ charger: runs, surplus: 2_070, minPower: 2_300 });
  expect(memory.regret).toBeCloseTo((6 * 230 * 10) / 3_600, 3);
  expect(decide({ charger: runs, surplus: 2_300, minPower: 2_300 }).memory.regret).toBe(0);
});
