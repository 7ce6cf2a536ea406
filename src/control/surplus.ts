/** How much of the sun is left for the chargers that follow it, and how far that can be relied on. */

import { isSunMode } from "./chargers.js";
import type { Measured, SurplusSample } from "./memory.js";
import { drawRange, powerNow, trustIn, type Situation, type Trust } from "./situation.js";

/**
 * The surplus as seen with the newest power of the grid meters, of which the one with the highest import counts.
 * A battery's discharge is no sun. `null`: no grid meter has told its power.
 */
export function surplusSample({ settings, memory, chargers, voltage, now }: Situation): SurplusSample | null {
  const grid = worstOf(gridPowers(settings.meters, memory.meters));
  if (grid === null) return null;
  const discharge = settings.meters
    .filter(({ measures }) => measures.includes("battery"))
    .reduce((sum, { name }) => sum + Math.max(0, memory.meters[name]?.roles.battery?.power?.value ?? 0), 0);

  let low = settings.gridTarget - grid.value - discharge;
  let high = low;
  for (const charger of chargers) {
    const shown = drawRange(charger, grid.at, voltage);
    const own = isSunMode(charger.mode) ? 0 : powerNow(charger);
    low += shown.lowPower - own;
    high += shown.highPower - own;
  }
  return { at: now, low, high };
}

/** Trust in what tells the surplus: the grid's power, and the battery's where there is one. */
export function surplusTrust({ settings, memory, now }: Situation): Trust {
  const needed = settings.meters.flatMap(({ name, measures }) =>
    measures.flatMap((role) => (role === "grid" || role === "battery" ? [{ name, role }] : [])),
  );
  if (!needed.some(({ role }) => role === "grid"))
    return { raise: false, stay: false, problem: "no meter measures the grid" };
  const trusts = needed.map(({ name, role }) => {
    const meter = memory.meters[name];
    return trustIn(name, meter, [{ what: `the ${role} power`, sample: meter?.roles[role]?.power }], now);
  });
  return {
    raise: trusts.every(({ raise }) => raise),
    stay: trusts.every(({ stay }) => stay),
    problem: trusts.find(({ problem }) => problem !== "")?.problem ?? "",
  };
}

function gridPowers(
  meters: Situation["settings"]["meters"],
  memories: Situation["memory"]["meters"],
): readonly Measured[] {
  return meters.flatMap(({ name, measures }) => {
    const power = measures.includes("grid") ? memories[name]?.roles.grid?.power : null;
    return power ? [power] : [];
  });
}

function worstOf(powers: readonly Measured[]): Measured | null {
  return powers.reduce<Measured | null>((worst, power) => (worst && worst.value >= power.value ? worst : power), null);
}
