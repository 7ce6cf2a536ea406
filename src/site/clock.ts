/** The one place where the house looks at a clock. */

import type { Clock } from "../model/clock.js";

/**
 * Real time. It moves on by what the monotonic or the wall clock moved, whichever is more: a computer that slept, or
 * whose clock was set, makes readings older, never newer.
 * @param speed how many times faster than real time, for demonstrations
 */
export function systemClock(speed = 1): Clock {
  let now = Date.now();
  let wall = now;
  let monotonic = performance.now();
  return {
    now() {
      const [nextWall, nextMonotonic] = [Date.now(), performance.now()];
      now += Math.max(nextWall - wall, nextMonotonic - monotonic, 0) * speed;
      [wall, monotonic] = [nextWall, nextMonotonic];
      return now;
    },
    after(delay, callback) {
      const timer = setTimeout(callback, delay / speed);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
