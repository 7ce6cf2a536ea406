/** First step: a residual-current monitor with an alarm, or without readings, stops all chargers. */

import type { Reason } from "../../model/reasons.js";
import type { Memory } from "../memory.js";
import { noMonitorMemory } from "../observe/residual-current.js";
import { monitorSilence } from "../parameters.js";
import type { ControlSettings } from "../settings.js";

/** Why no charger may charge; `null`: they may. */
export function stoppedByMonitor({ monitors }: ControlSettings, memory: Memory): Reason | null {
  for (const name of monitors) {
    const { at, latched, alarm } = memory.monitors[name] ?? noMonitorMemory;
    if (latched !== null) return { code: "residual-current-alarm", monitor: name, isActive: alarm, bands: latched };
    if (at === null) return { code: "monitor-not-heard", monitor: name };
    const age = (memory.time ?? at) - at;
    if (age > monitorSilence) return { code: "monitor-silent", monitor: name, age };
  }
  return null;
}
