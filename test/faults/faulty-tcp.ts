/** A TCP proxy in front of any virtual device, which spoils what goes through it. */

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** One connection through the proxy. */
export interface Flow {
  readonly client: Socket;
  readonly upstream: Socket;
  /** What the client sent last. */
  lastRequest: Buffer;
  /** Answers so far, the one that is being handled among them. */
  answers: number;
  /** Neither side hears from the other any more. */
  dead: boolean;
}

/** What happens in place of passing things on. Left out: they are passed on. */
export interface TcpFault {
  onConnect?(client: Socket): void;
  onRequest?(request: Buffer, flow: Flow): void;
  /** Resolves once the client has been sent all that comes of it. */
  onAnswer?(answer: Buffer, flow: Flow): void | Promise<void>;
}

const address = "127.0.0.1";

export class FaultyTcp {
  /** For what comes from now on, on standing connections too; `null`: all is well. */
  fault: TcpFault | null = null;
  /** Connections that were ever taken. */
  accepted = 0;
  /** Most connections that the client held at the same time. */
  connectionPeak = 0;
  /** Bytes that went to the client. */
  sent = 0;

  readonly #target: () => number;
  readonly #flows = new Set<Flow>();
  readonly #clients = new Set<Socket>();
  readonly #underWay = new Set<Promise<void>>();
  #server: Server;
  #port = 0;

  /** @param target port of the device */
  constructor(target: () => number) {
    this.#target = target;
    this.#server = this.#newServer();
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that the client holds. */
  get connections(): number {
    return [...this.#clients].filter(isThere).length;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#port, address);
    await once(this.#server, "listening");
    const bound = this.#server.address();
    this.#port = bound !== null && typeof bound === "object" ? bound.port : 0;
  }

  /** Nobody listens any more, and who was connected is reset. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.resetAll();
    await closed;
    this.#server = this.#newServer();
  }

  /** Back on the same port, if it was gone. */
  async heal(): Promise<void> {
    this.fault = null;
    if (!this.#server.listening) await this.listen();
  }

  resetAll(): void {
    for (const client of this.#clients) client.resetAndDestroy();
  }

  /** Standing connections are silent from now on, both ways; new ones are fine. */
  goHalfOpen(): void {
    for (const flow of this.#flows) flow.dead = true;
  }

  /** Resolves once nothing that a device has said is still under way here. */
  async passedOn(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Resolves once the client holds no connection. */
  async deserted(): Promise<void> {
    for (const client of [...this.#clients].filter(isThere)) {
      await new Promise<void>((resolve) => client.once("end", resolve).once("close", resolve));
    }
  }

  async close(): Promise<void> {
    for (const { upstream } of this.#flows) upstream.destroy();
    for (const client of this.#clients) client.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #newServer(): Server {
    return createServer({ noDelay: true }, (client) => this.#welcome(client));
  }

  #welcome(client: Socket): void {
    this.accepted += 1;
    this.#clients.add(client);
    client.on("error", () => undefined);
    client.once("close", () => this.#clients.delete(client));
    // One that has just been given up may be seen to end only after the next one has come.
    setImmediate(() => setImmediate(() => (this.connectionPeak = Math.max(this.connectionPeak, this.connections))));
    if (this.fault?.onConnect) {
      client.resume();
      return this.fault.onConnect(client);
    }
    const upstream = connect({ host: address, port: this.#target(), noDelay: true });
    const flow: Flow = { client, upstream, lastRequest: Buffer.alloc(0), answers: 0, dead: false };
    this.#flows.add(flow);
    upstream.on("error", () => undefined);
    upstream.once("close", () => {
      this.#flows.delete(flow);
      if (!flow.dead) client.end();
    });
    client.once("close", () => upstream.destroy());
    client.on("data", (chunk: Buffer) => this.#onRequest(chunk, flow));
    upstream.on("data", (chunk: Buffer) => this.#onAnswer(chunk, flow));
  }

  #onRequest(chunk: Buffer, flow: Flow): void {
    flow.lastRequest = chunk;
    if (flow.dead) return;
    if (this.fault?.onRequest) this.fault.onRequest(chunk, flow);
    else flow.upstream.write(chunk);
  }

  #onAnswer(chunk: Buffer, flow: Flow): void {
    flow.answers += 1;
    if (flow.dead || flow.client.destroyed) return;
    this.sent += chunk.length;
    const passing = this.fault?.onAnswer ? this.fault.onAnswer(chunk, flow) : void flow.client.write(chunk);
    if (!passing) return;
    this.#underWay.add(passing);
    void passing.then(() => this.#underWay.delete(passing));
  }
}

const isThere = (client: Socket): boolean => !client.destroyed && !client.readableEnded;

/** @param target port of the device */
export async function startFaultyTcp(target: () => number): Promise<FaultyTcp> {
  const proxy = new FaultyTcp(target);
  await proxy.listen();
  return proxy;
}
