import type { DemandKind } from "../../../src/control/decide/demand.js";
import { chargesFromGrid } from "../../../src/control/decide/discharge-block.js";
import type { BatteryRank } from "../../../src/control/observe/battery-memory.js";
import { demands, facts, situation, type FactOverrides } from "../facts.js";
import { charger, charging, connected, disconnected, grid, Run, siteSettings } from "../support.js";

interface Case {
  readonly kind: DemandKind;
  /** A decided, on one phase. */
  readonly current: number;
  /** W of surplus; absent: not known. */
  readonly surplus?: number;
  readonly rank?: BatteryRank;
  readonly charger?: FactOverrides;
}

const full = { kind: "fast", current: 16 } as const;
const minimum = { kind: "solar-with-minimum", current: 6 } as const;

test.each<[why: string, facts: Case, expected: boolean]>([
  ["fast charging", full, true],
  ["fast charging, whatever the sun", { ...full, surplus: 9_000 }, true],
  ["fast charging, whatever the battery may give to others", { ...full, rank: "gives" }, true],
  ["fast charging that pauses", { ...full, current: 0 }, false],
  ["fast charging without a car", { ...full, charger: { reading: disconnected } }, false],
  ["fast charging of a car that is full", { ...full, charger: { idle: true } }, false],
  ["a current of its own", { kind: "fixed", current: 8 }, true],
  ["the minimum without sun", { ...minimum, surplus: 0 }, true],
  ["the minimum with too little sun", { ...minimum, surplus: 1_379 }, true],
  ["the minimum from the sun alone", { ...minimum, surplus: 1_380 }, false],
  ["the minimum, and the surplus is not known", minimum, true],
  ["the minimum from a battery that may give it", { ...minimum, surplus: 0, rank: "gives" }, false],
  ["the minimum beside a battery that yields", { ...minimum, surplus: 0, rank: "yields" }, true],
  ["a car that follows the sun", { kind: "solar", current: 6, surplus: 0 }, false],
])("%s", (_why, { kind, current, surplus, rank = "first", charger: overrides = {} }, expected) => {
  const one = facts({ activeSetpoint: { current }, ...overrides });
  const seen = situation({ chargers: [one], surplus: surplus === undefined ? [] : [[0, surplus]] });
  const memory = { ...seen.memory, batteries: { Battery: { rank, powers: [] } } };
  const decision = { allowCharging: current > 0, current, phases: 1, reasons: [] } as const;
  const charges = [{ charger: one, demand: demands[kind], decision }];
  expect(chargesFromGrid(charges, { ...seen, memory })).toBe(expected);
});

describe("the block", () => {
  const settings = siteSettings({ chargers: [charger({ mode: "fast" })] });
  const isBlocked = (run: Run) => run.last?.blockDischarge;

  test("comes with the charge, and goes a minute after it", () => {
    const run = new Run(settings);
    const current = run.after(5, { meters: { Grid: grid(100) }, chargers: { Garage: connected() } }).current;
    expect([current, isBlocked(run)]).toEqual([16, true]);
    run.keep(60, { meters: { Grid: grid(3_800) }, chargers: { Garage: charging(16) } });
    expect(isBlocked(run)).toBe(true);
    run.keep(55, { meters: { Grid: grid(100) }, chargers: { Garage: disconnected } });
    expect(isBlocked(run)).toBe(true);
    run.keep(10, { meters: { Grid: grid(100) }, chargers: { Garage: disconnected } });
    expect(isBlocked(run)).toBe(false);
  });

  test("does not concern a site where no car charges", () => {
    const run = new Run(settings);
    run.keep(10, { meters: { Grid: grid(100) }, chargers: { Garage: disconnected } });
    expect(isBlocked(run)).toBe(false);
    expect(run.memory.gridChargeAt).toBeNull();
  });
});
