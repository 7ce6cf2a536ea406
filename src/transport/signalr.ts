/** A connection to a SignalR hub that is kept open: reopened after each loss, with a deadline for each attempt. */

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

/** Bytes of a message; an observation of a charger takes some 200. */
const longestMessage = 256 * 1024;
/** ms for each step of an attempt to connect */
const deadline = 10_000;
/** ms that closing takes at most */
const longestClose = 1_000;

export interface HubLinkOptions {
  /** https, or http for this computer. */
  readonly url: string;
  readonly clock: Clock;
  readonly retry?: BackoffOptions;
  /** Called for the access token at each attempt. */
  token(): Promise<string>;
  /** Methods that the hub may call, each with one argument. */
  readonly handlers: Readonly<Record<string, (argument: unknown) => void>>;
  /** Called after every connect: subscriptions of the previous connection are lost. */
  onConnected(): void;
  /** @param status HTTP status that refused the attempt; `null`: the connection was lost, or could not be opened */
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

  /** Has no effect after an earlier `start`. */
  start(): void {
    this.#kept.start();
  }

  /** Calls a method of the hub without waiting for a response; dropped while not connected. */
  async send(method: string, ...args: readonly unknown[]): Promise<void> {
    await this.#hub?.send(method, ...args).catch(() => undefined);
  }

  /** Always settles, even when the hub is unreachable. */
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
      for (const [method, handle] of Object.entries(this.#options.handlers)) hub.on(method, handle);
      hub.onclose(() => this.#lost(attempt, null));
      await hub.start();
      if (attempt.isOver) return;
      attempt.connected();
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
    /** SignalR's default socket has no message limit and no timeout. */
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

/** The HTTP request before the WebSocket: follows no redirect, and sends our token to our host only. */
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
      throw new Error("The hub redirects to another host, to which the token must not be sent");
    const request = (signal: AbortSignal) =>
      http.request<string>({
        method,
        url,
        headers: { ...headers },
        ...(content === undefined || content === "" ? {} : { data: content }),
        signal,
        maxContentLength: longestMessage,
      });
    const { status, statusText, data } = await within(this.#clock, deadline, (expired) =>
      abortedBy([this.#closing, expired], request),
    );
    if (status < 200 || status > 299) {
      this.status = status;
      throw new HttpError(`HTTP ${status}`, status);
    }
    return new HttpResponse(status, statusText, data);
  }
}
