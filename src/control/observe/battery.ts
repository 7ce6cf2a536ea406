/** What house batteries leave to the cars: by their state of charge, and by what they do now. */

import type { Memory } from "../memory.js";
import { batteryMatch, batteryNoise, freshForRaising, freshStateOfCharge } from "../parameters.js";
import type { ControlSettings, MeterSettings } from "../settings.js";
import { noBatteryMemory, type BatteryMemory, type BatteryRank } from "./battery-memory.js";

/** What house batteries add to what comes from the grid; together it is what cars that follow the sun must not draw. */
export interface BatteryFlow {
  /** W that they give and are meant to keep; negative: they take so much that the cars may have instead. */
  readonly power: number;
  /**
   * W by which it may be more, or less, than fits the grid's power, since another device measured it at another time.
   * What a battery gives is spent at once, and never less.
   */
  readonly more: number;
  readonly less: number;
  /** ms by which the answer of a battery may be seen later than that of the grid. */
  readonly later: number;
}

type BatteryInputs = Pick<Memory, "meters" | "batteries">;

/**
 * Where a battery stands beside the cars. It moves up at its thresholds, and down only clearly below the one and at
 * the other, so that a state of charge that wavers changes nothing and nobody takes more than the reserve leaves.
 * @param soc %; `null`: not known now, and the battery comes first
 */
export function batteryRank(
  before: BatteryRank,
  soc: number | null,
  { batteryPriority, batteryReserve }: Pick<ControlSettings, "batteryPriority" | "batteryReserve">,
): BatteryRank {
  if (soc === null) return "first";
  const full = 100;
  const givesFrom = before === "gives" ? batteryReserve : Math.min(full, batteryReserve + batteryNoise);
  if (soc > batteryReserve && soc >= givesFrom) return "gives";
  const isServed = before !== "first" && soc > batteryPriority - batteryNoise;
  return isServed || soc >= batteryPriority ? "yields" : "first";
}

/** Takes what the meters just said into what is known of every battery. */
export function observeBatteries(settings: ControlSettings, { meters, batteries }: BatteryInputs, now: number) {
  const all = batteryMeters(settings).map(({ name }): [name: string, memory: BatteryMemory] => {
    const { rank, powers } = batteries[name] ?? noBatteryMemory;
    const { soc = null, power = null } = meters[name]?.roles.battery ?? {};
    const known = soc !== null && now - soc.at <= freshStateOfCharge ? soc.value : null;
    const lately = powers.filter(({ at }) => at >= now - batteryMatch && at !== power?.at);
    return [name, { rank: batteryRank(rank, known, settings), powers: power === null ? [] : [...lately, power] }];
  });
  return Object.fromEntries(all);
}

/** What all batteries do to the surplus now. A battery's own controller lets go of what it takes once cars do. */
export function batteryFlow(
  settings: ControlSettings,
  { batteries }: Pick<Memory, "batteries">,
  now: number,
): BatteryFlow {
  const flows = batteryMeters(settings).map(({ name, measures }) =>
    flowOf(batteries[name] ?? noBatteryMemory, measures.includes("grid"), now),
  );
  return flows.reduce(
    (sum, flow) => ({
      power: sum.power + flow.power,
      more: sum.more + flow.more,
      less: sum.less + flow.less,
      later: Math.max(sum.later, flow.later),
    }),
    nothing,
  );
}

const nothing: BatteryFlow = { power: 0, more: 0, less: 0, later: 0 };

function flowOf({ rank, powers }: BatteryMemory, isToldWithGrid: boolean, now: number): BatteryFlow {
  const newest = powers.at(-1);
  if (newest === undefined) return nothing;
  const lowest = rank === "first" || now - newest.at > freshForRaising ? 0 : -Infinity;
  const highest = rank === "gives" ? 0 : Infinity;
  const counted = powers.map(({ value }) => Math.min(highest, Math.max(lowest, value)));
  const power = counted.at(-1) ?? 0;
  if (rank === "first" || isToldWithGrid) return { ...nothing, power };
  const taken = counted.map((value) => Math.min(0, value));
  const isTaking = taken.some((value) => value < 0);
  return { power, more: spreadOf(counted), less: spreadOf(taken), later: isTaking ? batteryMatch : 0 };
}

function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** Some battery may be drained into cars that follow the sun. */
export function someBatteryGives({ batteries }: Pick<Memory, "batteries">): boolean {
  return Object.values(batteries).some(({ rank }) => rank === "gives");
}

function batteryMeters({ meters }: ControlSettings): readonly MeterSettings[] {
  return meters.filter(({ measures }) => measures.includes("battery"));
}
