/** What is true of a charger, in the terms that several integrations show. */

import type { ChargerReading } from "../model/readings.js";
import type { ChargerView } from "../site/site-view.js";

/** What is true of a charger that answers. */
export interface Facts {
  readonly charger: ChargerView;
  readonly reading: ChargerReading;
}

/** `null`: it does not answer, or has not yet, or the site has none. */
export function factsOf(charger: ChargerView | null): Facts | null {
  return charger?.reachable && charger.reading !== null ? { charger, reading: charger.reading } : null;
}

/** Whether it may charge. */
export function isAllowed({ charger, reading }: Facts): boolean {
  return reading.allowCharging ?? charger.decision?.allowCharging ?? false;
}

/**
 * Whether a car is plugged in; `null`: not known. A charger in fault may have a car or not: then the control pilot
 * decides, IEC 61851-1 states A to D.
 */
export function isPlugged({ state, pwmSignal }: ChargerReading): boolean | null {
  if (state === "connected" || state === "charging") return true;
  if (state === "disconnected") return false;
  const pilot = /^([A-D])\d?$/i.exec(pwmSignal ?? "")?.[1];
  return pilot === undefined ? null : pilot.toUpperCase() !== "A";
}
