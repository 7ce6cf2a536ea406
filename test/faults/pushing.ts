/** Devices that push, and time that goes on only once what they sent is received. */

import { settle, type TestClock } from "../support/test-clock.js";

export interface Pushing {
  readonly clock: TestClock;
  /** ms that pass between two pushes */
  readonly pace: number;
  /** Has the device send its true values. */
  push(): Promise<void>;
}

/** Lets a device push, all that gets through be received, and some time pass, until something is settled. */
export async function untilSettled<T>(
  { clock, pace, push }: Pushing,
  received: () => Promise<unknown>,
  outcome: Promise<T>,
): Promise<T> {
  let settled = false;
  const end = outcome.then(
    () => void (settled = true),
    () => void (settled = true),
  );
  const round = async (): Promise<void> => {
    await push();
    await received();
  };
  while (!settled) {
    await Promise.race([end, round()]);
    if (!settled) await clock.advance(pace);
  }
  return outcome;
}

/** Turns of the event loop in which a message goes through a broker, many times over. */
export const longestWay = 200;

/** What one end of a connection within this process has sent has arrived at the other: that takes but a few turns. */
export async function arrived(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await settle();
}
