/** The house without car and roof: a base load, and appliances that come and go on one phase each. */

import type { PerPhase, PhaseIndex } from "../../model/phases.js";
import { perPhase } from "../../model/phases.js";
import { noiseAt, seededRandom } from "./random.js";
import { secondOfDay } from "./time.js";

/** Anything that consumes, phase by phase. */
export interface Consumption {
  /** W on L1, L2, L3, ≥ 0. @param second of the day */
  powers(second: number): PerPhase<number>;
}

interface Appliance {
  readonly phase: PhaseIndex;
  /** Runs per day, as a mean. */
  readonly runsPerDay: number;
  /** Hours of the day between which a run starts. */
  readonly between: readonly [from: number, to: number];
  /** W at a second of its run; 0 once the run is over. */
  power(second: number): number;
  /** s */
  readonly duration: number;
}

/** What stands in the house. */
const appliances = {
  kettle: { phase: 0, runsPerDay: 5, between: [6, 21], duration: 180, power: () => 2_000 },
  /** Its thermostat switches the heating on and off. */
  oven: {
    phase: 1,
    runsPerDay: 1,
    between: [10, 19],
    duration: 2_700,
    power: (second) => (second < 600 || second % 120 < 50 ? 2_600 : 60),
  },
  /** Heats first, then turns, then spins. */
  washingMachine: {
    phase: 2,
    runsPerDay: 1,
    between: [8, 17],
    duration: 5_400,
    power: (second) => (second < 300 ? 120 : second < 1_300 ? 2_050 : second < 4_800 ? 180 : 550),
  },
} as const satisfies Record<string, Appliance>;

export type ApplianceName = keyof typeof appliances;

export const applianceNames = ["kettle", "oven", "washingMachine"] as const satisfies readonly ApplianceName[];

export interface HouseholdOptions {
  readonly seed: number;
  /** W on L1, L2, L3, around the clock. */
  readonly base?: PerPhase<number>;
  readonly appliances?: readonly ApplianceName[];
}

interface Run {
  readonly appliance: Appliance;
  readonly start: number;
}

/** How far the base load moves, as a share of itself, and how fast, s. */
const baseMovement = { share: 0.25, period: 300 };

export class Household implements Consumption {
  private readonly seed: number;
  private readonly base: PerPhase<number>;
  private readonly runs: readonly Run[];

  /** The same seed makes the same day. */
  constructor({ seed, base = [160, 90, 130], appliances: present = applianceNames }: HouseholdOptions) {
    this.seed = seed;
    this.base = base;
    this.runs = plan(
      seed,
      present.map((name) => appliances[name]),
    );
  }

  powers(second: number): PerPhase<number> {
    const now = secondOfDay(second);
    return perPhase((phase) => this.baseLoad(phase, now) + this.appliancesOn(phase, now));
  }

  private baseLoad(phase: PhaseIndex, second: number): number {
    const movement = 2 * noiseAt(this.seed + 100 + phase, second, baseMovement.period) - 1;
    return this.base[phase] * (1 + baseMovement.share * movement);
  }

  private appliancesOn(phase: PhaseIndex, second: number): number {
    return this.runs
      .filter(({ appliance }) => appliance.phase === phase)
      .map(({ appliance, start }) => ({ appliance, since: secondOfDay(second - start) }))
      .filter(({ appliance, since }) => since < appliance.duration)
      .reduce((sum, { appliance, since }) => sum + appliance.power(since), 0);
  }
}

/** When each appliance runs today. Two runs of one appliance may overlap: some houses have two kettles. */
function plan(seed: number, present: readonly Appliance[]): Run[] {
  const random = seededRandom(seed);
  return present.flatMap((appliance) => {
    const [from, to] = appliance.between;
    const count = Math.max(1, Math.round(appliance.runsPerDay * (0.6 + 0.8 * random())));
    return Array.from({ length: count }, () => ({
      appliance,
      start: Math.floor(3600 * (from + (to - from) * random())),
    }));
  });
}
