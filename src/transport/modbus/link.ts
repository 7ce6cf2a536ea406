/** One TCP connection to a Modbus device, from its opening to its end: nothing of it outlives a doubt. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import modbusSerial from "modbus-serial";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import { FrameWatch } from "./frames.js";

export type ModbusClient = InstanceType<typeof modbusSerial.default>;

/**
 * `connect`: there was no connection in the first place · `timeout`: no answer in time ·
 * `hang-up`: the device has ended the connection · `doubt`: what came is no answer to what was asked ·
 * `closed`: we have ended it.
 */
export type LinkFault = "connect" | "timeout" | "hang-up" | "doubt" | "closed";

/** The connection is gone. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly fault: LinkFault;

  constructor(fault: LinkFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  /** ms */
  readonly connectTimeout: number;
  readonly clock: Clock;
}

/** A request, and what it takes. */
export interface LinkRequest<T> {
  readonly functionCode: number;
  /** ms to the last byte of the answer */
  readonly timeout: number;
  send(client: ModbusClient): Promise<T>;
}

/**
 * modbus-serial is given a socket that is open, and never opens or closes one itself: its `close` waits for an event
 * that does not come after a connection that failed.
 */
export class ModbusLink {
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #client: ModbusClient;
  readonly #watch: FrameWatch;
  #fail: ((error: LinkError) => void) | null = null;
  #failure: LinkError | null = null;

  private constructor(socket: Socket, client: ModbusClient, unitId: number, clock: Clock) {
    this.#clock = clock;
    this.#socket = socket;
    this.#client = client;
    this.#watch = new FrameWatch(unitId);
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("close", () => this.end(new LinkError("hang-up", "it has ended the connection")));
  }

  /** Rejects with LinkError. @param closing breaks it off */
  static async open(options: LinkOptions, closing: AbortSignal): Promise<ModbusLink> {
    const { port, unitId, clock } = options;
    const socket = await openSocket(options, closing);
    const client = new modbusSerial.default();
    const link = new ModbusLink(socket, client, unitId, clock);
    client.setID(unitId);
    try {
      await client.linkTCP(socket, { port });
    } catch {
      link.end(new LinkError("hang-up", "it has ended the connection"));
    }
    return link;
  }

  /** `null`: it can be used. */
  get failure(): LinkError | null {
    return this.#failure;
  }

  /** One at a time. Rejects with LinkError, after which the link is gone, or with what modbus-serial says. */
  async request<T>({ functionCode, timeout, send }: LinkRequest<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    const failed = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    const late = new LinkError("timeout", `no answer within ${timeout / 1_000} s`);
    const timer = this.#clock.deadline(timeout, () => this.end(late));
    this.#watch.expect(functionCode);
    try {
      return await Promise.race([failed, send(this.#client)]);
    } finally {
      timer.cancel();
      this.#fail = null;
    }
  }

  /** Ends at once, and the request under way with it. */
  end(reason: LinkError): void {
    this.#failure ??= reason;
    this.#socket.destroy();
    this.#fail?.(this.#failure);
  }

  /** Is called before modbus-serial sees the same bytes. */
  #onData(chunk: Buffer): void {
    if (this.#failure) return;
    const watched = this.#watch.take(chunk);
    if ("doubt" in watched) return this.end(new LinkError("doubt", watched.doubt));
    if (!watched.complete) return;
    const request = this.#fail;
    // modbus-serial passes over an answer of another transaction in silence, and would go on waiting.
    setImmediate(() => {
      if (request !== null && request === this.#fail)
        this.end(new LinkError("doubt", "its answer belongs to another request"));
    });
  }
}

/** Rejects with LinkError. */
async function openSocket({ host, port, connectTimeout, clock }: LinkOptions, closing: AbortSignal): Promise<Socket> {
  if (closing.aborted) throw closed();
  const socket = connect({ host, port, noDelay: true, keepAlive: true });
  // Errors are told by its closing, too.
  socket.on("error", () => undefined);
  const late = new LinkError("connect", `no connection within ${connectTimeout / 1_000} s`);
  const timer = clock.deadline(connectTimeout, () => socket.destroy(late));
  const onClosing = () => socket.destroy(closed());
  closing.addEventListener("abort", onClosing);
  try {
    await once(socket, "connect");
    return socket;
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError("connect", `no connection: ${codeOf(error)}`);
  } finally {
    timer.cancel();
    closing.removeEventListener("abort", onClosing);
  }
}

export function closed(): LinkError {
  return new LinkError("closed", "the connection has been closed");
}

function codeOf(error: unknown): string {
  const named = typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
  return named ? String(error.code) : messageOf(error);
}
