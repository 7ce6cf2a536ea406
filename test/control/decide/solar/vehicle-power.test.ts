import { chooseForVehicle } from "../../../../src/control/decide/solar/vehicle-power.js";
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

const waits = { regret: 1_000 };
const runs: FactOverrides = { activeSetpoint: { current: 9 }, persistent: { startedAt: start - 300_000 } };

test.each<[why: string, facts: Case, charges: boolean, reported: string]>([
  ["a car that needs nothing of its own starts", { charger: waits, surplus: 2_070 }, true, "2.1 kW of surplus"],
  ["one that needs more waits", { charger: waits, surplus: 2_070, minPower: 2_300 }, false, "this car needs 2.3 kW"],
  [
    "with as much as it needs it starts",
    { charger: waits, surplus: 2_300, minPower: 2_300 },
    true,
    "2.3 kW of surplus",
  ],
  [
    "a little less while it runs: it goes on for now",
    { charger: runs, surplus: 2_070, minPower: 2_300 },
    true,
    "needs",
  ],
  [
    "for too long: it stops",
    { charger: { ...runs, regret: 1_000 }, surplus: 2_070, minPower: 2_300 },
    false,
    "this car needs 2.3 kW",
  ],
  [
    "but not before its minimum run",
    { charger: { ...runs, regret: 1_000, persistent: { startedAt: start - 60_000 } }, surplus: 2_070, minPower: 2_300 },
    true,
    "needs",
  ],
])("%s", (_why, given, charges, reported) => {
  const { option, reason } = decide(given);
  expect(option !== null).toBe(charges);
  expect(reason).toContain(reported);
});

test("what is lost by staying is counted as if there were no sun", () => {
  const { memory } = decide({ charger: runs, surplus: 2_070, minPower: 2_300 });
  expect(memory.regret).toBeCloseTo((6 * 230 * 10) / 3_600, 3);
  expect(decide({ charger: runs, surplus: 2_300, minPower: 2_300 }).memory.regret).toBe(0);
});
