/** The hour labels below the plot of a day, in the terminal and in SVG. */

const hour = 3_600;
const mostMarks = 9;

/**
 * Seconds of the day to label, as close together as is legible.
 * @param start second of the day with which it begins
 * @param length s
 */
export function hoursOf(start: number, length: number): readonly number[] {
  const step = [1, 2, 3, 6, 12].map((hours) => hours * hour).find((each) => length / each <= mostMarks) ?? 24 * hour;
  const first = Math.ceil(start / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((start + length - first) / step) + 1) },
    (_, i) => first + i * step,
  );
}

/** @param second of the day, or of one of the days after it */
export function hourName(second: number): string {
  return `${Math.floor(second / hour) % 24}:00`;
}
