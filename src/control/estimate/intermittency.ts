/** h in which what was seen comes to count only a third. */
const decayTime = 0.25;

/** What is believed before anything was seen: h that weather lasts, and how much of one such time it counts. */
const priorLength = { good: 1 / 6, bad: 1 / 12 };
const priorWeight = 1;

/** Takes what charging was just worth, in W, for so many hours into the habits. */
export function updateIntermittency({ good, bad, isGood }: Intermittency, value: number, hours: number): Intermittency {
  if (hours === 0) return { good, bad, isGood };
  const kept = Math.exp(-hours / decayTime);
  const isNow = value > 0;
  const next = (habit: SpellStatistics, isSeen: boolean): SpellStatistics => ({
    time: habit.time * kept + (isSeen ? hours : 0),
    ends: habit.ends * kept + (!isSeen && isGood !== isNow ? 1 : 0),
    value: habit.value * kept + (isSeen ? value * hours : 0),
  });
  return { good: next(good, isNow), bad: next(bad, !isNow), isGood: isNow };
}

/**
 * Wh that charging for so many hours from now may be expected to be worth: what it is worth now as long as the
 * weather lasts, and what the other weather was lately worth after that.
 */
export function expectedValue({ good, bad }: Intermittency, value: number, hours: number): number {
  const rate = { good: endsPerHour(good, priorLength.good), bad: endsPerHour(bad, priorLength.bad) };
  const both = rate.good + rate.bad;
  const [leaves, other] = value > 0 ? [rate.good, bad] : [rate.bad, good];
  const elsewhere = (leaves / both) * (hours - (1 - Math.exp(-both * hours)) / both);
  return (hours - elsewhere) * value + elsewhere * meanOf(other);
}

function endsPerHour({ time, ends }: SpellStatistics, usually: number): number {
  return (ends + priorWeight) / (time + priorWeight * usually);
}

/** W */
function meanOf({ time, value }: SpellStatistics): number {
  return time > 0 ? value / time : 0;
}

/** How long two kinds of weather last, as a charger sees them, and what they are worth. Recent ones count more. */
export interface SpellStatistics {
  /** h that it lasted, and how often it ended. */
  readonly time: number;
  readonly ends: number;
  /** Wh */
  readonly value: number;
}

export interface Intermittency {
  /** While it is worth something, and while it is not. */
  readonly good: SpellStatistics;
  readonly bad: SpellStatistics;
  readonly isGood: boolean;
}

export const noSpells: SpellStatistics = { time: 0, ends: 0, value: 0 };

export const noIntermittency: Intermittency = { good: noSpells, bad: noSpells, isGood: false };
