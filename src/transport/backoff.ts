/** How long to wait before trying again. */

export interface BackoffOptions {
  /** ms before the second attempt */
  readonly first?: number;
  /** ms; no wait gets longer, jitter aside. */
  readonly longest?: number;
  /** What each wait is multiplied by. */
  readonly factor?: number;
  /** Share of a wait that chance may add, so that many who lost one peer do not return to it at one moment. */
  readonly jitter?: number;
}

/**
 * Waits before the next attempts, in ms. Yields for ever; the caller sleeps and may stop at any time.
 * @param random from 0 up to 1
 */
export function* backoff(
  { first = 1_000, longest = 60_000, factor = 2, jitter = 0.2 }: BackoffOptions = {},
  random: () => number = Math.random,
): Generator<number, never> {
  for (let base = Math.min(first, longest); ; base = Math.min(base * factor, longest)) {
    yield Math.round(base * (1 + jitter * random()));
  }
}
