/** Requests to the Easee cloud: within the rate limits, and with failures as errors. */

import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import { type CloudAnswer, CloudClient } from "../../../transport/cloud.js";
import { RateLimiter, type Urgency } from "./rate-limiter.js";

export interface EaseeRequest {
  readonly device: string;
  readonly urgency: Urgency;
  /** Its name in messages. */
  readonly operation: string;
  readonly path: string;
  /** Absent: a GET. */
  readonly body?: object;
}

export class EaseeCloud {
  readonly #client: CloudClient;
  readonly #limiter: RateLimiter;

  /** @param deadline ms for each request */
  constructor(apiUrl: string, clock: Clock, deadline: number) {
    this.#client = new CloudClient({ base: apiUrl, deadline });
    this.#limiter = new RateLimiter(clock);
  }

  /**
   * Sends it once, or not at all while the rate limits forbid it.
   * @param bearer access token; absent for the login itself
   * @returns an answer with 2xx or 4xx. Rejects with DeviceError, as RetryLater where the same may be sent later.
   */
  async send({ device, urgency, operation, path, body }: EaseeRequest, bearer?: string): Promise<CloudAnswer> {
    this.#limiter.admit(operation, urgency, device);
    const method = body === undefined ? ({ method: "GET" } as const) : ({ method: "POST", body } as const);
    const login = bearer === undefined ? {} : { bearer };
    const urgent = bearer === undefined || urgency === "lower";
    const answer = await this.#client.request({ device, path, urgent, ...method, ...login }).catch((error: unknown) => {
      this.#limiter.networkFailed(error);
      throw error;
    });
    const { status, retryAfter } = answer;
    if (status === 429) throw this.#limiter.limited(retryAfter, device);
    // Without a token, a 403 is the answer to this login alone.
    if (status === 403 && bearer !== undefined) throw this.#limiter.forbidden(operation, device);
    if (status >= 500) {
      this.#limiter.serverFailed(status, retryAfter);
      const what = `the Easee cloud answered ${operation} with HTTP ${status}`;
      throw new DeviceError({ code: "unreachable", device, what, advice: "It is tried again by itself" });
    }
    this.#limiter.succeeded(operation);
    return answer;
  }

  /** Breaks off what is under way. Always ends. */
  close(): Promise<void> {
    return this.#client.close();
  }
}
