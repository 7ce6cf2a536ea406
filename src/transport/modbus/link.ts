/** One TCP connection to a Modbus device. It is closed at the first invalid response. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import modbusSerial from "modbus-serial";
import type { Clock } from "../../model/clock.js";
import { messageOf } from "../../model/errors.js";
import { FrameValidator } from "./frames.js";

export type ModbusClient = InstanceType<typeof modbusSerial.default>;

/**
 * `connect`: the connection could not be opened · `timeout`: no response in time ·
 * `hang-up`: the device has closed the connection · `invalid-response`: not a response to the request ·
 * `closed`: we have closed it.
 */
export type LinkFault = "connect" | "timeout" | "hang-up" | "invalid-response" | "closed";

/** The connection is lost. */
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

/** A request, and how it is sent. */
export interface LinkRequest<T> {
  readonly functionCode: number;
  /** ms to the last byte of the response */
  readonly timeout: number;
  send(client: ModbusClient): Promise<T>;
}

/**
 * modbus-serial gets an open socket, and never opens or closes one itself: its `close` waits for an event that is not
 * emitted after a failed connection.
 */
export class ModbusLink {
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #client: ModbusClient;
  readonly #validator: FrameValidator;
  #fail: ((error: LinkError) => void) | null = null;
  #failure: LinkError | null = null;

  private constructor(socket: Socket, client: ModbusClient, unitId: number, clock: Clock) {
    this.#clock = clock;
    this.#socket = socket;
    this.#client = client;
    this.#validator = new FrameValidator(unitId);
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("close", () => this.end(new LinkError("hang-up", "it has ended the connection")));
  }

  /** Rejects with LinkError. @param closing aborts it */
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

  /** One at a time. Rejects with LinkError, after which the link is closed, or with an error of modbus-serial. */
  async request<T>({ functionCode, timeout, send }: LinkRequest<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    const failed = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    const late = new LinkError("timeout", `no answer within ${timeout / 1_000} s`);
    const timer = this.#clock.deadline(timeout, () => this.end(late));
    this.#validator.expect(functionCode);
    try {
      return await Promise.race([failed, send(this.#client)]);
    } finally {
      timer.cancel();
      this.#fail = null;
    }
  }

  /** Closes it at once, and rejects the request under way. */
  end(reason: LinkError): void {
    this.#failure ??= reason;
    this.#socket.destroy();
    this.#fail?.(this.#failure);
  }

  /** Called before modbus-serial gets the same bytes. */
  #onData(chunk: Buffer): void {
    if (this.#failure) return;
    const checked = this.#validator.check(chunk);
    if ("error" in checked) return this.end(new LinkError("invalid-response", checked.error));
    if (!checked.complete) return;
    const request = this.#fail;
    // modbus-serial silently ignores a response of another transaction, and would go on waiting.
    setImmediate(() => {
      if (request !== null && request === this.#fail)
        this.end(new LinkError("invalid-response", "its answer belongs to another request"));
    });
  }
}

/** Rejects with LinkError. */
async function openSocket({ host, port, connectTimeout, clock }: LinkOptions, closing: AbortSignal): Promise<Socket> {
  if (closing.aborted) throw closed();
  const socket = connect({ host, port, noDelay: true, keepAlive: true });
  // Errors are reported by the close event, too.
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
