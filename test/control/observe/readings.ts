/** Readings of a charger, one after the other. */

import {
  newChargerMemory,
  noPersistentChargerState,
  type ChargerMemory,
  type PersistentChargerState,
} from "../../../src/control/observe/charger-memory.js";
import { observeCharger } from "../../../src/control/observe/chargers.js";
import type { ChargerSettings } from "../../../src/control/settings.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { charger, start } from "../support.js";

export type Reading = [seconds: number, reading: ChargerReading];

/** What is remembered after them. */
export function after(
  readings: readonly Reading[],
  persistent: Partial<PersistentChargerState> = {},
  settings: Partial<ChargerSettings> = {},
): ChargerMemory {
  return readings.reduce<ChargerMemory>(
    (memory, [seconds, reading]) => observeCharger(memory, reading, start + seconds * 1_000, charger(settings), 230),
    newChargerMemory({ ...noPersistentChargerState, ...persistent }),
  );
}
