/** How long sun and clouds lately lasted, and what charging was worth in them: what the next minutes may bring. */

/** Spells of one kind: how long they lasted, how often they ended, what charging was worth. Recent ones count more. */
export interface SpellStatistics {
  /** h */
  readonly time: number;
  readonly ends: number;
  /** Wh */
  readonly value: number;
}

/** Spells in which charging is worth something (sun), and in which it is not (clouds). */
export interface Intermittency {
  readonly good: SpellStatistics;
  readonly bad: SpellStatistics;
  /** The present spell is a good one. */
  readonly isGood: boolean;
}

const noSpells: SpellStatistics = { time: 0, ends: 0, value: 0 };

export const noIntermittency: Intermittency = { good: noSpells, bad: noSpells, isGood: false };

/** h after which an observation counts only a third. */
const decayTime = 0.25;

/** Assumed before anything was observed: h that a spell lasts, and with the weight of how many spells. */
const priorLength = { good: 1 / 6, bad: 1 / 12 };
const priorWeight = 1;

/**
 * Adds an observation.
 * @param value W that charging was worth
 * @param hours h for which it was
 */
export function updateIntermittency({ good, bad, isGood }: Intermittency, value: number, hours: number): Intermittency {
  if (hours === 0) return { good, bad, isGood };
  const kept = Math.exp(-hours / decayTime);
  const isNow = value > 0;
  const next = (spell: SpellStatistics, isSeen: boolean): SpellStatistics => ({
    time: spell.time * kept + (isSeen ? hours : 0),
    ends: spell.ends * kept + (!isSeen && isGood !== isNow ? 1 : 0),
    value: spell.value * kept + (isSeen ? value * hours : 0),
  });
  return { good: next(good, isNow), bad: next(bad, !isNow), isGood: isNow };
}

/**
 * Wh that charging is expected to be worth: its present value until the spell ends, and from then on, in turns, the
 * mean value of the other kind. A Markov chain of two states.
 * @param value W that charging is worth now
 * @param hours h of charging from now
 */
export function expectedValue({ good, bad }: Intermittency, value: number, hours: number): number {
  const rate = { good: endsPerHour(good, priorLength.good), bad: endsPerHour(bad, priorLength.bad) };
  const both = rate.good + rate.bad;
  const [leaves, other] = value > 0 ? [rate.good, bad] : [rate.bad, good];
  const inOther = (leaves / both) * (hours - (1 - Math.exp(-both * hours)) / both);
  return (hours - inOther) * value + inOther * meanOf(other);
}

function endsPerHour({ time, ends }: SpellStatistics, usually: number): number {
  return (ends + priorWeight) / (time + priorWeight * usually);
}

/** W, mean value */
function meanOf({ time, value }: SpellStatistics): number {
  return time > 0 ? value / time : 0;
}
