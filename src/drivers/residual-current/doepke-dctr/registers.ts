/** The register block of a Doepke DCTR. All values are raw counts: no unit is documented. */

import { DeviceError } from "../../../model/errors.js";
import type { ByBand, ResidualCurrentReading } from "../../../model/readings.js";
import { alarmBandsOf, bandsOf, byBand } from "./bands.js";

/** All registers are read in one request, so that currents, thresholds and alarms are consistent. */
export const block = { address: 0, count: 36 } as const;

/**
 * Holding registers, one word each; the first of eight where there is one for each band.
 * There is no vendor document: addresses are those of hce/wallbox, `dctr.rs`, which runs with a real device.
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

/** Meaning of the codes of the validity register. None is documented, so every code reads as `null`. */
const validityCodes: Readonly<Record<number, boolean>> = {};

/** Count that means "no value". */
const missing = 0xffff;

export const advice =
  "Check that host and port belong to a Doepke DCTR with Ethernet, and that Modbus is switched on with Doepke's software";

/** @throws DeviceError when registers are missing: they could contain an alarm */
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
