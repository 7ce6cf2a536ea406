/** Devices that speak by themselves, and time that goes on only as far as what they said has been heard. */

import { settle, type TestClock } from "../support/test-clock.js";

export interface Speech {
  readonly clock: TestClock;
  /** ms that pass between two words */
  readonly pace: number;
  /** Has the device say what is so. */
  say(): Promise<void>;
}

/** Lets a device speak, whoever listens hear all that got through, and some time pass, until something is settled. */
export async function speaking<T>(
  { clock, pace, say }: Speech,
  heard: () => Promise<unknown>,
  outcome: Promise<T>,
): Promise<T> {
  let settled = false;
  const end = outcome.then(
    () => void (settled = true),
    () => void (settled = true),
  );
  const round = async (): Promise<void> => {
    await say();
    await heard();
  };
  while (!settled) {
    await Promise.race([end, round()]);
    if (!settled) await clock.advance(pace);
  }
  return outcome;
}

/** Turns of the event loop in which a word goes through a broker, many times over. */
export const longestWay = 200;

/** What one end of a connection within this process has sent has arrived at the other: that takes but a few turns. */
export async function arrived(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await settle();
}
