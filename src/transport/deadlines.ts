/** Work and waits with a deadline. None leaves a timer behind. */

import type { Clock } from "../model/clock.js";

/** Runs the work with a signal that is aborted in `duration` ms. Settles as the work does. */
export async function within<T>(
  clock: Clock,
  duration: number,
  work: (tooLate: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = clock.deadline(duration, () => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
  }
}

/** Resolves once the work has settled, and in `duration` ms at the latest. */
export function atMost(clock: Clock, duration: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.deadline(duration, resolve);
    const end = () => {
      timer.cancel();
      resolve();
    };
    work.then(end, end);
  });
}

/** Waits `duration` ms, or until the signal is aborted. */
export function pause(clock: Clock, duration: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.after(duration, end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
