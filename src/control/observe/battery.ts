/** How much power house batteries leave to the cars, by their state of charge and their present power. */

import type { Memory } from "../memory.js";
import { batteryMatch, batteryNoise, freshForRaising, freshStateOfCharge } from "../parameters.js";
import type { ControlSettings, MeterSettings } from "../settings.js";
import { noBatteryMemory, type BatteryMemory, type BatteryRank } from "./battery-memory.js";

/** What house batteries add to the grid's power when the surplus is calculated. */
export interface BatteryFlow {
  /** W, + = discharge that is not for the cars, − = charging power that the cars may have instead. */
  readonly power: number;
  /**
   * W by which `power` may be too low (`more`) or too high (`less`) beside the grid's power, which another device
   * measured at another time. Discharge only ever counts as too low.
   */
  readonly more: number;
  readonly less: number;
  /** ms by which a battery's response may show later than the grid's. */
  readonly later: number;
}

/**
 * A battery's rank, with hysteresis: `yields` ends only 2 % below its threshold, and `gives` begins only 2 % above the
 * reserve, so that noise changes nothing and nothing below the reserve is taken.
 * @param soc state of charge in %; `null`: not known, and the battery comes first
 */
export function batteryRank(
  before: BatteryRank,
  soc: number | null,
  { batteryPriority, batteryReserve }: Pick<ControlSettings, "batteryPriority" | "batteryReserve">,
): BatteryRank {
  if (soc === null) return "first";
  const givesFrom = before === "gives" ? batteryReserve : Math.min(100, batteryReserve + batteryNoise);
  if (soc > batteryReserve && soc >= givesFrom) return "gives";
  const staysAbove = before !== "first" && soc > batteryPriority - batteryNoise;
  return staysAbove || soc >= batteryPriority ? "yields" : "first";
}

/** Updates the memory of every battery from the meters. */
export function observeBatteries(
  settings: ControlSettings,
  { meters, batteries }: Pick<Memory, "meters" | "batteries">,
  now: number,
): Memory["batteries"] {
  const all = batteryMeters(settings).map(({ name }): [name: string, memory: BatteryMemory] => {
    const { rank, powers } = batteries[name] ?? noBatteryMemory;
    const { soc = null, power = null } = meters[name]?.roles.battery ?? {};
    const known = soc !== null && now - soc.at <= freshStateOfCharge ? soc.value : null;
    const lately = powers.filter(({ at }) => at >= now - batteryMatch && at !== power?.at);
    return [name, { rank: batteryRank(rank, known, settings), powers: power === null ? [] : [...lately, power] }];
  });
  return Object.fromEntries(all);
}

/** All batteries together. A battery that charges is expected to charge with less once the cars draw more. */
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

function flowOf({ rank, powers }: BatteryMemory, isMeasuredWithGrid: boolean, now: number): BatteryFlow {
  const newest = powers.at(-1);
  if (newest === undefined) return nothing;
  const lowest = rank === "first" || now - newest.at > freshForRaising ? 0 : -Infinity;
  const highest = rank === "gives" ? 0 : Infinity;
  const counted = powers.map(({ value }) => Math.min(highest, Math.max(lowest, value)));
  const power = counted.at(-1) ?? 0;
  if (rank === "first" || isMeasuredWithGrid) return { ...nothing, power };
  const taken = counted.map((value) => Math.min(0, value));
  const isTaking = taken.some((value) => value < 0);
  return { power, more: spreadOf(counted), less: spreadOf(taken), later: isTaking ? batteryMatch : 0 };
}

/** W from the lowest to the highest. */
function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** Whether some battery may discharge for cars in a solar mode. */
export function someBatteryGives({ batteries }: Pick<Memory, "batteries">): boolean {
  return Object.values(batteries).some(({ rank }) => rank === "gives");
}

function batteryMeters({ meters }: ControlSettings): readonly MeterSettings[] {
  return meters.filter(({ measures }) => measures.includes("battery"));
}
