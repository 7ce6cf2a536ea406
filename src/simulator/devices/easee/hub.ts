/** The SignalR hub of the virtual Easee cloud: negotiation, JSON protocol and subscriptions, as much as chargers need. */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";

/** Ends every message (SignalR's JSON protocol). */
const separator = "\u001e";
/** ms; a client gives up after 30 s of silence. */
const pingEvery = 10_000;

const messageType = { invocation: 1, ping: 6, close: 7 } as const;

interface Client {
  readonly socket: WebSocket;
  readonly chargers: Set<string>;
  shaken: boolean;
}

export class EaseeHub {
  /** Everything that clients invoked, as `target(arguments)`. */
  readonly invocations: string[] = [];
  /** Most clients that were connected at the same time. */
  peak = 0;
  /** Since it was made. */
  connections = 0;
  /** Nothing is said any more, though connections stay. */
  silent = false;

  private readonly server = new WebSocketServer({ noServer: true });
  private readonly clients = new Set<Client>();
  private readonly subscribeListeners = new Set<(chargerId: string) => void>();
  private readonly pings: NodeJS.Timeout;
  private readonly onSubscribe: (chargerId: string) => void;

  /** @param onSubscribe has to say all that is known of this charger */
  constructor(onSubscribe: (chargerId: string) => void) {
    this.onSubscribe = onSubscribe;
    this.pings = setInterval(() => this.ping(), pingEvery);
    this.pings.unref();
  }

  get connected(): number {
    return this.clients.size;
  }

  /** What the request before the WebSocket is answered with. */
  negotiation(): object {
    const token = `${this.connections}-${Math.random().toString(36).slice(2)}`;
    return {
      negotiateVersion: 1,
      connectionId: token,
      connectionToken: token,
      availableTransports: [{ transport: "WebSockets", transferFormats: ["Text", "Binary"] }],
    };
  }

  /** Calls back after each subscription; returns what ends it. */
  onSubscribed(listener: (chargerId: string) => void): () => void {
    this.subscribeListeners.add(listener);
    return () => void this.subscribeListeners.delete(listener);
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      const client: Client = { socket: webSocket, chargers: new Set(), shaken: false };
      this.clients.add(client);
      this.connections += 1;
      this.peak = Math.max(this.peak, this.clients.size);
      webSocket.on("message", (data) => this.hear(client, data));
      webSocket.on("error", () => webSocket.terminate());
      webSocket.on("close", () => this.clients.delete(client));
    });
  }

  /**
   * Calls a method of everybody who subscribed to this charger.
   * @param argument JSON text, so that whole numbers of any length keep their digits
   */
  call(chargerId: string, method: string, argument: string): void {
    if (this.silent) return;
    const message = `{"type":${messageType.invocation},"target":"${method}","arguments":[${argument}]}${separator}`;
    for (const { socket, chargers } of this.clients) if (chargers.has(chargerId)) socket.send(message);
  }

  /** Hangs up on everybody. */
  drop(): void {
    for (const { socket } of this.clients) socket.terminate();
  }

  close(): void {
    clearInterval(this.pings);
    this.drop();
    this.server.close();
  }

  private ping(): void {
    const message = `{"type":${messageType.ping}}${separator}`;
    for (const { socket, shaken } of this.clients) if (shaken) socket.send(message);
  }

  private hear(client: Client, data: RawData): void {
    for (const text of data.toString().split(separator)) if (text !== "") this.take(client, text);
  }

  private take(client: Client, text: string): void {
    const message = new Map<string, unknown>(Object.entries(JSON.parse(text)));
    if (!client.shaken) {
      client.shaken = message.get("protocol") === "json";
      client.socket.send((client.shaken ? "{}" : '{"error":"The protocol is not supported."}') + separator);
      return;
    }
    if (message.get("type") === messageType.close) return client.socket.close();
    const given = message.get("arguments");
    if (message.get("type") !== messageType.invocation || !Array.isArray(given)) return;
    this.invocations.push(
      `${String(message.get("target"))}(${given.map((value) => JSON.stringify(value)).join(", ")})`,
    );
    const chargerId: unknown = given[0];
    if (message.get("target") !== "SubscribeWithCurrentState" || typeof chargerId !== "string") return;
    client.chargers.add(chargerId);
    if (given[1] === true) this.onSubscribe(chargerId);
    for (const listener of this.subscribeListeners) listener(chargerId);
  }
}
