/** Conversations with a vendor's cloud over HTTPS: one request at a time for each account, each with an end. */

import type { Clock } from "../model/clock.js";
import { parseJson } from "../model/json.js";
import { Exchange, type ExchangeAnswer, type ExchangeRequest } from "./exchange.js";

/** Bytes of an answer after decompression; a site with all that is on it takes a tenth of it. */
const longest = 512 * 1024;

const advice = {
  unreachable: "Check the connection to the Internet",
  protocol: "Check that no login page or proxy stands between this network and the Internet",
  untrusted: "Check this computer's date and time, and that nothing in the network breaks encryption open",
};

export interface CloudOptions {
  /** Like `https://api.vendor.com`; http only on this computer itself. */
  readonly base: string;
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline?: number;
  readonly clock: Clock;
}

export interface CloudRequest extends Pick<ExchangeRequest, "device" | "path" | "body"> {
  readonly method: "GET" | "POST";
  /** Access token. */
  readonly bearer?: string;
  /** Goes before all that wait. */
  readonly urgent?: boolean;
}

export interface CloudAnswer {
  /** 2xx, 4xx or 5xx; what it means is the caller's business. */
  readonly status: number;
  /** `null`: there is none, or, beside an error status, none that is JSON. */
  readonly json: unknown;
  /** ms, 0 or more; `null`: not told. */
  readonly retryAfter: number | null;
  /** ms since 1970 by the cloud's own clock; `null`: not told. */
  readonly date: number | null;
}

export class CloudClient {
  readonly #exchange: Exchange;
  readonly #clock: Clock;

  /** @throws RangeError for an address that secrets must not be sent to */
  constructor({ base, deadline = 10_000, clock }: CloudOptions) {
    if (!isSafeCloudUrl(base)) throw new RangeError("A cloud is spoken to over https only");
    this.#clock = clock;
    this.#exchange = new Exchange({ url: base, deadline, clock, longest, advice });
  }

  /** Never repeated by itself. Rejects with DeviceError where there is no answer, or none that can be understood. */
  async request({ bearer, urgent, ...request }: CloudRequest): Promise<CloudAnswer> {
    const headers = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
    const answer = await this.#exchange.turn((ask) => ask({ ...request, headers }), urgent);
    return cloudAnswer(answer, this.#clock.now());
  }

  /** Breaks off what is under way. Always ends. */
  close(): Promise<void> {
    return this.#exchange.close();
  }
}

/** https anywhere, http only on this computer; no credentials in it. */
export function isSafeCloudUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/** What a `Retry-After` header asks for, in ms: seconds, or a date seen from `now`; `null`: nothing that is valid. */
export function retryAfterOf(text: string | null, now: number): number | null {
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000;
  const date = dateOf(text);
  return date === null ? null : Math.max(0, date - now);
}

/** An HTTP date begins with its weekday; nothing else is taken for one. */
function dateOf(text: string | null): number | null {
  const date = text !== null && /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : date;
}

/** @throws DeviceError when it is a redirect, or should be JSON and is not */
function cloudAnswer(answer: ExchangeAnswer, now: number): CloudAnswer {
  const { status, text } = answer;
  if (status < 200 || (status >= 300 && status < 400)) throw answer.refusal();
  const json = text === "" ? null : status < 300 ? answer.json() : (parseJson(text) ?? null);
  const date = dateOf(answer.header("date"));
  return { status, json, retryAfter: retryAfterOf(answer.header("retry-after"), date ?? now), date };
}
