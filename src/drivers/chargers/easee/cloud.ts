/** Requests to the Easee cloud: logged in, within the rate limits, and with failures as errors. */

import { z } from "zod";
import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import { type CloudResponse, CloudClient } from "../../../transport/cloud.js";
import { someText } from "../../decoding/fields.js";
import { duration, RateLimiter, type Urgency } from "./rate-limiter.js";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** ms before its end at which a token is renewed (pyeasee). */
const renewEarly = 60_000;
/** ms from one login to the next, successful or not. */
export const loginDistance = 600_000;

/** `POST /api/accounts/login`, `POST /api/accounts/refresh_token` */
const tokenAnswer = z.object({
  accessToken: someText,
  refreshToken: someText,
  expiresIn: z.number().positive(),
});

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
  /** For the stream, which sends the token by itself. */
  readonly tokens: Tokens;
  readonly #client: CloudClient;
  readonly #limiter: RateLimiter;

  /** @param deadline ms for each request */
  constructor(apiUrl: string, credentials: Credentials, clock: Clock, deadline: number) {
    this.tokens = new Tokens((request) => this.#send(request), clock, credentials);
    this.#client = new CloudClient({ base: apiUrl, deadline, clock });
    this.#limiter = new RateLimiter(clock);
  }

  /** An answer with 2xx. Rejects with DeviceError, as RetryLater where the same may be sent later. */
  async request(request: EaseeRequest): Promise<CloudResponse> {
    const { device, urgency, operation } = request;
    const bearer = await this.tokens.bearer(device, urgency);
    let answer = await this.#send(request, bearer);
    if (answer.status === 401) {
      this.tokens.reject(bearer);
      answer = await this.#send(request, await this.tokens.bearer(device, urgency));
    }
    if (answer.status >= 300) throw failure(answer.status, operation, device);
    return answer;
  }

  /** Breaks off what is under way. Always ends. */
  close(): Promise<void> {
    return this.#client.close();
  }

  /**
   * Sends it once, or not at all while the rate limits forbid it.
   * @param bearer access token; absent for the login itself
   * @returns an answer with 2xx or 4xx. Rejects with DeviceError, as RetryLater where the same may be sent later.
   */
  async #send({ device, urgency, operation, path, body }: EaseeRequest, bearer?: string): Promise<CloudResponse> {
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
}

interface Token {
  readonly access: string;
  readonly refresh: string;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** The access token: one login, renewed in time by one request at a time, at most one login in ten minutes. */
class Tokens {
  readonly #send: (request: EaseeRequest) => Promise<CloudResponse>;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  #token: Token | null = null;
  /** The access token that the cloud no longer accepts. */
  #rejected: string | null = null;
  #loginAt = -Infinity;
  #outcome: "good" | "refused" | "no token" = "good";
  #renewal: Promise<string> | null = null;

  constructor(send: (request: EaseeRequest) => Promise<CloudResponse>, clock: Clock, credentials: Credentials) {
    this.#send = send;
    this.#clock = clock;
    this.#credentials = credentials;
  }

  /** An access token. Rejects with DeviceError. */
  async bearer(device: string, urgency: Urgency): Promise<string> {
    const token = this.#token;
    if (token !== null && token.access !== this.#rejected && this.#clock.now() < token.renewAt) return token.access;
    const underWay = this.#renewal;
    if (underWay !== null) {
      // Its failure names another device; asking again, without another request, gives ours.
      await underWay.catch(() => undefined);
      return this.bearer(device, urgency);
    }
    this.#renewal = this.#renew(device, urgency).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** The cloud no longer accepts this token, although its lifetime is not over. */
  reject(access: string): void {
    this.#rejected = access;
  }

  async #renew(device: string, urgency: Urgency): Promise<string> {
    const token = this.#token;
    if (token === null) return this.#login(device, urgency);
    try {
      const renewed = await this.#refresh(token, device, urgency);
      if (renewed !== null) return renewed;
    } catch (error) {
      const stillGood = token.access !== this.#rejected && this.#clock.now() < token.endsAt;
      if (stillGood) return token.access;
      throw error;
    }
    this.#token = null;
    return this.#login(device, urgency);
  }

  /** `null`: refused. */
  async #refresh({ access, refresh }: Token, device: string, urgency: Urgency): Promise<string | null> {
    const body = { accessToken: access, refreshToken: refresh };
    const answer = await this.#ask("refresh_token", body, device, urgency);
    return isRefusal(answer) ? null : this.#keep(answer, device);
  }

  async #login(device: string, urgency: Urgency): Promise<string> {
    const left = this.#loginAt + loginDistance - this.#clock.now();
    if (left > 0) throw this.#refusal(device, left);
    const { username, password } = this.#credentials;
    const answer = await this.#ask("login", { userName: username, password }, device, urgency);
    this.#loginAt = this.#clock.now();
    this.#outcome = "no token";
    if (isRefusal(answer)) this.#outcome = "refused";
    else if (tokenAnswer.safeParse(answer.json).success) this.#outcome = "good";
    if (this.#outcome !== "good") throw this.#refusal(device, loginDistance);
    return this.#keep(answer, device);
  }

  #ask(operation: string, body: object, device: string, urgency: Urgency): Promise<CloudResponse> {
    return this.#send({ device, urgency, operation, path: `/api/accounts/${operation}`, body });
  }

  #keep({ json }: CloudResponse, device: string): string {
    const parsed = tokenAnswer.safeParse(json);
    if (!parsed.success) throw noToken(device, "it is tried again by itself");
    const { accessToken, refreshToken, expiresIn } = parsed.data;
    const now = this.#clock.now();
    const endsAt = now + expiresIn * 1_000;
    this.#token = {
      access: accessToken,
      refresh: refreshToken,
      renewAt: endsAt - Math.min(renewEarly, (endsAt - now) / 2),
      endsAt,
    };
    this.#rejected = null;
    return accessToken;
  }

  #refusal(device: string, wait: number): DeviceError {
    if (this.#outcome === "no token") return noToken(device, `the next login is tried in ${duration(wait)}`);
    const reason =
      this.#outcome === "refused"
        ? "the Easee cloud refuses username and password"
        : "the Easee cloud has withdrawn our access soon after the login";
    const what = `${reason}; the next login is tried in ${duration(wait)}`;
    const advice = "Check that username (e-mail address or telephone number with +) and password open the Easee app";
    return new DeviceError({ code: "login-refused", device, what, advice });
  }
}

function isRefusal({ status }: CloudResponse): boolean {
  return status >= 400 && status < 500;
}

function noToken(device: string, next: string): DeviceError {
  const what = `the Easee cloud answered the login with something that holds no token; ${next}`;
  return new DeviceError({ code: "protocol", device, what, advice: "Check `apiUrl`, or leave it out" });
}

function failure(status: number, operation: string, device: string): DeviceError {
  if (status === 401) {
    const what = `the Easee cloud takes our login, and refuses ${operation} with it (HTTP 401)`;
    const advice = "Check that this account opens the charger in the Easee app";
    return new DeviceError({ code: "login-refused", device, what, advice });
  }
  const what = `the Easee cloud answered ${operation} with HTTP ${status}`;
  if (status === 404) {
    const advice = "Check `chargerId`, `siteId` and `circuitId`, and that the account owns this charger";
    return new DeviceError({ code: "wrong-device", device, what, advice });
  }
  const advice = "Check in the Easee app what limits the charger, and that the account may control it";
  return new DeviceError({ code: "refused", device, what, advice });
}
