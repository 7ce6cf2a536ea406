/** For what has to outlast a deadline: it is short then, and as usual for all good answers. */

import { jest } from "@jest/globals";

/** ms */
export const shortDeadline = 150;

/**
 * What begins meanwhile over HTTP is given up soon, whatever its deadline.
 * @param deadline ms; then only what has just this one, over Modbus and MQTT too
 */
export async function outlasting<T>(work: () => Promise<T>, deadline?: number): Promise<T> {
  const abort = AbortSignal.timeout.bind(AbortSignal);
  const later = globalThis.setTimeout;
  const shortened = (delay: number): number => (deadline === undefined || delay === deadline ? shortDeadline : delay);
  const mocked = [
    jest.spyOn(AbortSignal, "timeout").mockImplementation((delay) => abort(shortened(delay))),
    ...(deadline === undefined
      ? []
      : [jest.spyOn(globalThis, "setTimeout").mockImplementation((run, delay = 1) => later(run, shortened(delay)))]),
  ];
  try {
    return await work();
  } finally {
    for (const each of mocked) each.mockRestore();
  }
}

/** The first where this fault is silence. */
export function outlastingSilence<T>(fault: unknown, work: () => Promise<T>): Promise<T> {
  return fault === "silent" ? outlasting(work) : work();
}
