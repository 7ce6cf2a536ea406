/** A WebSocket to one device: kept up, opened anew after each break, and never believed to be alive without a sign of it. */

import { WebSocket } from "ws";
import type { Clock, Timer } from "../model/clock.js";
import { DeviceError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { backoff, type BackoffOptions } from "./backoff.js";

/** ms that a connection has to last before waits start short again: a device that throws us out at once is left alone. */
const settled = 30_000;
/** ms that closing takes at most */
const longestClose = 500;

export interface WebSocketOptions {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  /** ws:// or wss://, without credentials */
  readonly url: string;
  /** For basic authentication. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Each text message as it comes. What it throws is logged, and costs nobody the connection. */
  onMessage(text: string): void;
  /** After each connection; the place to say hello. */
  onOpen?(): void;
  /** After each connection that was open and is no more, with why; not after `close()`. */
  onLost?(why: string): void;
  /** Hears of breaks, as `debug`: whoever reads the device tells people. */
  readonly log?: Log;
  /** ms until a connection has to stand */
  readonly deadline?: number;
  /** Bytes of a message; a longer one costs the device the connection. */
  readonly longestMessage?: number;
  readonly heartbeat?: Heartbeat;
  /** How long to wait before a lost device is tried again. */
  readonly retry?: BackoffOptions;
  /** What to look at on devices of this sort when they can't be reached: a sentence without a full stop. */
  readonly advice?: string;
  readonly clock: Clock;
}

/** How a peer that went away without a word is noticed. */
export interface Heartbeat {
  /** ms without a message after which the device is asked for a sign of life */
  readonly after?: number;
  /** ms that it has for it; then the connection is given up */
  readonly within?: number;
  /** The question, as a text message; left out: a ping of the WebSocket protocol. */
  question?(): string;
}

export interface WebSocketLink {
  readonly connected: boolean;
  /**
   * Resolves once connected, at once where it is. Rejects with DeviceError: as soon as an attempt fails, and once
   * `timeout` ms have passed. Attempts go on whatever comes of it.
   */
  ready(timeout?: number): Promise<void>;
  /** Fire and forget; `false`: there is no connection, and nothing was sent. */
  send(text: string): boolean;
  /** Gives the connection up, for a reason that only its user can see; it is opened anew after a wait. */
  drop(why: string): void;
  /** Always ends, also when the device is gone. */
  close(): Promise<void>;
}

/** Opens it at once, and anew after each break until `close()`. */
export function openWebSocket(options: WebSocketOptions): WebSocketLink {
  return new Link(options);
}

/** Someone who waits for the connection. */
interface Waiting {
  resolve(): void;
  reject(error: DeviceError): void;
}

/** One attempt, and the connection that may come of it. */
interface Attempt {
  readonly socket: WebSocket;
  /** Runs out when the connection does not stand in time, and later when no sign of life has come. */
  timer: Timer | null;
  openedAt: number | null;
  /** Why it is going to close, where we know. */
  failure: DeviceError | null;
}

class Link implements WebSocketLink {
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #delays: Generator<number, never>;
  #current: Attempt | null = null;
  #retryTimer: Timer | null = null;
  #closed = false;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#delays = backoff(options.retry);
    this.#open();
  }

  get connected(): boolean {
    return !this.#closed && this.#current?.failure === null && this.#current.socket.readyState === WebSocket.OPEN;
  }

  ready(timeout = 5_000): Promise<void> {
    if (this.connected) return Promise.resolve();
    if (this.#closed) return Promise.reject(this.#unreachable("the connection has been closed"));
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        timer.cancel();
        this.#waiting.delete(waiting);
        act();
      };
      const waiting: Waiting = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      const timer = this.#clock.deadline(timeout, () =>
        waiting.reject(this.#unreachable(`no connection to ${this.#host} within ${timeout / 1_000} s`)),
      );
      this.#waiting.add(waiting);
    });
  }

  send(text: string): boolean {
    if (!this.connected || this.#current === null) return false;
    this.#current.socket.send(text, () => undefined);
    return true;
  }

  drop(why: string): void {
    if (this.#current) this.#abandon(this.#current, this.#unreachable(why));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retryTimer?.cancel();
    for (const waiting of this.#waiting) waiting.reject(this.#unreachable("the connection has been closed"));
    const attempt = this.#current;
    attempt?.timer?.cancel();
    if (attempt) await ended(attempt.socket, this.#clock);
  }

  get #host(): string {
    return new URL(this.#options.url).host;
  }

  /** A socket of its own for each attempt: nothing of a broken connection lives on in the next one. */
  #open(): void {
    const { url, login, deadline = 5_000, longestMessage = 64 * 1024 } = this.#options;
    const socket = new WebSocket(url, {
      maxPayload: longestMessage,
      perMessageDeflate: false,
      followRedirects: false,
      ...(login ? { auth: `${login.username}:${login.password}` } : {}),
    });
    const attempt: Attempt = { socket, timer: null, openedAt: null, failure: null };
    this.#current = attempt;
    attempt.timer = this.#clock.deadline(deadline, () =>
      this.#abandon(attempt, this.#unreachable(`no connection to ${this.#host} within ${deadline / 1_000} s`)),
    );
    socket.on("open", () => this.#onOpen(attempt));
    socket.on("message", (data, binary) => this.#onMessage(attempt, binary ? null : String(data)));
    socket.on("pong", () => this.#awaitSignOfLife(attempt));
    socket.on("ping", () => this.#awaitSignOfLife(attempt));
    socket.on("unexpected-response", (_request, response) => {
      response.resume();
      this.#abandon(attempt, this.#refusal(response.statusCode ?? 0));
    });
    socket.on("error", (error) => (attempt.failure ??= this.#broken(error)));
    socket.once("close", () => this.#onClose(attempt));
  }

  #onOpen(attempt: Attempt): void {
    if (this.#closed || attempt.failure) return;
    attempt.openedAt = this.#clock.now();
    this.#awaitSignOfLife(attempt);
    for (const waiting of this.#waiting) waiting.resolve();
    this.#call(() => this.#options.onOpen?.());
  }

  #onMessage(attempt: Attempt, text: string | null): void {
    if (this.#closed || attempt.failure) return;
    this.#awaitSignOfLife(attempt);
    if (text !== null) this.#call(() => this.#options.onMessage(text));
  }

  #onClose(attempt: Attempt): void {
    attempt.timer?.cancel();
    this.#current = null;
    if (this.#closed) return;
    const failure = attempt.failure ?? this.#unreachable(`${this.#host} closed the connection`);
    for (const waiting of this.#waiting) waiting.reject(failure);
    this.#options.log?.debug(failure.message);
    const lasted = attempt.openedAt === null ? 0 : this.#clock.now() - attempt.openedAt;
    if (lasted >= settled) this.#delays = backoff(this.#options.retry);
    this.#retryTimer = this.#clock.after(this.#delays.next().value, () => this.#open());
    if (attempt.openedAt !== null) this.#call(() => this.#options.onLost?.(failure.message));
  }

  #awaitSignOfLife(attempt: Attempt): void {
    if (this.#closed || attempt.failure) return;
    const { after = 15_000, within = 10_000, question } = this.#options.heartbeat ?? {};
    attempt.timer?.cancel();
    attempt.timer = this.#clock.after(after, () => {
      if (question) attempt.socket.send(question(), () => undefined);
      else attempt.socket.ping(() => undefined);
      const what = `no sign of life from ${this.#host} for ${(after + within) / 1_000} s`;
      attempt.timer = this.#clock.deadline(within, () => this.#abandon(attempt, this.#unreachable(what)));
    });
  }

  #abandon(attempt: Attempt, failure: DeviceError): void {
    attempt.failure ??= failure;
    attempt.timer?.cancel();
    attempt.socket.terminate();
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#options.log?.error(
        `${this.#options.device}: what came over the WebSocket could not be used: ${String(error)}`,
      );
    }
  }

  #refusal(status: number): DeviceError {
    const { device, advice } = this.#options;
    if (status !== 401 && status !== 403) return this.#unreachable(`${this.#host} answered with HTTP ${status}`);
    const what = `${this.#host} refuses the login (HTTP ${status})`;
    const look = `Check username and password${advice === undefined ? "" : `. ${advice}`}`;
    return new DeviceError({ code: "login-refused", device, what, advice: look });
  }

  #broken(error: Error & { readonly code?: string }): DeviceError {
    if (error.code?.startsWith("WS_ERR_")) {
      const { device, advice = "Check that host and port belong to this device" } = this.#options;
      const what = `${this.#host} sends what no WebSocket should carry: ${error.message}`;
      return new DeviceError({ code: "protocol", device, what, advice });
    }
    return this.#unreachable(`no connection to ${this.#host}${error.code === undefined ? "" : `: ${error.code}`}`);
  }

  #unreachable(what: string): DeviceError {
    const { device, advice } = this.#options;
    const look = `Check that it is on and in the network${advice === undefined ? "" : `. ${advice}`}`;
    return new DeviceError({ code: "unreachable", device, what, advice: look });
  }
}

/** Says goodbye, and does not wait long for the answer. */
function ended(socket: WebSocket, clock: Clock): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.deadline(longestClose, () => socket.terminate());
    socket.once("close", () => {
      timer.cancel();
      resolve();
    });
    if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    else socket.terminate();
  });
}
