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
import type { Clock } from "../model/clock.js";
import { abortedBy } from "./aborted-by.js";
import type { BackoffOptions } from "./backoff.js";
import { isSafeCloudUrl } from "./cloud.js";
import { atMost, within } from "./deadlines.js";
import { http } from "./exchange.js";
import { type Attempt, KeptConnection } from "./keep-connected.js";

/** Bytes of a message; an observation takes some 200. */
const longestMessage = 256 * 1024;
/** ms for each step of an attempt to connect */
const deadline = 10_000;
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
  readonly #kept: KeptConnection;
  #hub: HubConnection | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #connected = false;

  constructor(options: HubLinkOptions) {
    const { clock, retry } = options;
    this.#options = options;
    this.#kept = new KeptConnection({
      clock,
      retry,
      open: (attempt) => (this.#connecting = this.#connect(attempt)),
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Does nothing where it was started before. */
  start(): void {
    this.#kept.start();
  }

  /** Calls a method of the hub, without waiting for an answer. Nothing happens while there is no connection. */
  async send(method: string, ...args: readonly unknown[]): Promise<void> {
    await this.#hub?.send(method, ...args).catch(() => undefined);
  }

  /** Always ends, also when the other side is gone. */
  async close(): Promise<void> {
    this.#kept.stop();
    this.#closing.abort();
    for (const socket of this.#sockets) socket.terminate();
    const hub = this.#hub;
    const stopped = Promise.all([this.#connecting, hub?.stop().catch(() => undefined)]);
    await atMost(this.#options.clock, longestClose, stopped);
  }

  async #connect(attempt: Attempt): Promise<void> {
    const { options, negotiation } = this.#connectionOptions();
    try {
      const hub = new HubConnectionBuilder()
        .withUrl(this.#options.url, options)
        .configureLogging(LogLevel.None)
        .build();
      this.#hub = hub;
      for (const [method, handle] of Object.entries(this.#options.on)) hub.on(method, handle);
      hub.onclose(() => this.#lost(attempt, null));
      await hub.start();
      if (attempt.isOver) return;
      attempt.up();
      this.#connected = true;
      this.#options.onConnected();
    } catch {
      this.#lost(attempt, negotiation.status);
    }
  }

  #lost(attempt: Attempt, status: number | null): void {
    if (!attempt.lost()) return;
    this.#connected = false;
    this.#hub = null;
    this.#options.onLost(status);
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
