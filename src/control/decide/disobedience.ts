/** A charger that draws far more than its limit pauses: a current that it does not keep to can't protect anything. */

import type { Reason } from "../../model/reasons.js";
import type { ChargerFacts } from "../estimate/situation.js";
import { overdrawPatience, overdrawRest } from "../observe/obedience.js";
import type { Setpoint } from "./setpoint.js";
import { atMost } from "./setpoint.js";

export function pauseDisobedient(setpoint: Setpoint, { memory: { disobeyed }, now }: ChargerFacts): Setpoint {
  const left = disobeyed === null ? 0 : disobeyed.at + overdrawRest - now;
  if (disobeyed === null || left <= 0) return setpoint;
  return atMost(setpoint, 0, { code: "limit-not-obeyed", current: disobeyed.current, limit: disobeyed.limit, left });
}

/** It draws far above its limit for longer than a car takes to follow. */
export function isOverdrawing({ memory: { overdraw }, now }: ChargerFacts): boolean {
  return overdraw !== null && now - overdraw.since >= overdrawPatience;
}

/** What is drawn on a circuit is this charger's own doing; `null`: it keeps to its limit. */
export function blameFor({ memory: { overdraw }, settings }: ChargerFacts, circuit: string): Reason | null {
  if (overdraw === null) return null;
  const { current, limit } = overdraw;
  return { code: "circuit-overdrawn", circuit, charger: settings.name, current, limit };
}
