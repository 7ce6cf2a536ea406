/** For what has to outlast a deadline: on a clock that is turned, and where deadlines take real time. */

import type { Clock } from "../../src/model/clock.js";
import { realTimer, settle, type TestClock } from "./test-clock.js";

/** Turns of the event loop in which an answer within this process comes, many times over. */
const longestWay = 20;

/** Lets time pass until this has settled: it waits for an answer that does not come. */
export async function outlasting<T>(clock: TestClock, outcome: Promise<T>): Promise<T> {
  let settled = false;
  const end = (): void => void (settled = true);
  outcome.then(end, end);
  while (!settled) {
    for (let turn = 0; turn < longestWay && !settled; turn += 1) await settle();
    if (!settled) await clock.advance(100);
  }
  return outcome;
}

/** ms of real time */
export const shortDeadline = 150;

let areShort = false;

/** The same clock, on which answers from outside have real time: nobody who turns it makes them late. */
export function withRealDeadlines(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    after: (delay, callback) => clock.after(delay, callback),
    deadline: (delay, callback) => realTimer(areShort ? Math.min(delay, shortDeadline) : delay, callback),
  };
}

/** What begins meanwhile on a clock with real deadlines is given up soon. */
export async function givingUpSoon<T>(work: () => Promise<T>): Promise<T> {
  areShort = true;
  try {
    return await work();
  } finally {
    areShort = false;
  }
}
