/** Helpers for work that lasts until a deadline, with a test clock and in real time. */

import type { Clock } from "../../src/model/clock.js";
import { realTimer, settle, type TestClock } from "./test-clock.js";

/** Turns of the event loop that are ample for a response within this process. */
const settleTurns = 20;

/** Advances the clock until the promise has settled: it waits for a response that does not come. */
export async function advanceUntilSettled<T>(clock: TestClock, outcome: Promise<T>): Promise<T> {
  let settled = false;
  const end = (): void => void (settled = true);
  outcome.then(end, end);
  while (!settled) {
    for (let turn = 0; turn < settleTurns && !settled; turn += 1) await settle();
    if (!settled) await clock.advance(100);
  }
  return outcome;
}

/** ms of real time */
export const shortDeadline = 150;

let areShort = false;

/** The same clock with deadlines in real time, so that advancing it does not time out real responses. */
export function withRealDeadlines(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    after: (delay, callback) => clock.after(delay, callback),
    deadline: (delay, callback) => realTimer(areShort ? Math.min(delay, shortDeadline) : delay, callback),
  };
}

/** Shortens the deadlines that start meanwhile on a clock with real deadlines. */
export async function withShortDeadlines<T>(work: () => Promise<T>): Promise<T> {
  areShort = true;
  try {
    return await work();
  } finally {
    areShort = false;
  }
}
