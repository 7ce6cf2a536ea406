/** Tells in the log what was decided, and why: starts, pauses and switches for everyone, the rest for the curious. */

import type { Decision } from "../../model/commands.js";
import type { Log } from "../../model/log.js";
import { reasonText } from "../../texts/reason-text.js";
import type { House } from "../../site/house.js";

/** Begins at once; returns what ends it. */
export function tellInLog(house: House, log: Log): () => void {
  const told = new Map<string, { readonly decision: Decision; readonly text: string }>();
  return house.onChange(() => {
    for (const { name, decision } of house.chargers) {
      const before = told.get(name);
      if (decision === null || decision === before?.decision) continue;
      const text = sentence(decision);
      if (text === before?.text) continue;
      told.set(name, { decision, text });
      const line = `${name}: ${text}`;
      if (before === undefined || isTurn(before.decision, decision)) log.info(line);
      else log.debug(line);
    }
  });
}

/** Charging starts, pauses, or goes on with another number of phases. */
function isTurn(before: Decision, after: Decision): boolean {
  if (before.allowCharging !== after.allowCharging) return true;
  return after.allowCharging && before.phases !== after.phases;
}

function sentence({ allowCharging, current, phases, reasons }: Decision): string {
  if (!allowCharging) return `paused: ${reasonText(reasons)}`;
  return `${current} A on ${phases === 1 ? "one phase" : "three phases"}: ${reasonText(reasons)}`;
}
