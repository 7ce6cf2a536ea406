/** One address that is asked over HTTP or HTTPS for JSON: one request at a time, each with an end. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { type AxiosResponse, isAxiosError } from "axios";
import { DeviceError } from "../model/errors.js";

/** Bytes of an answer after decompression. */
const longestAnswer = 256 * 1024;

/** Codes that say that the certificate does not hold, or that there is no TLS. */
const tlsCode = /^(CERT_|ERR_TLS|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO$|ERR_SSL)/;

export interface HttpUrlOptions {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  /** http:// or https://, without credentials. */
  readonly url: string;
  /** For basic authentication. */
  readonly login?: { readonly username: string; readonly password: string };
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline?: number;
  /** What to look at when it does not answer as it should: a sentence without a full stop. */
  readonly advice?: string;
}

export class HttpUrl {
  readonly #device: string;
  readonly #url: URL;
  readonly #login: HttpUrlOptions["login"];
  readonly #deadline: number;
  readonly #advice: string;
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: true }),
  };
  readonly #closing = new AbortController();
  /** Settles with the last request in the queue; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws RangeError for an address of another sort, or one with credentials in it */
  constructor({ device, url, login, deadline = 5_000, advice = "Check the address" }: HttpUrlOptions) {
    if (!isPlainHttpUrl(url)) throw new RangeError("It takes http:// or https:// without credentials");
    this.#device = device;
    this.#url = new URL(url);
    this.#login = login;
    this.#deadline = deadline;
    this.#advice = advice;
  }

  /** Tried once more where the other side had hung up on an idle connection. Rejects with DeviceError. */
  getJson(): Promise<unknown> {
    const answer = this.#last.then(() => this.#exchange());
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
  }

  async #exchange(): Promise<unknown> {
    const tooLate = AbortSignal.timeout(this.#deadline);
    const signal = AbortSignal.any([tooLate, this.#closing.signal]);
    for (let left = 1; ; left--) {
      try {
        return this.#parse(await this.#get(signal));
      } catch (error) {
        if (error instanceof DeviceError) throw error;
        if (left > 0 && !signal.aborted && isAxiosError(error) && error.code === "ECONNRESET") continue;
        throw this.#explain(error, tooLate.aborted);
      }
    }
  }

  #get(signal: AbortSignal): Promise<AxiosResponse<string>> {
    if (this.#closing.signal.aborted) throw this.#unreachable("the connection has been closed");
    return axios.get<string>(this.#url.href, {
      signal,
      ...this.#agents,
      headers: { Accept: "application/json" },
      proxy: false,
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      responseType: "text",
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      ...(this.#login ? { auth: { ...this.#login } } : {}),
    });
  }

  #parse({ status, data }: AxiosResponse<string>): unknown {
    if (status === 401 || status === 403) throw this.#loginRefused(status);
    if (status >= 500) throw this.#unreachable(`${this.#where} is answered with HTTP ${status}`);
    if (status >= 300 && status < 400)
      throw this.#protocol(`${this.#where} is redirected elsewhere (HTTP ${status}), which is not followed`);
    if (status !== 200) throw this.#protocol(`${this.#where} is answered with HTTP ${status}`);
    try {
      return JSON.parse(data);
    } catch {
      // Neither the cause nor the text is passed on: an answer may quote what it was asked, secrets included.
      throw this.#protocol(`the answer of ${this.#where} is not JSON`);
    }
  }

  #explain(error: unknown, tooLate: boolean): DeviceError {
    const { host } = this.#url;
    if (tooLate) return this.#unreachable(`no answer from ${host} within ${this.#deadline / 1_000} s`);
    if (this.#closing.signal.aborted) return this.#unreachable("the connection has been closed");
    if (!isAxiosError(error)) return this.#unreachable(`no answer from ${host}`);
    if (error.message.startsWith("maxContentLength"))
      return this.#protocol(`the answer of ${this.#where} is longer than ${longestAnswer / 1_024} KiB`);
    const code = error.code ?? "";
    if (/^(HPE_|Z_|ERR_INVALID_PROTOCOL)/.test(code))
      return this.#protocol(`${this.#where} is not answered in readable HTTP`);
    if (tlsCode.test(code)) return this.#untrusted(code);
    if (error.response) return this.#unreachable(`the answer of ${this.#where} broke off`);
    return this.#unreachable(`no connection to ${host}${code === "" ? "" : `: ${code}`}`);
  }

  /** Without its query, which may hold a key. */
  get #where(): string {
    return `${this.#url.host}${this.#url.pathname}`;
  }

  #unreachable(what: string): DeviceError {
    const advice = `Check that it is on and in the network. ${this.#advice}`;
    return new DeviceError({ code: "unreachable", device: this.#device, what, advice });
  }

  #protocol(what: string): DeviceError {
    return new DeviceError({ code: "protocol", device: this.#device, what, advice: this.#advice });
  }

  #untrusted(code: string): DeviceError {
    const what = `the encryption of ${this.#url.host} can't be trusted (${code})`;
    const advice =
      "Check the name in the address and this computer's clock; a certificate of your own is made known by NODE_EXTRA_CA_CERTS";
    return new DeviceError({ code: "unreachable", device: this.#device, what, advice });
  }

  #loginRefused(status: number): DeviceError {
    const what = `${this.#where} refuses access (HTTP ${status})`;
    const advice = `Check username and password. ${this.#advice}`;
    return new DeviceError({ code: "login-refused", device: this.#device, what, advice });
  }
}

/** http or https, and no credentials in it. */
export function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:\/\/[^\s@/?#]/.test(text) && /^https?:$/.test(protocol) && username === "" && password === "";
}
