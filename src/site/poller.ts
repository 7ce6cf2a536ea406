/** Asks a device again and again: never twice at a time, and less often while it does not answer. */

import type { Clock, Timer } from "../model/clock.js";
import { backoff } from "../transport/backoff.js";

export interface PollerOptions<Reading> {
  readonly clock: Clock;
  /** ms from the start of one question to the start of the next */
  readonly interval: number;
  /** ms, the longest wait for a device that is away */
  readonly longestWait: number;
  read(): Promise<Reading>;
  onReading(reading: Reading): void;
  onFailure(error: unknown): void;
}

/** Asks at once, and then until the returned function is called. */
export function poll<Reading>(options: PollerOptions<Reading>): () => void {
  const { clock, interval, longestWait } = options;
  let stopped = false;
  let timer: Timer | undefined;
  const freshWaits = () =>
    backoff({ first: interval, longest: Math.max(interval, longestWait), factor: 1.5, jitter: 0.1 }, Math.random);
  let waits = freshWaits();

  const next = (delay: number) => {
    if (!stopped) timer = clock.after(delay, () => void ask());
  };
  const ask = async () => {
    const asked = clock.now();
    try {
      const reading = await options.read();
      if (stopped) return;
      waits = freshWaits();
      options.onReading(reading);
      next(Math.max(0, asked + interval - clock.now()));
    } catch (error) {
      if (stopped) return;
      next(waits.next().value);
      options.onFailure(error);
    }
  };

  void ask();
  return () => {
    stopped = true;
    timer?.cancel();
  };
}
