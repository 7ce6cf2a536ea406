/** The surplus for chargers in a solar mode, and how far it can be trusted. */

import type { MeterRole } from "../../model/readings.js";
import type { Memory } from "../memory.js";
import { batteryFlow } from "../observe/battery.js";
import { isSolarMode } from "../observe/charger-state.js";
import { spaced } from "../observe/history.js";
import type { Measured } from "../observe/meter-memory.js";
import { fittingPower, surplusMemory, surplusSpacing } from "../parameters.js";
import type { ControlSettings } from "../settings.js";
import { likelyDraw } from "./in-flight.js";
import type { SurplusSample } from "./samples.js";
import { powerNow, type Situation } from "./situation.js";
import { trustIn, type Trust } from "./trust.js";

/** The surplus by the newest power of the grid; `null`: no meter has reported it. */
export function surplusSample({ settings, memory, chargers, voltage, now }: Situation): SurplusSample | null {
  const grid = gridPower(settings, memory.meters);
  if (grid === null) return null;
  const battery = batteryFlow(settings, memory, now);
  const drawn = grid.value + battery.power;
  let low = settings.gridTarget - drawn - battery.more;
  let high = settings.gridTarget - drawn + battery.less;
  let isConfirmed = true;
  for (const charger of chargers) {
    const shown = likelyDraw(charger, grid.at, voltage, battery.later);
    const own = isSolarMode(charger.mode) && !charger.memory.ignoresSurplus ? 0 : powerNow(charger);
    low += shown.lowPower - own;
    high += shown.highPower - own;
    isConfirmed &&= shown.isConfirmed || charger.silent || shown.highPower === 0;
  }
  const isExact = battery.more <= fittingPower;
  return { at: grid.at, isConfirmed, drawn: isExact ? drawn : null, low, high };
}

/**
 * Adds a sample to the history, or replaces that of the same meter reading. Older ones are kept only as close together
 * as they are needed.
 */
export function withSample(history: Memory["surplus"], sample: SurplusSample): Memory["surplus"] {
  if (history.at(-1)?.at === sample.at) return [...history.slice(0, -1), sample];
  return [...spaced(history, surplusSpacing).filter(({ at }) => at >= sample.at - surplusMemory), sample];
}

/** Trust in what the surplus is calculated from: the grid's power, and that of each battery that does not give. */
export function surplusTrust({ settings, memory, now }: Situation): readonly Trust[] {
  const isNeeded = (name: string, role: MeterRole) =>
    role === "grid" || (role === "battery" && memory.batteries[name]?.rank !== "gives");
  const needed = settings.meters.flatMap(({ name, measures }) =>
    measures.filter((role) => isNeeded(name, role)).map((role) => ({ name, role })),
  );
  if (!needed.some(({ role }) => role === "grid")) return [{ kind: "lost", problem: { code: "no-grid-meter" } }];
  return needed.map(({ name, role }) => {
    const meter = memory.meters[name];
    const quantity = { kind: "power", role } as const;
    const trust = trustIn(name, meter, [{ quantity, sample: meter?.roles[role]?.power }], now);
    // The surplus of a meter that is mounted wrongly can't be followed.
    return trust.kind === "wrong" ? { kind: "lost", problem: trust.problem } : trust;
  });
}

/** W, import +, by the grid's meter with the highest value; `null`: none has reported it. */
export function gridPower({ meters }: ControlSettings, memories: Memory["meters"]): Measured | null {
  const powers = meters.flatMap(({ name, measures }) => {
    const power = measures.includes("grid") ? memories[name]?.roles.grid?.power : null;
    return power ? [power] : [];
  });
  return powers.reduce<Measured | null>((worst, power) => (worst && worst.value >= power.value ? worst : power), null);
}
