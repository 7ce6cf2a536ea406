/** Logs what was decided, and why: starts, pauses and phase switches as information, the rest for debugging. */

import type { Decision } from "../../model/commands.js";
import type { Log } from "../../model/log.js";
import type { SiteApi } from "../../site/site-view.js";
import { decisionText } from "../../texts/decision-text.js";

/** Begins at once; returns what ends it. */
export function logDecisions(site: SiteApi, log: Log): () => void {
  const logged = new Map<string, { readonly decision: Decision; readonly text: string }>();
  return site.onChange(({ chargers }) => {
    for (const { name, decision } of chargers) {
      const before = logged.get(name);
      if (decision === null || decision === before?.decision) continue;
      const text = decisionText(decision);
      if (text === before?.text) continue;
      logged.set(name, { decision, text });
      const line = `${name}: ${text}`;
      if (before === undefined || isSwitch(before.decision, decision)) log.info(line);
      else log.debug(line);
    }
  });
}

/** Charging starts, pauses, or goes on with another number of phases. */
function isSwitch(before: Decision, after: Decision): boolean {
  if (before.allowCharging !== after.allowCharging) return true;
  return after.allowCharging && before.phases !== after.phases;
}
