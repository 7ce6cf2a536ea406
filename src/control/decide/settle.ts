/** Turns what is left of a wish into a set-point, and keeps pauses from being too short. */

import type { ChargerFacts, Situation } from "../estimate/situation.js";
import { amperes, duration } from "../format.js";
import { floorTo } from "./own-limit.js";
import type { Wish } from "./setpoint.js";

export type SettleFacts = Pick<ChargerFacts, "settings" | "holding" | "lasting">;

export function settle(
  wish: Wish,
  { settings, holding, lasting }: SettleFacts,
  { now, settings: site }: Pick<Situation, "now" | "settings">,
): Wish {
  if (wish.current === 0) return wish;
  const current = floorTo(wish.current, settings.step);
  if (current < settings.minCurrent)
    return paused(holding, `${wish.reason}; charging needs at least ${amperes(settings.minCurrent)}`);

  const pauseLeft = lasting.pausedAt === null ? 0 : lasting.pausedAt + site.minimumPause - now;
  if (holding.current === 0 && pauseLeft > 0 && lasting.manual !== "start")
    return paused(holding, `pauses for ${duration(pauseLeft)} more`);
  return { ...wish, current };
}

function paused({ phases }: SettleFacts["holding"], reason: string): Wish {
  return { current: 0, phases, reason };
}
