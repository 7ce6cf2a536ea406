/** Requests to the WiFi gateway of one OpenEVSE: one at a time, each with an end. */

import { Agent } from "node:http";
import axios, { type AxiosResponse, isAxiosError } from "axios";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import { hostUrl } from "../../../transport/host-url.js";

/** Bytes of an answer; its configuration, the longest, takes some 6 KB. */
const longestAnswer = 64 * 1024;

export const gatewayAdvice = "Check that host and port belong to the WiFi gateway of an OpenEVSE";

export interface GatewayOptions {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly host: string;
  readonly port: number;
  readonly login?: { readonly username: string; readonly password: string };
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline: number;
}

export interface GatewayRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** It changes something although it is a GET, as commands over RAPI do. */
  readonly changes?: boolean;
  /** HTTP statuses that the caller makes something of, beside 200. */
  readonly expect?: readonly number[];
}

export interface GatewayAnswer {
  readonly status: number;
  /** `undefined`: what came is not JSON. */
  readonly json: unknown;
}

export class Gateway {
  readonly device: string;
  readonly #options: GatewayOptions;
  readonly #base: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #closing = new AbortController();
  /** Settles with the last request in the queue; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: GatewayOptions) {
    const { device, host, port } = options;
    this.device = device;
    this.#options = options;
    this.#base = hostUrl("http", host, port);
  }

  /** Rejects with DeviceError, also for an HTTP status that the caller does not expect. */
  request(request: GatewayRequest): Promise<GatewayAnswer> {
    const answer = this.#last.then(() => this.#exchange(request));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async getJson(path: string): Promise<unknown> {
    const { json } = await this.request({ method: "GET", path });
    if (json === undefined) throw this.protocol(`the answer to ${path} is not JSON`);
    return json;
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#agent.destroy();
    await this.#last;
  }

  protocol(what: string): DeviceError {
    return this.error("protocol", what, gatewayAdvice);
  }

  error(code: DeviceErrorCode, what: string, advice: string): DeviceError {
    return new DeviceError({ code, device: this.device, what, advice });
  }

  async #exchange(request: GatewayRequest): Promise<GatewayAnswer> {
    const tooLate = AbortSignal.timeout(this.#options.deadline);
    const signal = AbortSignal.any([tooLate, this.#closing.signal]);
    // Only a question is asked again where the gateway had hung up on an idle connection: a write may have been heard.
    for (let left = request.method === "GET" && request.changes !== true ? 1 : 0; ; left--) {
      try {
        if (this.#closing.signal.aborted) throw this.#unreachable("the connection has been closed");
        return this.#answerOf(await this.#send(request, signal), request);
      } catch (error) {
        if (error instanceof DeviceError) throw error;
        if (left > 0 && !signal.aborted && isAxiosError(error) && error.code === "ECONNRESET") continue;
        throw this.#explain(error, request.path, tooLate.aborted);
      }
    }
  }

  #send({ method, path, query = {}, body }: GatewayRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    const url = new URL(path, this.#base);
    url.search = Object.entries(query)
      .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
      .join("&");
    return axios.request<string>({
      url: url.href,
      method,
      signal,
      httpAgent: this.#agent,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      responseType: "text",
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
      ...(this.#options.login ? { auth: { ...this.#options.login } } : {}),
      ...(body ? { data: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {}),
    });
  }

  #answerOf({ status, data }: AxiosResponse<string>, { path, expect = [] }: GatewayRequest): GatewayAnswer {
    if (status === 200 || expect.includes(status)) return { status, json: parsed(data) };
    const { host } = this.#options;
    if (status === 401 || status === 403) {
      const advice = "Check username and password; they are those of the gateway's web page";
      throw this.error("login-refused", `${host} refuses access to ${path} (HTTP ${status})`, advice);
    }
    if (status >= 500) throw this.#unreachable(`${host} answered ${path} with HTTP ${status}`);
    if (status >= 300 && status < 400)
      throw this.protocol(`${host} wants to redirect ${path} elsewhere (HTTP ${status}), which is not followed`);
    throw this.protocol(`${host} answered ${path} with HTTP ${status}`);
  }

  #explain(error: unknown, path: string, tooLate: boolean): DeviceError {
    const { host, deadline } = this.#options;
    if (tooLate) return this.#unreachable(`no answer from ${host} within ${deadline / 1_000} s`);
    if (this.#closing.signal.aborted) return this.#unreachable("the connection has been closed");
    if (!isAxiosError(error)) return this.#unreachable(`no answer from ${host}`);
    if (error.message.startsWith("maxContentLength"))
      return this.protocol(`the answer of ${host} to ${path} is longer than 64 KiB`);
    if (error.code?.startsWith("HPE_")) return this.protocol(`${host} does not answer ${path} in readable HTTP`);
    if (error.response) return this.#unreachable(`the answer of ${host} to ${path} broke off`);
    return this.#unreachable(`no connection to ${host}${error.code ? `: ${error.code}` : ""}`);
  }

  #unreachable(what: string): DeviceError {
    return this.error("unreachable", what, `Check that it is on and in the network. ${gatewayAdvice}`);
  }
}

/** What its controller sends stands in the JSON as it came, line ends included, where JSON has no room for them. */
function parsed(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text.replace(/\p{Cc}+/gu, " "));
    return json;
  } catch {
    return undefined;
  }
}
