/** What house batteries leave to the cars: by their state of charge, and by what they do now. */

import { batteryMatch, batteryNoise, freshForRaising, freshStateOfCharge } from "./limits.js";
import { noBatteryMemory, type BatteryMemory, type BatteryRank, type Memory } from "./memory.js";
import type { ControlSettings, MeterSettings } from "./settings.js";

/** What house batteries add to what comes from the grid; together it is what cars that follow the sun must not draw. */
export interface BatteryFlow {
  /** W that they give and are meant to keep; negative: they take so much that the cars may have instead. */
  readonly power: number;
  /** W by which that may not fit the grid's power, since another device measured it at another time. */
  readonly doubt: number;
  /** ms by which the answer of a battery may be seen later than that of the grid. */
  readonly later: number;
}

type Seen = Pick<Memory, "meters" | "batteries">;

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
export function rememberBatteries(settings: ControlSettings, { meters, batteries }: Seen, now: number) {
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
export function batteryFlow(settings: ControlSettings, { batteries }: Pick<Memory, "batteries">, now: number) {
  return batteryMeters(settings).reduce<BatteryFlow>(
    ({ power, doubt, later }, { name, measures }) => {
      const { rank, powers } = batteries[name] ?? noBatteryMemory;
      const newest = powers.at(-1);
      if (newest === undefined) return { power, doubt, later };
      const mayTake = rank !== "first" && now - newest.at <= freshForRaising;
      const counted = powers.map(({ value }) =>
        Math.min(rank === "gives" ? 0 : Infinity, Math.max(mayTake ? -Infinity : 0, value)),
      );
      const all = power + (counted.at(-1) ?? 0);
      if (measures.includes("grid") || counted.every((value) => value === 0)) return { power: all, doubt, later };
      return { power: all, doubt: doubt + Math.max(...counted) - Math.min(...counted), later: batteryMatch };
    },
    { power: 0, doubt: 0, later: 0 },
  );
}

/** Some battery may be drained into cars that follow the sun. */
export function someBatteryGives({ batteries }: Pick<Memory, "batteries">): boolean {
  return Object.values(batteries).some(({ rank }) => rank === "gives");
}

function batteryMeters({ meters }: ControlSettings): readonly MeterSettings[] {
  return meters.filter(({ measures }) => measures.includes("battery"));
}
