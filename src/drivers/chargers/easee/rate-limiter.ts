/** How often requests may go to the Easee cloud: our own budget, and the waits that the cloud asks for. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import { backoff } from "../../../transport/backoff.js";

/** `read`: can wait · `raise`: more current · `lower`: less current, or the same once more. */
export type Urgency = "read" | "raise" | "lower";

/**
 * Easee publishes no number. 20 a minute for each endpoint (evecc) and 500 in 5 minutes for all (pyeasee) are what
 * others keep to; this is 30 at once and 12 a minute, for all.
 */
export const budget = { capacity: 30, refill: 5_000 } as const;

/** Requests that are left for what is more urgent. */
const reserve: Readonly<Record<Urgency, number>> = { read: 10, raise: 5, lower: 0 };

/** ms; no wait gets longer, whatever `Retry-After` says. */
export const longestWait = 900_000;
/** Waits after HTTP 429 without `Retry-After`, and after server errors. */
const cloudWaits = { first: 5_000, longest: longestWait };
/** Waits after no answer at all: likely our own connection is down, so the cloud need not be spared. */
const networkWaits = { first: 5_000, longest: 60_000 };
/** Waits after HTTP 403: repeated requests end in a ban of the address for a day. */
const forbiddenWaits = { first: longestWait, longest: 4 * longestWait };

type Waits = Generator<number, never>;

/** Why nothing is sent for a while, and what to do about it. */
type Trouble = Pick<DeviceError, "what" | "advice">;

/** @param what half a sentence */
function passing(what: string): Trouble {
  return { what, advice: "Nothing is to be done, unless this lasts for hours" };
}

const limit = passing("the Easee cloud asks us to wait (HTTP 429)");

/** Nothing was sent, or nothing was done: the same request may be sent again, but not yet. */
export class RetryLater extends DeviceError {
  /** ms since 1970 */
  readonly until: number;

  constructor(device: string, { what: why, advice }: Trouble, until: number, now: number) {
    const what = `${why}; the next try is possible in ${duration(until - now)}`;
    super({ code: "unreachable", device, what, advice, retryAt: until });
    this.until = until;
  }
}

export class RateLimiter {
  readonly #clock: Clock;
  #left: number = budget.capacity;
  #filledAt: number;
  /** After 429: nothing at all is sent before. */
  #resumeAt = 0;
  #limitWaits: Waits | null = null;
  /** After server errors or no connection: only what lowers a current is sent before. */
  #recoverAt = 0;
  #trouble = passing("the Easee cloud did not answer");
  #serverWaits: Waits | null = null;
  #networkWaits: Waits | null = null;
  /** After 403, by operation. */
  readonly #forbidden = new Map<string, { until: number; readonly waits: Waits }>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /**
   * Counts one request.
   * @param operation for messages; HTTP 403 blocks it alone
   * @throws RetryLater when it must not be sent yet
   */
  admit(operation: string, urgency: Urgency, device: string): void {
    const now = this.#clock.now();
    if (now < this.#resumeAt) throw new RetryLater(device, limit, this.#resumeAt, now);
    const forbiddenUntil = this.#forbidden.get(operation)?.until ?? 0;
    if (now < forbiddenUntil)
      throw new RetryLater(device, passing(`the Easee cloud forbids ${operation} (HTTP 403)`), forbiddenUntil, now);
    if (urgency !== "lower" && now < this.#recoverAt) throw new RetryLater(device, this.#trouble, this.#recoverAt, now);
    this.#refill(now);
    if (this.#left <= reserve[urgency]) {
      const until = this.#filledAt + budget.refill * (reserve[urgency] + 1 - this.#left);
      throw new RetryLater(device, passing("the Easee cloud was asked as often as we allow ourselves"), until, now);
    }
    this.#left -= 1;
  }

  /** The cloud has answered, without any of the errors below. */
  succeeded(operation: string): void {
    this.#forbidden.delete(operation);
    this.#limitWaits = this.#serverWaits = this.#networkWaits = null;
    this.#recoverAt = 0;
  }

  /** HTTP 429. @param retryAfter ms; `null`: not given */
  limited(retryAfter: number | null, device: string): RetryLater {
    const now = this.#clock.now();
    this.#limitWaits ??= backoff(cloudWaits);
    const wait = Math.min(retryAfter ?? this.#limitWaits.next().value, longestWait);
    this.#resumeAt = Math.max(this.#resumeAt, now + wait);
    return new RetryLater(device, limit, this.#resumeAt, now);
  }

  /** HTTP 403. */
  forbidden(operation: string, device: string): DeviceError {
    const waits = this.#forbidden.get(operation)?.waits ?? backoff(forbiddenWaits);
    const wait = waits.next().value;
    this.#forbidden.set(operation, { until: this.#clock.now() + wait, waits });
    const what = `the Easee cloud forbids ${operation} (HTTP 403); it is not tried again for ${duration(wait)}`;
    const advice =
      "Check in the Easee app that this account may control the charger and its site; " +
      "if it may, Easee may have blocked this Internet address for a day for asking too often";
    return new DeviceError({ code: "refused", device, what, advice });
  }

  /** HTTP 5xx; 503 may come with `Retry-After`. @param retryAfter ms; `null`: not given */
  serverFailed(status: number, retryAfter: number | null): void {
    this.#trouble = passing(`the Easee cloud answered with HTTP ${status}`);
    this.#serverWaits ??= backoff(cloudWaits);
    const wait = Math.min(retryAfter ?? this.#serverWaits.next().value, longestWait);
    this.#recoverAt = this.#clock.now() + wait;
  }

  /** No answer, or none from Easee. */
  networkFailed(error: unknown): void {
    this.#trouble = error instanceof DeviceError ? error : passing("the Easee cloud did not answer");
    this.#networkWaits ??= backoff(networkWaits);
    this.#recoverAt = this.#clock.now() + this.#networkWaits.next().value;
  }

  #refill(now: number): void {
    const more = Math.floor((now - this.#filledAt) / budget.refill);
    this.#left = Math.min(budget.capacity, this.#left + more);
    this.#filledAt = this.#left === budget.capacity ? now : this.#filledAt + more * budget.refill;
  }
}

export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
