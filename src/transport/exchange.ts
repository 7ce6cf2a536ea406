/** Questions to one host over HTTP or HTTPS: one at a time, each with an end, and what it means when one fails. */

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

/** Bytes of an answer after decompression; devices say all they have in a tenth of it. */
const usualLongest = 64 * 1024;

/** Requests go where they are sent: through no proxy, and after no redirect. Any status is an answer. */
export const http = axios.create({
  proxy: false,
  maxRedirects: 0,
  responseType: "text",
  transformResponse: (text: unknown) => text,
  validateStatus: () => true,
});

export interface ExchangeOptions {
  /** http:// or https://; paths are seen from here. */
  readonly url: string;
  /** For basic authentication. */
  readonly login?: Login | undefined;
  /** ms from the beginning of a turn to the last byte of its answer */
  readonly deadline: number;
  readonly clock: Clock;
  /** Bytes of an answer after decompression. Absent: 64 KiB. */
  readonly longest?: number | undefined;
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
  /** With its query, which errors leave out: it may hold a secret. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** It changes nothing, so it is asked once more where the other side had hung up on an idle connection. */
  readonly repeat?: boolean;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly text: string;
  /** `null`: there is none. */
  header(name: string): string | null;
  /** @throws DeviceError when it is no JSON */
  json(): unknown;
  /** What its status means where nothing is made of it. */
  refusal(): DeviceError;
}

/** Rejects with DeviceError where there is no answer, or none that can be read. */
export type Ask = (request: ExchangeRequest) => Promise<ExchangeAnswer>;

export class Exchange {
  readonly #options: ExchangeOptions & { readonly longest: number };
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #closing = new AbortController();
  readonly #queue = new SerialQueue();

  constructor(options: ExchangeOptions) {
    this.#options = { ...options, longest: options.longest ?? usualLongest };
    this.#url = new URL(options.url);
    const ways = { keepAlive: true, maxSockets: 1 };
    this.#agent =
      this.#url.protocol === "https:" ? new HttpsAgent({ ...ways, rejectUnauthorized: true }) : new HttpAgent(ways);
  }

  /** Asks when it is its turn. */
  ask(request: ExchangeRequest): Promise<ExchangeAnswer> {
    return this.turn((ask) => ask(request));
  }

  /**
   * What is asked with nothing else in between, and within one deadline.
   * @param urgent goes before all that wait
   */
  turn<T>(work: (ask: Ask) => Promise<T>, urgent = false): Promise<T> {
    const { clock, deadline } = this.#options;
    const inTime = () => within(clock, deadline, (tooLate) => work((request) => this.#ask(request, tooLate)));
    return this.#queue.run(inTime, urgent);
  }

  /** Breaks off what is under way and what waits. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#agent.destroy();
    await this.#queue.idle();
  }

  async #ask(request: ExchangeRequest, tooLate: AbortSignal): Promise<ExchangeAnswer> {
    const ends = [tooLate, this.#closing.signal];
    const failure = new HttpFailure(this.#options, new URL(request.path, this.#url), request.device);
    for (let left = request.repeat ? 1 : 0; ; left--) {
      try {
        return answerOf(await abortedBy(ends, (signal) => this.#send(request, signal)), failure);
      } catch (error) {
        if (left > 0 && !ends.some(({ aborted }) => aborted) && isAxiosError(error) && error.code === "ECONNRESET")
          continue;
        if (tooLate.aborted) throw failure.late();
        throw this.#closing.signal.aborted ? failure.closed() : failure.of(error);
      }
    }
  }

  #send({ method, path, headers, body }: ExchangeRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    const { login, longest } = this.#options;
    return http.request<string>({
      method,
      url: new URL(path, this.#url).href,
      headers: { Accept: "application/json", ...headers },
      ...(body === undefined ? {} : { data: body }),
      ...(login === undefined ? {} : { auth: { ...login } }),
      signal,
      httpAgent: this.#agent,
      httpsAgent: this.#agent,
      maxContentLength: longest,
    });
  }
}

function answerOf({ status, data, headers }: AxiosResponse<string>, failure: HttpFailure): ExchangeAnswer {
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
    refusal: () => failure.ofStatus(status),
  };
}
