/** Runs work with a signal that combines several. */

/**
 * Runs the work with a signal that is aborted as soon as one of these is, and removes its listeners afterwards.
 * `AbortSignal.any` leaves a weak reference in each of its signals for their lifetime (Node 24), so every request
 * would add one to a long-lived connection.
 */
export async function abortedBy<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of signals) signal.addEventListener("abort", abort);
  if (signals.some(({ aborted }) => aborted)) abort();
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", abort);
  }
}
