/** How often the Easee cloud may be asked: our own budget, and what the cloud itself says of it. */

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
/** Waits after an answer that says "not now" without saying until when, and after server errors. */
const cloudWaits = { first: 5_000, longest: longestWait };
/** Waits after no answer at all: likely the connection here, so the cloud need not be spared. */
const networkWaits = { first: 5_000, longest: 60_000 };
/** A "no" that repeats ends in a ban of the address for a day. */
const forbiddenWaits = { first: longestWait, longest: 4 * longestWait };

type Waits = Generator<number, never>;

/** Why the cloud is left alone for a while, and what to do about it. */
type Trouble = Pick<DeviceError, "what" | "advice">;

/** @param what half a sentence */
function passing(what: string): Trouble {
  return { what, advice: "Nothing is to be done, unless this lasts for hours" };
}

const limit = passing("the Easee cloud asks us to wait (HTTP 429)");

/** Nothing was sent, or nothing was done: the same may be tried again, but not yet. */
export class NotNow extends DeviceError {
  /** ms since 1970 */
  readonly until: number;

  constructor(device: string, { what: why, advice }: Trouble, until: number, now: number) {
    const what = `${why}; the next try is possible in ${duration(until - now)}`;
    super({ code: "unreachable", device, what, advice });
    this.until = until;
  }
}

export class Gate {
  readonly #clock: Clock;
  #left: number = budget.capacity;
  #filledAt: number;
  /** 429: nothing at all before. */
  #openAt = 0;
  #limitWaits: Waits | null = null;
  /** Server errors or no connection: only what lowers a current before. */
  #calmAt = 0;
  #trouble = passing("the Easee cloud did not answer");
  #serverWaits: Waits | null = null;
  #networkWaits: Waits | null = null;
  /** 403, by operation. */
  readonly #forbidden = new Map<string, { until: number; readonly waits: Waits }>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /**
   * Counts one request.
   * @param operation what is asked, for people; a refusal holds for it alone
   * @throws NotNow when it must not be sent yet
   */
  admit(operation: string, urgency: Urgency, device: string): void {
    const now = this.#clock.now();
    if (now < this.#openAt) throw new NotNow(device, limit, this.#openAt, now);
    const forbiddenUntil = this.#forbidden.get(operation)?.until ?? 0;
    if (now < forbiddenUntil)
      throw new NotNow(device, passing(`the Easee cloud forbids ${operation} (HTTP 403)`), forbiddenUntil, now);
    if (urgency !== "lower" && now < this.#calmAt) throw new NotNow(device, this.#trouble, this.#calmAt, now);
    this.#refill(now);
    if (this.#left <= reserve[urgency]) {
      const until = this.#filledAt + budget.refill * (reserve[urgency] + 1 - this.#left);
      throw new NotNow(device, passing("the Easee cloud was asked as often as we allow ourselves"), until, now);
    }
    this.#left -= 1;
  }

  /** The cloud is there, and did as asked. */
  worked(operation: string): void {
    this.#forbidden.delete(operation);
    this.#limitWaits = this.#serverWaits = this.#networkWaits = null;
    this.#calmAt = 0;
  }

  /** HTTP 429. @param retryAfter ms; `null`: not told */
  limited(retryAfter: number | null, device: string): NotNow {
    const now = this.#clock.now();
    this.#limitWaits ??= backoff(cloudWaits);
    const wait = Math.min(retryAfter ?? this.#limitWaits.next().value, longestWait);
    this.#openAt = Math.max(this.#openAt, now + wait);
    return new NotNow(device, limit, this.#openAt, now);
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

  /** HTTP 5xx; 503 may say when to come again. @param retryAfter ms; `null`: not told */
  serverFailed(status: number, retryAfter: number | null): void {
    this.#trouble = passing(`the Easee cloud answered with HTTP ${status}`);
    this.#serverWaits ??= backoff(cloudWaits);
    const wait = Math.min(retryAfter ?? this.#serverWaits.next().value, longestWait);
    this.#calmAt = this.#clock.now() + wait;
  }

  /** No answer, or none of Easee. */
  networkFailed(error: unknown): void {
    this.#trouble = error instanceof DeviceError ? error : passing("the Easee cloud did not answer");
    this.#networkWaits ??= backoff(networkWaits);
    this.#calmAt = this.#clock.now() + this.#networkWaits.next().value;
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
