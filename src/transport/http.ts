/** A device on the local network with a JSON API over HTTP. */

import type { Clock } from "../model/clock.js";
import { parseJson } from "../model/json.js";
import { Exchange, type Login } from "./exchange.js";
import { localDeviceAdvice } from "./http-failure.js";

export interface HttpDeviceOptions {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  /** http:// or https://, without credentials; paths are relative to it. */
  readonly url: string;
  readonly login?: Login;
  /** ms from the sending of a request to the last byte of its response */
  readonly deadline?: number;
  readonly clock: Clock;
  /** Bytes of a response after decompression. */
  readonly maxBytes?: number;
  /** What to check on devices of this kind when a request fails: a sentence without a full stop. */
  readonly advice: string;
}

/** The parameters of a query, in this order. */
export type Query = Readonly<Record<string, string>>;

export class HttpDevice {
  readonly #device: string;
  readonly #exchange: Exchange;

  /** @throws RangeError for an address that is not HTTP, or that contains credentials */
  constructor({ device, advice, deadline = 5_000, ...options }: HttpDeviceOptions) {
    if (!isPlainHttpUrl(options.url))
      throw new RangeError("The address has to begin with http:// or https:// and to contain no credentials");
    this.#device = device;
    this.#exchange = new Exchange({ ...options, deadline, advice: localDeviceAdvice(advice) });
  }

  /**
   * Reads; retried once where the device had closed an idle connection. Rejects with DeviceError.
   * @param path absent: that of the address
   * @param isAnswer see `sendJson`
   */
  getJson(path = "", query: Query = {}, isAnswer = never): Promise<unknown> {
    return this.#request(path, query, true, isAnswer);
  }

  /**
   * A GET that changes something: never retried, for it may have taken effect. Rejects with DeviceError.
   * @param isAnswer what is an answer all the same where the device sends it with status 400, 422 or 500
   */
  sendJson(path: string, query: Query = {}, isAnswer = never): Promise<unknown> {
    return this.#request(path, query, false, isAnswer);
  }

  /** Aborts the request under way. Always settles. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  async #request(path: string, query: Query, repeatable: boolean, isAnswer: IsAnswer): Promise<unknown> {
    const request = { device: this.#device, method: "GET", path: `${path}${queryText(query)}`, repeatable } as const;
    const response = await this.#exchange.request(request);
    if (response.status === 200) return response.json();
    const json = refusals.includes(response.status) ? parseJson(response.text) : undefined;
    if (json !== undefined && isAnswer(json)) return json;
    throw response.statusError();
  }
}

type IsAnswer = (json: unknown) => boolean;

const never: IsAnswer = () => false;

/** With these some devices send a reason, or what they could make of the request. */
const refusals: readonly number[] = [400, 422, 500];

/** http or https, without credentials. */
export function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:\/\/[^\s@/?#]/.test(text) && /^https?:$/.test(protocol) && username === "" && password === "";
}

/** Leaves commas, brackets and equals signs as small devices expect them; URL escapes the rest. */
function queryText(query: Query): string {
  const escape = (text: string) => text.replace(/[%&#+]/g, encodeURIComponent);
  const parts = Object.entries(query).map(([key, value]) => `${escape(key)}=${escape(value)}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}
