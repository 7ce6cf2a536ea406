/** What is decided, as messages from the Homebridge of `ev-charging demo` to the process that started it. */

import { z } from "zod";
import type { SiteApi } from "../../site/site-view.js";
import { decisionText } from "../../texts/decision-text.js";

export const decisionReport = z.object({
  id: z.literal("evChargingDecision"),
  charger: z.string(),
  allowCharging: z.boolean(),
  /** What is decided, and why. */
  text: z.string(),
});

export type DecisionReport = z.output<typeof decisionReport>;

/** Begins at once; returns what ends it. */
export function reportDecisions(site: Pick<SiteApi, "onChange">, send: (report: DecisionReport) => void): () => void {
  return site.onChange(({ chargers }) => {
    for (const { name: charger, decision } of chargers) {
      if (decision === null) continue;
      const { allowCharging } = decision;
      send({ id: "evChargingDecision", charger, allowCharging, text: decisionText(decision) });
    }
  });
}
