/** A WebSocket to one device: kept open, reopened after each loss, and monitored by a heartbeat. */

import { WebSocket } from "ws";
import type { Clock } from "../model/clock.js";
import { DeviceError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { BackoffOptions } from "./backoff.js";
import { type Attempt, KeptConnection } from "./keep-connected.js";
import { Waiting } from "./waiting.js";

/** ms that closing takes at most */
const longestClose = 500;

export interface WebSocketOptions {
  /** Name of the device in the configuration; errors carry it. */
  readonly device: string;
  /** ws:// or wss://, without credentials */
  readonly url: string;
  /** For basic authentication. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Called with each text message. What it throws is logged, and does not end the connection. */
  onMessage(text: string): void;
  /** Called after each connect. */
  onOpen?(): void;
  /** Called with the reason when an open connection is lost; not after `close()`. */
  onLost?(why: string): void;
  /** Gets losses as `debug`: failed readings are reported by the site. */
  readonly log?: Log;
  /** ms until a connection has to be open */
  readonly deadline?: number;
  /** Bytes of a message; a longer one closes the connection. */
  readonly longestMessage?: number;
  readonly heartbeat?: Heartbeat;
  /** Backoff between attempts to reconnect. */
  readonly retry?: BackoffOptions;
  /** What to check on devices of this kind when they can't be reached: a sentence without a full stop. */
  readonly advice?: string;
  readonly clock: Clock;
}

/** How a peer is detected that is gone without closing the connection. */
export interface Heartbeat {
  /** ms without a message after which a heartbeat is sent */
  readonly after?: number;
  /** ms for the response; then the connection is closed */
  readonly within?: number;
  /** The heartbeat as a text message. Absent: a ping of the WebSocket protocol. */
  message?(): string;
}

export interface WebSocketLink {
  readonly connected: boolean;
  /**
   * Resolves once connected. Rejects with DeviceError as soon as an attempt fails, or once `timeout` ms have passed.
   * Attempts go on in any case.
   */
  ready(timeout?: number): Promise<void>;
  /** Fire and forget; `false`: not connected, and nothing was sent. */
  send(text: string): boolean;
  /** Closes the connection, for a reason that only the caller can detect; it is reopened after a wait. */
  drop(why: string): void;
  /** Always settles, even when the device is unreachable. */
  close(): Promise<void>;
}

/** Opens it at once, and again after each loss until `close()`. */
export function openWebSocket(options: WebSocketOptions): WebSocketLink {
  return new Link(options);
}

/** A socket and its state. */
interface Connection {
  readonly socket: WebSocket;
  /** Its timer is the deadline of the connect, and later that of the heartbeat. */
  readonly attempt: Attempt;
  /** It has been open. */
  opened: boolean;
  /** Why it is being closed; `null`: not known. */
  failure: DeviceError | null;
}

class Link implements WebSocketLink {
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  readonly #waiting: Waiting;
  readonly #kept: KeptConnection;
  #current: Connection | null = null;

  constructor(options: WebSocketOptions) {
    const { clock, retry } = options;
    this.#options = options;
    this.#clock = clock;
    this.#waiting = new Waiting(clock, () => this.#unreachable("the connection has been closed"));
    this.#kept = new KeptConnection({ clock, retry, open: (attempt) => this.#open(attempt) });
    this.#kept.start();
  }

  get connected(): boolean {
    const current = this.#current;
    return current !== null && isUsable(current) && current.socket.readyState === WebSocket.OPEN;
  }

  async ready(timeout = 5_000): Promise<void> {
    const isConnected = () => this.connected || null;
    await this.#waiting.until(isConnected, timeout, () => {
      throw this.#unreachable(`no connection to ${this.#host} within ${timeout / 1_000} s`);
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
    this.#kept.stop();
    this.#waiting.close();
    const current = this.#current;
    this.#current = null;
    if (current) await ended(current.socket, this.#clock);
  }

  get #host(): string {
    return new URL(this.#options.url).host;
  }

  #open(attempt: Attempt): void {
    const { url, login, deadline = 5_000, longestMessage = 64 * 1024 } = this.#options;
    const socket = new WebSocket(url, {
      maxPayload: longestMessage,
      perMessageDeflate: false,
      followRedirects: false,
      ...(login ? { auth: `${login.username}:${login.password}` } : {}),
    });
    const connection: Connection = { socket, attempt, opened: false, failure: null };
    this.#current = connection;
    const late = `no connection to ${this.#host} within ${deadline / 1_000} s`;
    attempt.setTimer(this.#clock.deadline(deadline, () => this.#abandon(connection, this.#unreachable(late))));
    socket.on("open", () => this.#onOpen(connection));
    socket.on("message", (data, binary) => this.#onMessage(connection, binary ? null : String(data)));
    socket.on("pong", () => this.#restartHeartbeat(connection));
    socket.on("ping", () => this.#restartHeartbeat(connection));
    socket.on("unexpected-response", (_request, response) => {
      response.resume();
      this.#abandon(connection, this.#refusal(response.statusCode ?? 0));
    });
    socket.on("error", (error) => (connection.failure ??= this.#broken(error)));
    socket.once("close", () => this.#onClose(connection));
  }

  #onOpen(connection: Connection): void {
    if (!isUsable(connection)) return;
    connection.attempt.connected();
    connection.opened = true;
    this.#restartHeartbeat(connection);
    this.#waiting.check();
    this.#notify(() => this.#options.onOpen?.());
  }

  #onMessage(connection: Connection, text: string | null): void {
    if (!isUsable(connection)) return;
    this.#restartHeartbeat(connection);
    if (text !== null) this.#notify(() => this.#options.onMessage(text));
  }

  #onClose({ attempt, opened, failure: known }: Connection): void {
    if (!attempt.lost()) return;
    this.#current = null;
    const failure = known ?? this.#unreachable(`${this.#host} closed the connection`);
    this.#waiting.fail(failure);
    this.#options.log?.debug(failure.message);
    if (opened) this.#notify(() => this.#options.onLost?.(failure.message));
  }

  #restartHeartbeat(connection: Connection): void {
    if (!isUsable(connection)) return;
    const { after = 15_000, within = 10_000, message } = this.#options.heartbeat ?? {};
    const { socket, attempt } = connection;
    const sendHeartbeat = () => {
      if (message) socket.send(message(), () => undefined);
      else socket.ping(() => undefined);
      const what = `no sign of life from ${this.#host} for ${(after + within) / 1_000} s`;
      attempt.setTimer(this.#clock.deadline(within, () => this.#abandon(connection, this.#unreachable(what))));
    };
    attempt.setTimer(this.#clock.after(after, sendHeartbeat));
  }

  #abandon(connection: Connection, failure: DeviceError): void {
    connection.failure ??= failure;
    connection.socket.terminate();
  }

  #notify(listener: () => void): void {
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
      const what = `${this.#host} sends an invalid WebSocket frame: ${error.message}`;
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

/** It has not failed, and its attempt is not over. */
function isUsable({ attempt, failure }: Connection): boolean {
  return failure === null && !attempt.isOver;
}

/** Closes the socket, and terminates it where the peer does not respond in time. */
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
