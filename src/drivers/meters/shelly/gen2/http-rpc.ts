/** A Shelly over HTTP with its digest login: one request at a time, each with a deadline. */

import { randomBytes } from "node:crypto";
import type { Clock } from "../../../../model/clock.js";
import { parseJson } from "../../../../model/json.js";
import { type Send, Exchange, type ExchangeResponse } from "../../../../transport/exchange.js";
import { hostUrl } from "../../../../transport/host-url.js";
import { localDeviceAdvice } from "../../../../transport/http-failure.js";
import { type Answer, answerOf } from "../../../decoding/fields.js";
import { authorization, type Challenge, challengeOfHeader } from "./digest.js";
import { advice, loginRefused, refusalOf, resultOf, type Rpc } from "./rpc.js";

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
  readonly #exchange: Exchange;
  #challenge: Challenge | null = null;

  constructor(address: ShellyAddress, clock: Clock) {
    const { host, port, deadline } = address;
    this.#address = address;
    this.#exchange = new Exchange({
      url: hostUrl("http", host, port),
      deadline,
      clock,
      advice: localDeviceAdvice(advice),
    });
  }

  call(method: string, { id }: { readonly id: number }): Promise<Answer> {
    return this.#exchange.exclusive(async (ask) =>
      this.#understand(await this.#loggedIn(ask, `/rpc/${method}?id=${id}`)),
    );
  }

  /** Breaks off what is under way. Always ends. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  /** A login that has grown old is made anew, once. */
  async #loggedIn(ask: Send, path: string): Promise<ExchangeResponse> {
    const { device, password } = this.#address;
    const get = () => ask({ device, method: "GET", path, headers: this.#login(path), repeatable: true });
    const first = await get();
    if (first.status !== 401) return first;
    this.#challenge = challengeOfHeader(first.header("www-authenticate") ?? "");
    if (password === undefined || this.#challenge === null) throw loginRefused(device);
    const second = await get();
    if (second.status !== 401) return second;
    this.#challenge = null;
    throw loginRefused(device);
  }

  #login(uri: string): Readonly<Record<string, string>> {
    const { password } = this.#address;
    const challenge = this.#challenge;
    if (password === undefined || challenge === null) return {};
    this.#challenge = { ...challenge, nc: challenge.nc + 1 };
    const cnonce = randomBytes(8).toString("hex");
    return { Authorization: authorization({ challenge, password, method: "GET", uri, cnonce }) };
  }

  #understand(answer: ExchangeResponse): Answer {
    const { device } = this.#address;
    const json = parseJson(answer.text);
    if (answer.status === 200) return resultOf(json, device);
    if (answer.status === 403) throw loginRefused(device);
    throw answerOf(json)?.has("code") ? refusalOf(json, device) : answer.statusError();
  }
}
