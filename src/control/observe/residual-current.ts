/** Takes residual currents into memory: an alarm holds until a person starts a charge after it is over. */

import type { ResidualCurrentReading } from "../../model/readings.js";

export interface MonitorMemory {
  /** When it last reported; `null`: never. */
  readonly at: number | null;
  /** It raises an alarm now. */
  readonly alarm: boolean;
  /** What it last raised an alarm for; `null`: nothing, or a person has started a charge since. Survives a restart. */
  readonly latched: string | null;
}

export const noMonitorMemory: MonitorMemory = { at: null, alarm: false, latched: null };

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
