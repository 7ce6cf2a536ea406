/** Conversations with a vendor's cloud over HTTPS: one request at a time for each account, each with an end. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { type AxiosResponse, isAxiosError } from "axios";
import { DeviceError } from "../model/errors.js";

/** Bytes of an answer after decompression; a site with all that is on it takes a tenth of it. */
const longestAnswer = 512 * 1024;

/** Codes that say that the certificate does not hold. */
const certificateCode = /^(CERT_|ERR_TLS|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO$|ERR_SSL)/;

export interface CloudOptions {
  /** Like `https://api.vendor.com`; http only on this computer itself. */
  readonly base: string;
  /** ms from the sending of a request to the last byte of its answer */
  readonly deadline?: number;
}

export interface CloudRequest {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
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
  readonly #base: URL;
  readonly #deadline: number;
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: true }),
  };
  readonly #closing = new AbortController();
  readonly #waiting: (() => Promise<void>)[] = [];
  #running: Promise<void> | null = null;

  /** @throws RangeError for an address that secrets must not be sent to */
  constructor({ base, deadline = 10_000 }: CloudOptions) {
    if (!isSafeCloudUrl(base)) throw new RangeError("A cloud is spoken to over https only");
    this.#base = new URL(base);
    this.#deadline = deadline;
  }

  /** Never repeated by itself. Rejects with DeviceError where there is no answer, or none that can be understood. */
  request(request: CloudRequest): Promise<CloudAnswer> {
    return new Promise((resolve, reject) => {
      const work = (): Promise<void> => this.#exchange(request).then(resolve, reject);
      if (request.urgent) this.#waiting.unshift(work);
      else this.#waiting.push(work);
      this.#running ??= this.#work();
    });
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await next();
    this.#running = null;
  }

  async #exchange(request: CloudRequest): Promise<CloudAnswer> {
    const tooLate = AbortSignal.timeout(this.#deadline);
    try {
      return this.#understand(await this.#send(request, AbortSignal.any([tooLate, this.#closing.signal])), request);
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      throw this.#explain(error, request, tooLate.aborted);
    }
  }

  #send({ method, path, body, bearer, device }: CloudRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    if (this.#closing.signal.aborted) throw this.#unreachable(device, "the connection has been closed");
    return axios.request<string>({
      method,
      url: new URL(path, this.#base).href,
      ...(body === undefined ? {} : { data: JSON.stringify(body) }),
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      },
      signal,
      ...this.#agents,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      responseType: "text",
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
    });
  }

  #understand({ status, data, headers }: AxiosResponse<string>, { path, device }: CloudRequest): CloudAnswer {
    const where = this.#where(path);
    if (status < 200) throw this.#protocol(device, `${where} was answered with HTTP ${status}`);
    if (status >= 300 && status < 400)
      throw this.#protocol(device, `${where} is redirected elsewhere (HTTP ${status}), which is not followed`);
    const json = parse(data);
    // Neither the cause nor the text is passed on: an answer may quote what it was asked, secrets included.
    if (json === undefined && status < 300) throw this.#protocol(device, `the answer of ${where} is not JSON`);
    const told = (name: string): string | null => {
      const value: unknown = headers[name];
      return typeof value === "string" ? value : null;
    };
    const date = dateOf(told("date"));
    return { status, json: json ?? null, retryAfter: retryAfterOf(told("retry-after"), date ?? Date.now()), date };
  }

  #explain(error: unknown, { path, device }: CloudRequest, tooLate: boolean): DeviceError {
    const { host } = this.#base;
    if (tooLate) return this.#unreachable(device, `no answer from ${host} within ${this.#deadline / 1_000} s`);
    if (this.#closing.signal.aborted) return this.#unreachable(device, "the connection has been closed");
    if (!isAxiosError(error)) return this.#unreachable(device, `no answer from ${host}`);
    if (error.message.startsWith("maxContentLength"))
      return this.#protocol(device, `the answer of ${this.#where(path)} is longer than 512 KiB`);
    const code = error.code ?? "";
    if (/^(HPE_|Z_|ERR_INVALID_PROTOCOL)/.test(code))
      return this.#protocol(device, `${this.#where(path)} is not answered in readable HTTP`);
    if (certificateCode.test(code)) {
      const what = `the certificate of ${host} does not hold (${code})`;
      const advice = "Check this computer's date and time, and that nothing in the network breaks encryption open";
      return new DeviceError({ code: "unreachable", device, what, advice });
    }
    if (error.response) return this.#unreachable(device, `the answer of ${this.#where(path)} broke off`);
    return this.#unreachable(device, `no connection to ${host}${code === "" ? "" : `: ${code}`}`);
  }

  /** Queries and ids stay: they are no secrets, and tell people what was asked. */
  #where(path: string): string {
    return `${this.#base.host}${path}`;
  }

  #unreachable(device: string, what: string): DeviceError {
    return new DeviceError({ code: "unreachable", device, what, advice: "Check the connection to the Internet" });
  }

  #protocol(device: string, what: string): DeviceError {
    const advice = "Check that no login page or proxy stands between this network and the Internet";
    return new DeviceError({ code: "protocol", device, what, advice });
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

/** `null`: empty · `undefined`: not JSON */
function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
