/** How much of the sun is left for the chargers that follow it, and how far that can be relied on. */

import { isSunMode } from "./chargers.js";
import { surplusMemory, surplusSpacing } from "./limits.js";
import type { Measured, Memory, SurplusSample } from "./memory.js";
import type { ControlSettings } from "./settings.js";
import { likelyDraw } from "./draws.js";
import { powerNow, trustIn, type Situation, type Trust } from "./situation.js";

/** W that come from the grid, by the meter that shows most, and out of the battery: a discharge is no sun. */
export function drawnFromGrid({ meters }: ControlSettings, memories: Memory["meters"]): Measured | null {
  const grid = worstOf(gridPowers(meters, memories));
  if (grid === null) return null;
  const discharge = meters
    .filter(({ measures }) => measures.includes("battery"))
    .reduce((sum, { name }) => sum + Math.max(0, memories[name]?.roles.battery?.power?.value ?? 0), 0);
  return { value: grid.value + discharge, at: grid.at };
}

/** The surplus as seen with the newest power of the grid. `null`: no meter has told it. */
export function surplusSample({ settings, memory, chargers, voltage }: Situation): SurplusSample | null {
  const drawn = drawnFromGrid(settings, memory.meters);
  if (drawn === null) return null;
  let low = settings.gridTarget - drawn.value;
  let high = low;
  let isConfirmed = true;
  for (const charger of chargers) {
    const shown = likelyDraw(charger, drawn.at, voltage);
    const own = isSunMode(charger.mode) && !charger.memory.full ? 0 : powerNow(charger);
    low += shown.lowPower - own;
    high += shown.highPower - own;
    isConfirmed &&= shown.isConfirmed || charger.silent || shown.highPower === 0;
  }
  return { at: drawn.at, isConfirmed, drawn: drawn.value, low, high };
}

/**
 * Adds a sample to the history, or puts it in the place of the one of the same reading, about which more is known now.
 * Older ones are kept only as close together as they are needed.
 */
export function withSample(history: Memory["surplus"], sample: SurplusSample): Memory["surplus"] {
  const [last, before] = [history.at(-1), history.at(-2)];
  if (last?.at === sample.at) return [...history.slice(0, -1), sample];
  const isCrowded = last !== undefined && before !== undefined && last.at - before.at < surplusSpacing;
  const spaced = isCrowded ? history.slice(0, -1) : history;
  return [...spaced.filter(({ at }) => at >= sample.at - surplusMemory), sample];
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
