/** Work that ends with any of several signals. */

/**
 * Does the work with a signal that is aborted as soon as one of these is. Afterwards nothing of it is left with them:
 * `AbortSignal.any` leaves a weak reference with each of its signals for as long as that lives (Node 24), so every
 * request would add one to what a connection holds.
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
