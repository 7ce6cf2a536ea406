/** Ties a virtual house to real time, at its own speed. The one place of the simulator with a timer. */

import type { VirtualHouse } from "./house/house.js";
import { longestStep, secondOfDay, timeTolerance } from "./house/time.js";

/** Where the virtual time has got to. */
export interface HouseTime {
  /** Virtual s since the start. */
  readonly elapsed: number;
  /** Second of the day. */
  readonly timeOfDay: number;
}

/** Something that happens every so often, such as a meter's burst of messages. */
export interface Recurring {
  /** Virtual s */
  readonly period: number;
  run(time: HouseTime): void;
}

export interface RunOptions {
  readonly house: VirtualHouse;
  /** Virtual s per real s. */
  readonly speed?: number;
  /** Second of the day. */
  readonly startTime: number;
  /** After each physics step. */
  readonly onStep?: (time: HouseTime) => void;
  readonly recurring?: readonly Recurring[];
  /** Stops it, like `stop`. */
  readonly signal?: AbortSignal;
}

export interface RunningHouse {
  readonly time: HouseTime;
  /** Leaves nothing behind; may be called again. */
  stop(): void;
}

/** Real ms between two ticks, at a speed where that is less than a physics step. */
const slowestTick = 50;
const fastestTick = 10;

/** Real ms that one tick makes up for at most: a computer that slept does not hurry through the night. */
const longestTick = 1_000;

/** Moves the house along until stopped. */
export function runHouse({ house, speed = 1, startTime, onStep, recurring = [], signal }: RunOptions): RunningHouse {
  const due = recurring.map((entry) => ({ entry, at: entry.period }));
  let elapsed = 0;
  let last = performance.now();
  const time = (): HouseTime => ({ elapsed, timeOfDay: secondOfDay(startTime + elapsed) });

  const step = (seconds: number): void => {
    house.advance(seconds, time().timeOfDay);
    elapsed += seconds;
    onStep?.(time());
    for (const next of due) {
      if (elapsed < next.at - timeTolerance) continue;
      next.at += next.entry.period;
      next.entry.run(time());
    }
  };
  const tick = (): void => {
    const now = performance.now();
    let left = (Math.min(now - last, longestTick) / 1000) * speed;
    last = now;
    while (left > timeTolerance && !stopped) {
      const seconds = Math.min(left, longestStep);
      left -= seconds;
      step(seconds);
    }
  };

  let stopped = false;
  const period = Math.max(fastestTick, Math.min(slowestTick, (1000 * longestStep) / speed));
  const timer = setInterval(tick, period);
  const stop = (): void => {
    stopped = true;
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
  };
  if (signal?.aborted) stop();
  else signal?.addEventListener("abort", stop, { once: true });
  return {
    get time() {
      return time();
    },
    stop,
  };
}
