/** HTTP requests to one host: one at a time, each with a deadline, failures as DeviceError. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { type AxiosResponse, isAxiosError } from "axios";
import type { Clock } from "../model/clock.js";
import type { DeviceError } from "../model/errors.js";
import { parseJson } from "../model/json.js";
import { SerialQueue } from "../model/serial-queue.js";
import { abortedBy } from "./aborted-by.js";
import { within } from "./deadlines.js";
import { type Advice, HttpFailure } from "./http-failure.js";

/** Bytes of a response after decompression; devices need a tenth of it. */
const defaultMaxBytes = 64 * 1024;

/** Uses no proxy and follows no redirect. No status rejects. */
export const http = axios.create({
  proxy: false,
  maxRedirects: 0,
  responseType: "text",
  transformResponse: (text: unknown) => text,
  validateStatus: () => true,
});

export interface ExchangeOptions {
  /** http:// or https://; paths are relative to it. */
  readonly url: string;
  /** For basic authentication. */
  readonly login?: Login | undefined;
  /** ms from the first request of a sequence to the last byte of its last response */
  readonly deadline: number;
  readonly clock: Clock;
  /** Bytes of a response after decompression. Absent: 64 KiB. */
  readonly maxBytes?: number | undefined;
  readonly advice: Advice;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface ExchangeRequest {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query, which errors leave out: it may contain a secret. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** It changes nothing, and is sent again where the server had closed an idle connection. */
  readonly repeatable?: boolean;
}

export interface ExchangeResponse {
  readonly status: number;
  readonly text: string;
  /** `null`: there is none. */
  header(name: string): string | null;
  /** @throws DeviceError when it is no JSON */
  json(): unknown;
  /** The error for a status that the caller does not handle. */
  statusError(): DeviceError;
}

/** Rejects with DeviceError where there is no response, or none that can be read. */
export type Send = (request: ExchangeRequest) => Promise<ExchangeResponse>;

export class Exchange {
  readonly #options: ExchangeOptions & { readonly maxBytes: number };
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #closing = new AbortController();
  readonly #queue = new SerialQueue();

  constructor(options: ExchangeOptions) {
    this.#options = { ...options, maxBytes: options.maxBytes ?? defaultMaxBytes };
    this.#url = new URL(options.url);
    const agentOptions = { keepAlive: true, maxSockets: 1 };
    this.#agent =
      this.#url.protocol === "https:"
        ? new HttpsAgent({ ...agentOptions, rejectUnauthorized: true })
        : new HttpAgent(agentOptions);
  }

  /** Sends it once all earlier requests are done. */
  request(request: ExchangeRequest): Promise<ExchangeResponse> {
    return this.exclusive((send) => send(request));
  }

  /**
   * Runs a sequence of requests with no other in between, and within one deadline.
   * @param urgent is run before all waiting requests
   */
  exclusive<T>(sequence: (send: Send) => Promise<T>, urgent = false): Promise<T> {
    const { clock, deadline } = this.#options;
    const inTime = () => within(clock, deadline, (expired) => sequence((request) => this.#request(request, expired)));
    return this.#queue.run(inTime, urgent);
  }

  /** Aborts running and waiting requests. Always settles. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#agent.destroy();
    await this.#queue.idle();
  }

  async #request(request: ExchangeRequest, expired: AbortSignal): Promise<ExchangeResponse> {
    const signals = [expired, this.#closing.signal];
    const failure = new HttpFailure(this.#options, new URL(request.path, this.#url), request.device);
    for (let left = request.repeatable ? 1 : 0; ; left--) {
      try {
        return responseOf(await abortedBy(signals, (signal) => this.#send(request, signal)), failure);
      } catch (error) {
        if (left > 0 && !signals.some(({ aborted }) => aborted) && isAxiosError(error) && error.code === "ECONNRESET")
          continue;
        if (expired.aborted) throw failure.timedOut();
        throw this.#closing.signal.aborted ? failure.closed() : failure.ofError(error);
      }
    }
  }

  #send({ method, path, headers, body }: ExchangeRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    const { login, maxBytes } = this.#options;
    return http.request<string>({
      method,
      url: new URL(path, this.#url).href,
      headers: { Accept: "application/json", ...headers },
      ...(body === undefined ? {} : { data: body }),
      ...(login === undefined ? {} : { auth: { ...login } }),
      signal,
      httpAgent: this.#agent,
      httpsAgent: this.#agent,
      maxContentLength: maxBytes,
    });
  }
}

function responseOf({ status, data, headers }: AxiosResponse<string>, failure: HttpFailure): ExchangeResponse {
  return {
    status,
    text: data,
    header(name) {
      const value: unknown = headers[name];
      return typeof value === "string" ? value : null;
    },
    json() {
      const json = parseJson(data);
      if (json === undefined) throw failure.notJson();
      return json;
    },
    statusError: () => failure.ofStatus(status),
  };
}
