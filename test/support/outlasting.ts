/** For what has to outlast a deadline over HTTP: it is short then, and as usual for all good answers. */

import { jest } from "@jest/globals";

/** ms */
const short = 100;

/** What happens meanwhile is given up soon, whatever its deadline. */
export async function outlasting<T>(work: () => Promise<T>): Promise<T> {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const mocked = jest.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout(short));
  try {
    return await work();
  } finally {
    mocked.mockRestore();
  }
}

/** The same where this fault is silence. */
export function outlastingSilence<T>(fault: unknown, work: () => Promise<T>): Promise<T> {
  return fault === "silent" ? outlasting(work) : work();
}
