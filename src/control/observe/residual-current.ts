/** Takes readings of residual-current monitors into memory. An alarm holds until a person starts a charge after it. */

import type { ResidualCurrentReading } from "../../model/readings.js";

export interface MonitorMemory {
  /** When it last reported, in ms since 1970; `null`: never. */
  readonly at: number | null;
  /** Its newest reading is an alarm. */
  readonly alarm: boolean;
  /** Frequency bands of the last alarm; `null`: none, or a person has started a charge since. Survives a restart. */
  readonly latched: string | null;
}

export const noMonitorMemory: MonitorMemory = { at: null, alarm: false, latched: null };

/** Takes one reading, or the failure of one (`null`), into the memory of its monitor. */
export function observeMonitor(
  old: MonitorMemory = noMonitorMemory,
  reading: ResidualCurrentReading | null,
  now: number,
): MonitorMemory {
  // Values that the device itself marks as invalid count as none.
  if (reading === null || reading.valid === false) return old;
  const bands = [...new Set([...reading.alarmA, ...reading.alarmB])];
  const alarm = bands.length > 0;
  return { at: now, alarm, latched: alarm ? bands.join(", ") : old.latched };
}

/** A start by hand acknowledges every alarm that is over. */
export function acknowledgeAlarm(memory: MonitorMemory): MonitorMemory {
  return memory.alarm ? memory : { ...memory, latched: null };
}
