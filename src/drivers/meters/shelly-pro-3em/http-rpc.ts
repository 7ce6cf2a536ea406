/** A Shelly that is asked over HTTP, with its own sort of login: one request at a time, each with an end. */

import { randomBytes } from "node:crypto";
import { Agent } from "node:http";
import axios, { type AxiosResponse } from "axios";
import { DeviceError } from "../../../model/errors.js";
import { hostUrl } from "../../../transport/host-url.js";
import { parseJson } from "../../../transport/json.js";
import { type Answer, answerOf } from "../../fields.js";
import { authorization, type Challenge, challengeOfHeader } from "./digest.js";
import { advice, loginRefused, refusalOf, resultOf, type Rpc } from "./rpc.js";

/** Bytes of an answer after decompression */
const longestAnswer = 64 * 1024;

export interface ShellyAddress {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly host: string;
  readonly port: number;
  readonly password?: string | undefined;
  /** ms for each request */
  readonly deadline: number;
}

export class HttpRpc implements Rpc {
  readonly #address: ShellyAddress;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #closing = new AbortController();
  #challenge: Challenge | null = null;
  /** Settles with the last request in the queue; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(address: ShellyAddress) {
    this.#address = address;
  }

  call(method: string, { id }: { readonly id: number }): Promise<Answer> {
    const answer = this.#last.then(() => this.#exchange(`/rpc/${method}?id=${id}`));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#agent.destroy();
    await this.#last;
  }

  async #exchange(uri: string): Promise<Answer> {
    const { device, host, deadline } = this.#address;
    const tooLate = AbortSignal.timeout(deadline);
    const signal = AbortSignal.any([tooLate, this.#closing.signal]);
    // Asked once more where the device had hung up on an idle connection.
    const ask = () =>
      this.#ask(uri, signal).catch((error: unknown) => {
        if (axios.isAxiosError(error) && error.code === "ECONNRESET") return this.#ask(uri, signal);
        throw error;
      });
    try {
      return this.#understand(await ask());
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      const closed = this.#closing.signal.aborted;
      const why = tooLate.aborted ? `no answer from ${host} within ${deadline / 1_000} s` : `no connection to ${host}`;
      const code = axios.isAxiosError(error) && error.code?.startsWith("E") && !error.code.startsWith("ERR_");
      const what = closed ? "the connection has been closed" : tooLate.aborted || !code ? why : `${why}: ${error.code}`;
      const look = `Check that it is on and in the network. ${advice}`;
      throw new DeviceError({ code: "unreachable", device, what, advice: look });
    }
  }

  /** A login that has grown old is made anew, once. */
  async #ask(uri: string, signal: AbortSignal): Promise<AxiosResponse<string>> {
    const { device, password } = this.#address;
    const first = await this.#get(uri, signal);
    if (first.status !== 401) return first;
    const header: unknown = first.headers["www-authenticate"];
    this.#challenge = typeof header === "string" ? challengeOfHeader(header) : null;
    if (password === undefined || this.#challenge === null) throw loginRefused(device);
    const second = await this.#get(uri, signal);
    if (second.status !== 401) return second;
    this.#challenge = null;
    throw loginRefused(device);
  }

  #get(uri: string, signal: AbortSignal): Promise<AxiosResponse<string>> {
    const { host, port } = this.#address;
    signal.throwIfAborted();
    const login = this.#login(uri);
    return axios.get<string>(`${hostUrl("http", host, port)}${uri}`, {
      signal,
      httpAgent: this.#agent,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      responseType: "text",
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      ...(login === null ? {} : { headers: { Authorization: login } }),
    });
  }

  #login(uri: string): string | null {
    const { password } = this.#address;
    const challenge = this.#challenge;
    if (password === undefined || challenge === null) return null;
    this.#challenge = { ...challenge, nc: challenge.nc + 1 };
    return authorization({ challenge, password, method: "GET", uri, cnonce: randomBytes(8).toString("hex") });
  }

  #understand({ status, data }: AxiosResponse<string>): Answer {
    const { device, host } = this.#address;
    const json = parseJson(data);
    if (status === 200) return resultOf(json, device);
    if (status === 403) throw loginRefused(device);
    if (answerOf(json)?.has("code")) throw refusalOf(json, device);
    const what = `${host} answered with HTTP ${status}`;
    throw new DeviceError({ code: status >= 500 ? "unreachable" : "protocol", device, what, advice });
  }
}
