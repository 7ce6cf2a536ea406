/** Takes residual currents into memory: an alarm holds until a person starts a charge after it is over. */

import type { ResidualCurrentReading } from "../../model/readings.js";
import type { Reason } from "../../model/reasons.js";
import { monitorSilence } from "../parameters.js";
import type { Memory, MonitorMemory } from "../memory.js";
import type { ControlSettings } from "../settings.js";

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
export function stoppedByMonitor({ monitors }: ControlSettings, memory: Memory): Reason | null {
  for (const name of monitors) {
    const { at, latched, alarm } = memory.monitors[name] ?? noMonitorMemory;
    if (latched !== null) return { code: "residual-current-alarm", monitor: name, isActive: alarm, bands: latched };
    if (at === 0) return { code: "monitor-not-heard", monitor: name };
    const age = memory.time - at;
    if (age > monitorSilence) return { code: "monitor-silent", monitor: name, age };
  }
  return null;
}
