/** Requests to a vendor's cloud over HTTPS: one at a time for each account, each with a deadline. */

import type { Clock } from "../model/clock.js";
import { parseJson } from "../model/json.js";
import { Exchange, type ExchangeResponse, type ExchangeRequest } from "./exchange.js";

/** Bytes of a response after decompression; a whole site takes a tenth of it. */
const maxBytes = 512 * 1024;

const advice = {
  unreachable: "Check the connection to the Internet",
  protocol: "Check that no login page or proxy stands between this network and the Internet",
  untrusted: "Check this computer's date and time, and that nothing in the network intercepts encrypted connections",
};

export interface CloudOptions {
  /** Like `https://api.vendor.com`; http only for this computer. */
  readonly base: string;
  /** ms from the sending of a request to the last byte of its response */
  readonly deadline?: number;
  readonly clock: Clock;
}

export interface CloudRequest extends Pick<ExchangeRequest, "device" | "path" | "body"> {
  readonly method: "GET" | "POST";
  /** Access token. */
  readonly bearer?: string;
  /** Is sent before all waiting requests. */
  readonly urgent?: boolean;
}

export interface CloudResponse {
  /** 2xx, 4xx or 5xx. */
  readonly status: number;
  /** `null`: no body, or, with an error status, none that is JSON. */
  readonly json: unknown;
  /** ms, 0 or more; `null`: no such header. */
  readonly retryAfter: number | null;
  /** ms since 1970 by the cloud's clock; `null`: no such header. */
  readonly date: number | null;
}

export class CloudClient {
  readonly #exchange: Exchange;
  readonly #clock: Clock;

  /** @throws RangeError for an address that is not encrypted */
  constructor({ base, deadline = 10_000, clock }: CloudOptions) {
    if (!isSafeCloudUrl(base)) throw new RangeError("A cloud's address has to begin with https");
    this.#clock = clock;
    this.#exchange = new Exchange({ url: base, deadline, clock, maxBytes, advice });
  }

  /** Never retried. Rejects with DeviceError where there is no response, or none that can be parsed. */
  async request({ bearer, urgent, ...request }: CloudRequest): Promise<CloudResponse> {
    const headers = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
    const response = await this.#exchange.exclusive((send) => send({ ...request, headers }), urgent);
    return cloudResponse(response, this.#clock.now());
  }

  /** Aborts the request under way. Always settles. */
  close(): Promise<void> {
    return this.#exchange.close();
  }
}

/** https, or http for this computer; without credentials. */
export function isSafeCloudUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/** The wait of a `Retry-After` header in ms, which is in seconds or a date; `null`: not valid. */
export function retryAfterOf(text: string | null, now: number): number | null {
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000;
  const date = dateOf(text);
  return date === null ? null : Math.max(0, date - now);
}

/** An HTTP date begins with its weekday; `null`: it is none. */
function dateOf(text: string | null): number | null {
  const date = text !== null && /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : date;
}

/** @throws DeviceError for a redirect, and for a success that is not JSON */
function cloudResponse(response: ExchangeResponse, now: number): CloudResponse {
  const { status, text } = response;
  if (status < 200 || (status >= 300 && status < 400)) throw response.statusError();
  const json = text === "" ? null : status < 300 ? response.json() : (parseJson(text) ?? null);
  const date = dateOf(response.header("date"));
  return { status, json, retryAfter: retryAfterOf(response.header("retry-after"), date ?? now), date };
}
