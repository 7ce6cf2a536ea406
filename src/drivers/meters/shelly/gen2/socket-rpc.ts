/** A Shelly over a WebSocket, and over HTTP while that is broken. */

import { randomInt } from "node:crypto";
import { DeviceError } from "../../../../model/errors.js";
import { hostUrl } from "../../../../transport/host-url.js";
import { openWebSocket, type WebSocketLink } from "../../../../transport/websocket.js";
import type { DriverContext } from "../../../driver.js";
import type { Answer } from "../../../decoding/fields.js";
import { type Challenge, challengeOfMessage, frameAuth } from "./digest.js";
import { Frames, type StatusNotification, type Reply } from "./frames.js";
import { HttpRpc, type ShellyAddress } from "./http-rpc.js";
import type { RpcConnection } from "./meter.js";
import { advice, loginRefused, refusalOf, resultOf } from "./rpc.js";

/** ms that a request waits for the WebSocket before it goes over HTTP. */
const connectTimeout = 2_000;

export class SocketRpc implements RpcConnection {
  readonly #address: ShellyAddress;
  readonly #context: DriverContext;
  readonly #frames: Frames;
  readonly #http: HttpRpc;
  readonly #notificationListeners = new Set<(notification: StatusNotification) => void>();
  readonly #openListeners = new Set<() => void>();
  #challenge: Challenge | null = null;
  #link: WebSocketLink | null = null;
  /** The socket is known to be broken, and nobody waits for it. */
  #broken = false;
  #closed = false;

  constructor(address: ShellyAddress, context: DriverContext) {
    this.#address = address;
    this.#context = context;
    this.#frames = new Frames(address.device, context.clock);
    this.#http = new HttpRpc(address, context.clock);
  }

  async call(method: string, params: { readonly id: number }): Promise<Answer> {
    if (this.#broken) return this.#http.call(method, params);
    try {
      return await this.#callOverSocket(method, params);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== "unreachable" || this.#closed) throw error;
      this.#context.log.debug(`${error.message} It is asked over HTTP`);
      this.#broken = true;
      this.#link?.drop("it does not answer over its WebSocket");
      return this.#http.call(method, params);
    }
  }

  /** The device pushes nothing on a connection before the first request on it. */
  listen(onNotification: (notification: StatusNotification) => void, onOpen: () => void): void {
    this.#notificationListeners.add(onNotification);
    this.#openListeners.add(onOpen);
    this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#notificationListeners.clear();
    this.#openListeners.clear();
    this.#frames.abandon("the connection has been closed");
    await Promise.all([this.#link?.close(), this.#http.close()]);
  }

  #open(): WebSocketLink {
    const { device, host, port } = this.#address;
    this.#link ??= openWebSocket({
      device,
      url: `${hostUrl("ws", host, port)}/rpc`,
      advice,
      clock: this.#context.clock,
      log: this.#context.log,
      onOpen: () => {
        this.#broken = false;
        this.#openListeners.forEach((listener) => listener());
      },
      onLost: (why) => this.#frames.abandon(why),
      onMessage: (text) => {
        const notification = this.#frames.take(text);
        if (notification) this.#notificationListeners.forEach((listener) => listener(notification));
      },
    });
    return this.#link;
  }

  async #callOverSocket(method: string, params: object): Promise<Answer> {
    const { device, password } = this.#address;
    const link = this.#open();
    await link.ready(connectTimeout);
    const first = await this.#ask(link, method, params);
    if (first.error?.get("code") !== 401) return answerIn(first, device);
    this.#challenge = challengeOfMessage(first.error.get("message"));
    if (password === undefined || this.#challenge === null) throw loginRefused(device);
    return answerIn(await this.#ask(link, method, params), device);
  }

  #ask(link: WebSocketLink, method: string, params: object): Promise<Reply> {
    const { password } = this.#address;
    const challenge = this.#challenge;
    const auth =
      password === undefined || challenge === null ? undefined : frameAuth(challenge, password, randomInt(2 ** 31));
    return this.#frames.ask((frame) => link.send(frame), method, params, auth);
  }
}

function answerIn({ result, error }: Reply, device: string): Answer {
  if (error) throw refusalOf(Object.fromEntries(error), device);
  return resultOf(result, device);
}
