/** Exponential backoff. */

export interface BackoffOptions {
  /** ms before the second attempt */
  readonly first?: number;
  /** Longest wait in ms, without jitter. */
  readonly longest?: number;
  /** Factor from one wait to the next. */
  readonly factor?: number;
  /** Largest random addition, as a share of the wait: clients that lost the same peer do not all return at once. */
  readonly jitter?: number;
}

/**
 * The waits before the next attempts, in ms, without end.
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
