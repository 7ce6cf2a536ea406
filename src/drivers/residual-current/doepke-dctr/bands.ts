/** The frequency bands of a Doepke DCTR, in blocks of registers and in alarm bit fields. */

import { residualCurrentBands, type ByBand, type ResidualCurrentBand } from "../../../model/readings.js";

/** Registers are in the order of the bands, from direct current up; bits in reverse, direct current in bit 7. */
const highestBit = residualCurrentBands.length - 1;
const knownBits = 2 ** residualCurrentBands.length - 1;

/** One value for each band. */
export function byBand<T>(value: (index: number) => T): ByBand<T> {
  return {
    dc: value(0),
    total: value(1),
    "50Hz": value(2),
    below100Hz: value(3),
    "150Hz": value(4),
    "100HzTo1kHz": value(5),
    above1kHz: value(6),
    above10kHz: value(7),
  };
}

/** The bands whose bits are set. */
export function bandsOf(word: number): readonly ResidualCurrentBand[] {
  return residualCurrentBands.filter((_band, index) => (word & (1 << (highestBit - index))) !== 0);
}

/** The bands in which an alarm is raised. An alarm in no known band counts for all: no alarm must get lost. */
export function alarmBandsOf(word: number): readonly ResidualCurrentBand[] {
  return word !== 0 && (word & knownBits) === 0 ? residualCurrentBands : bandsOf(word);
}
