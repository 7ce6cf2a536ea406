/** A connection to a SignalR hub that is kept up: opened anew after each break, with an end to every attempt. */

import {
  HttpClient,
  HttpError,
  type HttpRequest,
  HttpResponse,
  type HubConnection,
  HubConnectionBuilder,
  HttpTransportType,
  LogLevel,
} from "@microsoft/signalr";
import { type ClientOptions, WebSocket } from "ws";
import type { Clock, Timer } from "../model/clock.js";
import { abortedBy } from "./aborted-by.js";
import { backoff, type BackoffOptions } from "./backoff.js";
import { isSafeCloudUrl } from "./cloud.js";
import { atMost, within } from "./deadlines.js";
import { http } from "./exchange.js";

/** Bytes of a message; an observation takes some 200. */
const longestMessage = 256 * 1024;
/** ms for each step of an attempt to connect */
const deadline = 10_000;
/** ms that a connection has to last before waits start short again */
const settled = 30_000;
/** ms that closing takes at most */
const longestClose = 1_000;

export interface HubLinkOptions {
  /** https, or http on this computer. */
  readonly url: string;
  readonly clock: Clock;
  readonly retry?: BackoffOptions;
  /** The access token, asked for at each attempt. */
  token(): Promise<string>;
  /** What the hub may call, each with one argument. */
  readonly on: Readonly<Record<string, (argument: unknown) => void>>;
  /** After every connect: subscriptions of the connection before are gone. */
  onConnected(): void;
  /** @param status HTTP status that refused the attempt; `null`: it broke, or came to nothing */
  onLost(status: number | null): void;
}

export class HubLink {
  readonly #options: HubLinkOptions;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<WebSocket>();
  #waits: Generator<number, never>;
  #timer: Timer | undefined;
  #hub: HubConnection | null = null;
  #attempt: Promise<void> = Promise.resolve();
  #connectedAt: number | null = null;

  constructor(options: HubLinkOptions) {
    this.#options = options;
    this.#waits = backoff(options.retry);
  }

  get connected(): boolean {
    return this.#connectedAt !== null;
  }

  start(): void {
    this.#attempt = this.#connect();
  }

  /** Calls a method of the hub, without waiting for an answer. Nothing happens while there is no connection. */
  async send(method: string, ...args: readonly unknown[]): Promise<void> {
    await this.#hub?.send(method, ...args).catch(() => undefined);
  }

  /** Always ends, also when the other side is gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#timer?.cancel();
    for (const socket of this.#sockets) socket.terminate();
    const hub = this.#hub;
    const stopped = Promise.all([this.#attempt, hub?.stop().catch(() => undefined)]);
    await atMost(this.#options.clock, longestClose, stopped);
  }

  /** A connection of its own for each attempt: nothing of a broken one lives on in the next. */
  async #connect(): Promise<void> {
    const { options, negotiation } = this.#connectionOptions();
    try {
      const hub = new HubConnectionBuilder()
        .withUrl(this.#options.url, options)
        .configureLogging(LogLevel.None)
        .build();
      this.#hub = hub;
      for (const [method, handle] of Object.entries(this.#options.on)) hub.on(method, handle);
      hub.onclose(() => this.#lost(null));
      await hub.start();
      if (this.#closing.signal.aborted) return;
      this.#connectedAt = this.#options.clock.now();
      this.#options.onConnected();
    } catch {
      this.#lost(negotiation.status);
    }
  }

  #lost(status: number | null): void {
    if (this.#closing.signal.aborted) return;
    const { clock, retry, onLost } = this.#options;
    const lasted = this.#connectedAt === null ? 0 : clock.now() - this.#connectedAt;
    if (lasted >= settled) this.#waits = backoff(retry);
    this.#connectedAt = null;
    this.#hub = null;
    this.#timer = clock.after(this.#waits.next().value, () => (this.#attempt = this.#connect()));
    onLost(status);
  }

  #connectionOptions() {
    const sockets = this.#sockets;
    const negotiation = new Negotiation(this.#options, this.#closing.signal);
    /** SignalR's own socket takes messages of any length, and waits for ever. */
    class BoundedSocket extends WebSocket {
      constructor(address: string, protocols: string[] | undefined, options: ClientOptions) {
        super(address, protocols, {
          ...options,
          maxPayload: longestMessage,
          handshakeTimeout: deadline,
          rejectUnauthorized: true,
        });
        sockets.add(this);
        this.once("close", () => sockets.delete(this));
      }
    }
    const options = {
      httpClient: negotiation,
      transport: HttpTransportType.WebSockets,
      WebSocket: BoundedSocket,
      accessTokenFactory: async () => {
        const token = await this.#options.token();
        negotiation.secret = token;
        return token;
      },
    };
    return { options, negotiation };
  }
}

/** The request before the WebSocket: one answer, no redirect, and our token for our host alone. */
class Negotiation extends HttpClient {
  secret: string | null = null;
  /** HTTP status of a refusal; `null`: none. */
  status: number | null = null;
  readonly #host: string;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;

  constructor({ url, clock }: Pick<HubLinkOptions, "url" | "clock">, closing: AbortSignal) {
    super();
    this.#host = new URL(url).host;
    this.#clock = clock;
    this.#closing = closing;
  }

  async send({ method = "POST", url = "", headers = {}, content }: HttpRequest): Promise<HttpResponse> {
    const ours = Object.values(headers).some((value) => this.secret !== null && value.includes(this.secret));
    if (!isSafeCloudUrl(url) || (ours && new URL(url).host !== this.#host))
      throw new Error("The hub sends us elsewhere, where our token does not belong");
    const ask = (signal: AbortSignal) =>
      http.request<string>({
        method,
        url,
        headers: { ...headers },
        ...(content === undefined || content === "" ? {} : { data: content }),
        signal,
        maxContentLength: longestMessage,
      });
    const { status, statusText, data } = await within(this.#clock, deadline, (tooLate) =>
      abortedBy([this.#closing, tooLate], ask),
    );
    if (status < 200 || status > 299) {
      this.status = status;
      throw new HttpError(`HTTP ${status}`, status);
    }
    return new HttpResponse(status, statusText, data);
  }
}
