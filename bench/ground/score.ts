/** What a charge came to, and what that is worth. */

export interface Score {
  /** Wh that the car took while the sun had them to spare. */
  readonly solar: number;
  /** Wh that the car took from the grid. */
  readonly imported: number;
  readonly starts: number;
  /** Changes of the number of phases while charging. */
  readonly switches: number;
}

/** Wh that a start costs, and a change of the number of phases, which opens and closes the contactor just the same. */
export const startPrice = 20;

export const noScore: Score = { solar: 0, imported: 0, starts: 0, switches: 0 };

/** kWh: solar energy − λ · import − 0.02 for each start and switch. @param importPenalty λ */
export function valueOf({ solar, imported, starts, switches }: Score, importPenalty: number): number {
  return (solar - importPenalty * imported - startPrice * (starts + switches)) / 1_000;
}

/** Of moments in s, in order: the most that fall into any hour. */
export function mostInAnHour(seconds: readonly number[]): number {
  let first = 0;
  return seconds.reduce((most, second, index) => {
    while ((seconds[first] ?? second) <= second - 3_600) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
