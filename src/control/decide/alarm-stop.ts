/** A residual-current monitor that raises an alarm, or is silent, stops all chargers. */

import { monitorSilence } from "../parameters.js";
import type { Memory } from "../memory.js";
import type { ControlSettings } from "../settings.js";
import { duration } from "../format.js";
import { noMonitorMemory } from "../observe/residual-current.js";

/** Why no charger may charge; `null`: they may. */
export function stoppedByMonitor({ monitors }: ControlSettings, memory: Memory): string | null {
  for (const name of monitors) {
    const { at, latched, alarm } = memory.monitors[name] ?? noMonitorMemory;
    if (latched !== null) {
      const raises = alarm ? "raises" : "raised";
      return `${name} ${raises} an alarm: residual current (${latched}); look for the cause, then start by hand`;
    }
    if (at === null) return `${name} has not told anything yet`;
    const silent = (memory.time ?? at) - at;
    if (silent > monitorSilence) return `${name} has been silent for ${duration(silent)}`;
  }
  return null;
}
