/** The WebSocket `/ws` of an OpenEVSE's gateway: all of its status at first, then what changes. */

import { EventEmitter, once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { parseJson } from "../../../model/json.js";

type Status = Readonly<Record<string, unknown>>;

export class OpenEvseSocket {
  /** Takes everything and says nothing more, pongs included: what is left of a connection whose other end is gone. */
  mute = false;
  /** Connections so far. */
  connections = 0;

  private readonly server = new WebSocketServer({ noServer: true, autoPong: false });
  private readonly status: () => Status;
  private readonly admits: (request: IncomingMessage) => boolean;
  private readonly news = new EventEmitter();
  private sent: Status = {};

  constructor(status: () => Status, admits: (request: IncomingMessage) => boolean) {
    this.status = status;
    this.admits = admits;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    if (request.url !== "/ws") return void socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
    if (!this.admits(request))
      return void socket.end("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nConnection: close\r\n\r\n");
    this.server.handleUpgrade(request, socket, head, (client) => this.welcome(client));
  }

  /** To all, as the gateway does it. */
  push(): void {
    const status = this.status();
    const changed = Object.entries(status).filter(([key, value]) => value !== this.sent[key]);
    this.sent = status;
    if (changed.length > 0) this.sendAll(Object.fromEntries(changed));
  }

  /** Sends what it is given, whatever it is. */
  sendAll(message: object | string): void {
    if (this.mute) return;
    const text = typeof message === "string" ? message : JSON.stringify(message);
    for (const client of this.server.clients) client.send(text);
  }

  /** Resolves with the next question for a sign of life, as it came. */
  async nextPing(): Promise<string> {
    return String((await once(this.news, "ping"))[0]);
  }

  /** Resolves once somebody has connected, and has been sent everything. */
  async nextGreeting(): Promise<void> {
    await once(this.news, "greeting");
  }

  disconnect(): void {
    for (const client of this.server.clients) client.terminate();
  }

  private welcome(client: WebSocket): void {
    this.connections += 1;
    client.on("error", () => client.terminate());
    client.on("ping", (data) => {
      if (!this.mute) client.pong(data);
    });
    client.on("message", (data) => {
      if (!isPing(String(data))) return;
      if (!this.mute) client.send('{"pong": 1}');
      this.news.emit("ping", String(data));
    });
    this.sent = this.status();
    this.sendAll(this.sent);
    this.news.emit("greeting");
  }
}

function isPing(text: string): boolean {
  const message = parseJson(text);
  return typeof message === "object" && message !== null && "ping" in message;
}
