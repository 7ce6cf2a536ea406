/** Conversations with one device over HTTP: one request at a time, each with an end. */

import { Agent } from "node:http";
import axios, { type AxiosResponse, isAxiosError } from "axios";
import { DeviceError } from "../model/errors.js";
import { hostUrl } from "./host-url.js";

/** Bytes of an answer after decompression; devices of this sort say all they have in a tenth of it. */
const longestAnswer = 64 * 1024;

export interface HttpDeviceOptions {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly host: string;
  readonly port: number;
  /** For basic authentication. */
  readonly login?: { readonly username: string; readonly password: string };
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline?: number;
  /** What to look at on devices of this sort when they do not answer as they should: a sentence without a full stop. */
  readonly advice?: string;
}

/** The parts of a query, in this order. */
export type Query = Readonly<Record<string, string>>;

export class HttpDevice {
  readonly #device: string;
  readonly #host: string;
  /** Host, and port where it is not the usual one. */
  readonly #where: string;
  readonly #base: string;
  readonly #login: HttpDeviceOptions["login"];
  readonly #deadline: number;
  readonly #advice: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #closing = new AbortController();
  /** Settles with the last request in the queue; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ device, host, port, login, deadline = 5_000, advice }: HttpDeviceOptions) {
    this.#device = device;
    this.#host = host;
    this.#where = port === 80 ? host : `${host}:${port}`;
    this.#base = hostUrl("http", host, port);
    this.#login = login;
    this.#deadline = deadline;
    this.#advice = advice ?? "Check that host and port belong to this device";
  }

  /** Reads; tried once more where the device had hung up on an idle connection. Rejects with DeviceError. */
  getJson(path: string, query: Query = {}): Promise<unknown> {
    return this.#enqueue(path, query, 1);
  }

  /** A GET that changes something: never repeated by itself, since it may have been heard. Rejects with DeviceError. */
  sendJson(path: string, query: Query = {}): Promise<unknown> {
    return this.#enqueue(path, query, 0);
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#agent.destroy();
    await this.#last;
  }

  #enqueue(path: string, query: Query, repeats: number): Promise<unknown> {
    const answer = this.#last.then(() => this.#exchange(path, query, repeats));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #exchange(path: string, query: Query, repeats: number): Promise<unknown> {
    const tooLate = AbortSignal.timeout(this.#deadline);
    const signal = AbortSignal.any([tooLate, this.#closing.signal]);
    for (let left = repeats; ; left--) {
      try {
        return this.#parse(await this.#get(path, query, signal), path);
      } catch (error) {
        if (error instanceof DeviceError) throw error;
        if (left > 0 && !signal.aborted && isAxiosError(error) && error.code === "ECONNRESET") continue;
        throw this.#explain(error, path, tooLate.aborted);
      }
    }
  }

  #get(path: string, query: Query, signal: AbortSignal): Promise<AxiosResponse<string>> {
    if (this.#closing.signal.aborted) throw this.#unreachable("the connection has been closed");
    const url = new URL(path, this.#base);
    url.search = queryText(query);
    return axios.get<string>(url.href, {
      signal,
      httpAgent: this.#agent,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      responseType: "text",
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      ...(this.#login ? { auth: { ...this.#login } } : {}),
    });
  }

  #parse({ status, data }: AxiosResponse<string>, path: string): unknown {
    if (status === 401 || status === 403) throw this.#loginRefused(status, path);
    if (status >= 500) throw this.#unreachable(`${this.#host} answered ${path} with HTTP ${status}`);
    if (status >= 300 && status < 400)
      throw this.#protocol(`${this.#host} wants to redirect ${path} elsewhere (HTTP ${status}), which is not followed`);
    if (status !== 200) throw this.#protocol(`${this.#host} answered ${path} with HTTP ${status}`);
    try {
      return JSON.parse(data);
    } catch {
      // Neither the cause nor the text is passed on: an answer may quote what it was asked, secrets included.
      throw this.#protocol(`the answer of ${this.#host} to ${path} is not JSON`);
    }
  }

  #explain(error: unknown, path: string, tooLate: boolean): DeviceError {
    if (tooLate) return this.#unreachable(`no answer from ${this.#host} within ${this.#deadline / 1_000} s`);
    if (this.#closing.signal.aborted) return this.#unreachable("the connection has been closed");
    if (!isAxiosError(error)) return this.#unreachable(`no answer from ${this.#host}`);
    if (error.message.startsWith("maxContentLength"))
      return this.#protocol(`the answer of ${this.#host} to ${path} is longer than 64 KiB`);
    if (isUnreadable(error.code)) return this.#protocol(`${this.#host} does not answer ${path} in readable HTTP`);
    if (error.response) return this.#unreachable(`the answer of ${this.#host} to ${path} broke off`);
    return this.#unreachable(`no connection to ${this.#where}${error.code ? `: ${error.code}` : ""}`);
  }

  #unreachable(what: string): DeviceError {
    const advice = `Check that it is on and in the network. ${this.#advice}`;
    return new DeviceError({ code: "unreachable", device: this.#device, what, advice });
  }

  #protocol(what: string): DeviceError {
    return new DeviceError({ code: "protocol", device: this.#device, what, advice: this.#advice });
  }

  #loginRefused(status: number, path: string): DeviceError {
    const what = `${this.#host} refuses access to ${path} (HTTP ${status})`;
    const switchedOff = status === 403 ? ", and that its API is switched on" : "";
    const advice = `Check username and password${switchedOff}. ${this.#advice}`;
    return new DeviceError({ code: "login-refused", device: this.#device, what, advice });
  }
}

/** Commas, brackets and equals signs stay as they are, as small devices expect them; URL escapes what is left. */
function queryText(query: Query): string {
  const escape = (text: string) => text.replace(/[%&#+]/g, encodeURIComponent);
  return Object.entries(query)
    .map(([key, value]) => `${escape(key)}=${escape(value)}`)
    .join("&");
}

/** HTTP that the parser gave up on, or a body that its encoding does not fit. */
function isUnreadable(code: string | undefined): boolean {
  return code !== undefined && /^(HPE_|Z_|ERR_INVALID_PROTOCOL)/.test(code);
}
