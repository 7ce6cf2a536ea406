// @ts-check
/** Linear regression of measured values by least squares. */

/**
 * @typedef {{ slope: number, error: number }} Trend
 * `slope`: per unit of time · `error`: its standard error, with independent residuals
 */

/**
 * @param {readonly number[]} times
 * @param {readonly number[]} values one for each time; 3 or more
 * @returns {Trend}
 */
export function trendOf(times, values) {
  const count = values.length;
  const mean = (/** @type {readonly number[]} */ all) => all.reduce((sum, each) => sum + each, 0) / count;
  const [middle, level] = [mean(times), mean(values)];
  const spread = times.reduce((sum, time) => sum + (time - middle) ** 2, 0);
  const slope = times.reduce((sum, time, i) => sum + (time - middle) * ((values[i] ?? NaN) - level), 0) / spread;
  const misses = values.map((value, i) => value - level - slope * ((times[i] ?? NaN) - middle));
  const variance = misses.reduce((sum, miss) => sum + miss ** 2, 0) / (count - 2);
  return { slope, error: Math.sqrt(variance / spread) };
}
