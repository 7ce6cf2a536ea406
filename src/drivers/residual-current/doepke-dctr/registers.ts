/** The register block of a Doepke DCTR, and the reading that it makes. Raw counts throughout: no unit is documented. */

import { DeviceError } from "../../../model/errors.js";
import type { ByBand, ResidualCurrentReading } from "../../../model/readings.js";
import { alarmBandsOf, bandsOf, byBand } from "./bands.js";

/** All registers are read at once, so that a current, its threshold and its alarm belong together. */
export const block = { address: 0, count: 36 } as const;

/**
 * Holding registers, one word each, the first of eight where there is one for each band.
 * There is no document of the vendor's: places are those of hce/wallbox, `dctr.rs`, which runs at a real device.
 */
const at = {
  validity: 0,
  currents: 1,
  alarmA: 9,
  alarmB: 10,
  thresholdsA: 16,
  enabledA: 24,
  thresholdsB: 25,
  enabledB: 33,
  alarmDelay: 34,
} as const;

/** What the codes of the validity word mean. None is documented, so that the device counts as not saying. */
const validityCodes: Readonly<Record<number, boolean>> = {};

/** Modbus devices say so what they have no value for. */
const missing = 0xffff;

export const advice =
  "Check that host and port belong to a Doepke DCTR with Ethernet, and that Modbus is switched on with Doepke's software";

/** @throws DeviceError when words are missing: an alarm could stand in them */
export function readingOf(words: readonly number[], device: string): ResidualCurrentReading {
  const word = (place: number): number => {
    const found = words[place];
    if (words.length === block.count && found !== undefined) return found;
    const what = `it answers with ${words.length} registers in place of ${block.count}`;
    throw new DeviceError({ code: "protocol", device, what, advice });
  };
  const value = (place: number): number | null => (word(place) === missing ? null : word(place));
  const values = (first: number): ByBand<number | null> => byBand((index) => value(first + index));
  return {
    valid: validityCodes[word(at.validity)] ?? null,
    currents: values(at.currents),
    alarmA: alarmBandsOf(word(at.alarmA)),
    alarmB: alarmBandsOf(word(at.alarmB)),
    thresholdsA: values(at.thresholdsA),
    thresholdsB: values(at.thresholdsB),
    enabledA: bandsOf(word(at.enabledA)),
    enabledB: bandsOf(word(at.enabledB)),
    alarmDelay: value(at.alarmDelay),
  };
}
