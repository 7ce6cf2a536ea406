/** First step: what a charger is asked to do by its mode and by people. */

import type { ChargerFacts } from "../situation.js";

/**
 * `none`: do not charge · `full`: as much as there is room for · `sun`: what the sun gives ·
 * `sun-and-minimum`: what the sun gives, and the minimum without it.
 */
export type Pull = "none" | "full" | "sun" | "sun-and-minimum";

export interface Demand {
  readonly pull: Pull;
  readonly reason: string;
}

export type DemandFacts = Pick<ChargerFacts, "mode" | "reading" | "lasting" | "settings">;

export function demandOf({ mode, reading, lasting, settings }: DemandFacts): Demand {
  if (reading === null) return none("the charger has not answered yet");
  if (reading.state === "fault") return none(`the charger reports a fault${reading.error ? `: ${reading.error}` : ""}`);
  if (lasting.manual === "stop") return none("stopped by hand, until it is started again or the car is unplugged");
  const limit = energyLimitOf({ reading, lasting, settings });
  if (limit !== null && (reading.sessionChargeConsumption ?? 0) >= limit)
    return none(`the session has its ${limit} kWh`);

  const started = lasting.manual === "start";
  if (mode === "off") return started ? { pull: "full", reason: "started by hand" } : none("switched off");
  if (mode === "scheduled")
    return started ? { pull: "full", reason: "started by hand" } : none("waits for a target or a cheap hour");
  if (mode === "fast") return { pull: "full", reason: started ? "started by hand" : "fast charging" };
  if (reading.state === "disconnected") return none("no car is plugged in");
  if (reading.state === null) return none("the charger does not tell whether a car is plugged in");
  if (started) return { pull: "sun-and-minimum", reason: "started by hand" };
  return mode === "solar-min"
    ? { pull: "sun-and-minimum", reason: "the minimum at least" }
    : { pull: "sun", reason: "" };
}

/** kWh of the session after which charging ends: ours, and the one set in the charger; `null`: none. */
function energyLimitOf({ reading, lasting, settings }: Omit<DemandFacts, "mode">): number | null {
  const limits = [lasting.energyLimit ?? settings.sessionEnergyLimit, reading?.sessionChargeConsumptionLimit ?? 0];
  const set = limits.filter((limit) => limit > 0);
  return set.length > 0 ? Math.min(...set) : null;
}

function none(reason: string): Demand {
  return { pull: "none", reason };
}
