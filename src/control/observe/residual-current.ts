/** Takes residual currents into memory: an alarm holds until a person starts a charge after it is over. */

import type { ResidualCurrentReading } from "../../model/readings.js";
import { monitorSilence } from "../parameters.js";
import type { Memory, MonitorMemory } from "../memory.js";
import type { ControlSettings } from "../settings.js";
import { duration } from "../format.js";

const noMonitorMemory: MonitorMemory = { at: 0, alarm: false, latched: null };

/** Takes one reading, or the failure of one (`null`), into the memory of its monitor. */
export function observeMonitor(
  old: MonitorMemory = noMonitorMemory,
  reading: ResidualCurrentReading | null,
  now: number,
): MonitorMemory {
  // Values that the device itself does not vouch for are as good as none.
  if (reading === null || reading.valid === false) return old;
  const bands = [...new Set([...reading.alarmA, ...reading.alarmB])];
  const alarm = bands.length > 0;
  return { at: now, alarm, latched: alarm ? bands.join(", ") : old.latched };
}

/** A person starts a charge, and answers with that for every alarm that is over. */
export function acknowledgeAlarm(memory: MonitorMemory): MonitorMemory {
  return memory.alarm ? memory : { ...memory, latched: null };
}

/** Why no charger may charge; `null`: they may. */
export function stoppedByMonitor({ monitors }: ControlSettings, memory: Memory): string | null {
  for (const name of monitors) {
    const { at, latched, alarm } = memory.monitors[name] ?? noMonitorMemory;
    if (latched !== null) {
      const raises = alarm ? "raises" : "raised";
      return `${name} ${raises} an alarm: residual current (${latched}); look for the cause, then start by hand`;
    }
    const silent = memory.time - at;
    if (at === 0) return `${name} has not told anything yet`;
    if (silent > monitorSilence) return `${name} has been silent for ${duration(silent)}`;
  }
  return null;
}
