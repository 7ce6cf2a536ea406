/** The access token of one Easee account: one login, renewed in time by one request at a time, at most one login in ten minutes. */

import { z } from "zod";
import type { Clock } from "../../../model/clock.js";
import { DeviceError } from "../../../model/errors.js";
import type { CloudAnswer } from "../../../transport/cloud.js";
import { someText } from "../../decoding/fields.js";
import type { EaseeCloud } from "./cloud.js";
import { duration, type Urgency } from "./rate-limiter.js";

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

interface Token {
  readonly access: string;
  readonly refresh: string;
  readonly renewAt: number;
  readonly endsAt: number;
}

export class Tokens {
  readonly #cloud: EaseeCloud;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  #token: Token | null = null;
  /** The access token that the cloud no longer accepts. */
  #rejected: string | null = null;
  #loginAt = -Infinity;
  #outcome: "good" | "refused" | "no token" = "good";
  #renewal: Promise<string> | null = null;

  constructor(cloud: EaseeCloud, clock: Clock, credentials: Credentials) {
    this.#cloud = cloud;
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

  #ask(operation: string, body: object, device: string, urgency: Urgency): Promise<CloudAnswer> {
    return this.#cloud.send({ device, urgency, operation, path: `/api/accounts/${operation}`, body });
  }

  #keep({ json }: CloudAnswer, device: string): string {
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

function isRefusal({ status }: CloudAnswer): boolean {
  return status >= 400 && status < 500;
}

function noToken(device: string, next: string): DeviceError {
  const what = `the Easee cloud answered the login with something that holds no token; ${next}`;
  return new DeviceError({ code: "protocol", device, what, advice: "Check `apiUrl`, or leave it out" });
}
