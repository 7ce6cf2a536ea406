/** The one place that looks at the computer's clock. */

import type { Clock, Timer } from "../model/clock.js";

/** ms by which wall and monotonic clock may differ without a reason. */
const tolerance = 100;

/** Share of each second that is left out while the wall clock is behind. */
const slowdown = 0.01;

/**
 * Real time: the wall clock's, but never backwards. A computer that slept, or whose clock was set forward, makes
 * readings older, never newer. Where it was set back, time goes on a little slower until both agree again.
 * @param speed how many times faster than real time, for demonstrations
 */
export function systemClock(speed = 1): Clock {
  const start = Date.now();
  let now = start;
  let wall = start;
  let monotonic = performance.now();
  return {
    now() {
      const [nextWall, nextMonotonic] = [Date.now(), performance.now()];
      const passed = Math.max(0, nextMonotonic - monotonic);
      const jumped = nextWall - wall - passed > tolerance;
      const isAhead = now + passed - nextWall > tolerance;
      if (jumped) now += nextWall - wall;
      // Never the sum of many steps, of which the wall clock rounds each.
      else now = Math.max(nextWall, now + (isAhead ? 1 - slowdown : 1) * passed);
      [wall, monotonic] = [nextWall, nextMonotonic];
      return start + (now - start) * speed;
    },
    after: (delay, callback) => realTimer(delay / speed, callback),
    deadline: realTimer,
  };
}

function realTimer(delay: number, callback: () => void): Timer {
  const timer = setTimeout(callback, delay);
  return { cancel: () => clearTimeout(timer) };
}
