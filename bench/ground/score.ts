/** Energies and switchings of a run, and their value. */

export interface Score {
  /** Wh that the car took from surplus. */
  readonly solar: number;
  /** Wh that the car took from the grid. */
  readonly imported: number;
  readonly starts: number;
  /** Changes of the number of phases while charging. */
  readonly switches: number;
}

/** Price in Wh of a start, and of a change of the number of phases, which switches the contactor as well. */
export const startPrice = 20;

export const noScore: Score = { solar: 0, imported: 0, starts: 0, switches: 0 };

/** kWh: solar energy − λ · import − 0.02 for each start and switch. @param importPenalty λ */
export function valueOf({ solar, imported, starts, switches }: Score, importPenalty: number): number {
  return (solar - importPenalty * imported - startPrice * (starts + switches)) / 1_000;
}

/** The maximum number of events within any hour, from their times in s, in order. */
export function mostInAnHour(seconds: readonly number[]): number {
  let first = 0;
  return seconds.reduce((most, second, index) => {
    while ((seconds[first] ?? second) <= second - 3_600) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
