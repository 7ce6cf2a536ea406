/** A virtual Modbus TCP device on 127.0.0.1: registers behind the real protocol, with the faults that real ones have. */

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type ModbusFault, sendAnswer } from "./faults.js";
import { bytesOf, type Request, RequestParser } from "./frame.js";
import { RegisterStore } from "./store.js";

export { RegisterStore, type Layout, type LayoutRow, type LayoutValues, type WordOrder } from "./store.js";
export type { ModbusFault } from "./faults.js";
export type { Request } from "./frame.js";

export interface VirtualModbusOptions {
  /** 0: any that is free. */
  readonly port?: number;
  readonly holding?: RegisterStore;
  /** May be the same store as `holding`. */
  readonly input?: RegisterStore;
  /** Unit ids that it answers to; to others it is silent. Left out: all. */
  readonly units?: readonly number[];
  /** Most clients at a time; whoever comes beyond is hung up on at once. Left out: any number. */
  readonly clients?: number;
  /** Most registers that it reads at once, 1–125. */
  readonly maxRead?: number;
  /** What it makes of a register that it does not have. Left out: exception 2. */
  readonly unknown?: "exception" | "close" | "zero";
  /** Is called before each read, to bring the registers up to date. */
  readonly refresh?: () => void;
  /** Looks at a write before it is taken over: exception to answer with, or `null` to take it. */
  readonly accept?: (write: Write) => number | null;
}

/** Words that were written. */
export interface Write {
  readonly address: number;
  readonly words: readonly number[];
  readonly functionCode: number;
}

/** A request as it came. */
export interface SeenRequest extends Request {
  /** ms, `performance.now()` */
  readonly time: number;
}

type Listener<T> = (event: T) => void;

const address = "127.0.0.1";
const illegal = { function: 1, address: 2, value: 3 } as const;

export class VirtualModbus {
  readonly holding: RegisterStore;
  readonly input: RegisterStore;
  readonly requests: SeenRequest[] = [];
  /** Misbehaviour for the requests to come; `null`: none. */
  fault: ModbusFault | null = null;
  /** Exceptions for the requests to come, by what they ask; `null`: none for this one. */
  exceptionFor: (request: Request) => number | null = () => null;
  /** ms that each answer takes; `null`: answers wait until `release`. */
  delay: number | null = 0;
  /** Connections that were ever taken. */
  accepted = 0;
  /** Most connections that were open at the same time. */
  connectionPeak = 0;
  /** Most requests that were open at the same time. */
  inFlightPeak = 0;

  readonly #options: VirtualModbusOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #held: (() => void)[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #writeListeners = new Set<Listener<Write>>();
  readonly #requestListeners = new Set<Listener<SeenRequest>>();
  #inFlight = 0;
  #port = 0;

  constructor(options: VirtualModbusOptions = {}) {
    this.#options = options;
    this.holding = options.holding ?? new RegisterStore();
    this.input = options.input ?? new RegisterStore();
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Calls back after each write that has been taken over; returns what ends it. */
  onWrite(listener: Listener<Write>): () => void {
    this.#writeListeners.add(listener);
    return () => void this.#writeListeners.delete(listener);
  }

  /** Calls back when a request comes in, before it is answered; returns what ends it. */
  onRequest(listener: Listener<SeenRequest>): () => void {
    this.#requestListeners.add(listener);
    return () => void this.#requestListeners.delete(listener);
  }

  /** Sends the answers that wait, which may be long after the one who asked has given up. */
  release(): void {
    for (const send of this.#held.splice(0)) send();
  }

  /** Resolves once nobody is connected. */
  async deserted(): Promise<void> {
    for (const socket of this.#sockets) await once(socket, "close");
  }

  /** Hangs up on all who are connected, as a device that restarts. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, address);
    await once(this.#server, "listening");
    const bound = this.#server.address();
    this.#port = bound !== null && typeof bound === "object" ? bound.port : port;
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #welcome(socket: Socket): void {
    socket.on("error", () => undefined);
    if (this.#sockets.size >= (this.#options.clients ?? Infinity)) return void socket.destroy();
    this.accepted += 1;
    this.#sockets.add(socket);
    this.connectionPeak = Math.max(this.connectionPeak, this.#sockets.size);
    socket.setNoDelay();
    socket.once("close", () => this.#sockets.delete(socket));
    const parser = new RequestParser();
    socket.on("data", (chunk: Buffer) => {
      const requests = parser.take(chunk);
      if (requests === "garbage") return socket.destroy();
      for (const request of requests) this.#handle(request, socket);
    });
  }

  #handle(request: Request, socket: Socket): void {
    const seen = { ...request, time: performance.now() };
    this.requests.push(seen);
    this.#inFlight += 1;
    this.inFlightPeak = Math.max(this.inFlightPeak, this.#inFlight);
    for (const listener of this.#requestListeners) listener(seen);
    const { fault } = this;
    const answer = () => {
      this.#inFlight -= 1;
      this.#answer(request, socket, fault);
    };
    if (fault === "silent" || !(this.#options.units?.includes(request.unit) ?? true)) this.#inFlight -= 1;
    else if (this.delay === null) this.#held.push(answer);
    else if (this.delay === 0) answer();
    else {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        answer();
      }, this.delay);
      this.#timers.add(timer);
    }
  }

  #answer(request: Request, socket: Socket, fault: ModbusFault | null): void {
    if (socket.destroyed) return;
    if (fault === "reset") return void socket.resetAndDestroy();
    if (fault === "close") return void socket.destroy();
    if (fault === "garbage") return void socket.write("<!DOCTYPE html><title>Device</title>");
    const pdu = this.#pdu(request, fault);
    if (pdu === "close") return void socket.destroy();
    sendAnswer(socket, request, pdu, fault);
  }

  /** Function code and data of the answer. */
  #pdu(request: Request, fault: ModbusFault | null): readonly number[] | "close" {
    const { functionCode } = request;
    const no = (exception: number) => [functionCode | 0x80, exception];
    const exception = typeof fault === "object" && fault !== null ? fault.exception : this.exceptionFor(request);
    if (exception !== null) return no(exception);
    const outcome = this.#outcome(request, fault);
    return typeof outcome === "number" ? no(outcome) : outcome;
  }

  /** A number: the exception to answer with. */
  #outcome(request: Request, fault: ModbusFault | null): readonly number[] | number | "close" {
    const { functionCode } = request;
    if (functionCode === 3 || functionCode === 4) return this.#read(request);
    if (functionCode === 6 || functionCode === 16) return this.#write(request, fault === "ignore-writes");
    return illegal.function;
  }

  #read({ functionCode, address: at, count }: Request): readonly number[] | number | "close" {
    if (count < 1 || count > (this.#options.maxRead ?? 125)) return illegal.value;
    this.#options.refresh?.();
    const store = functionCode === 3 ? this.holding : this.input;
    const unknown = this.#unknown(Array.from({ length: count }, (_, place) => store.has(at + place)));
    return unknown ?? [functionCode, count * 2, ...bytesOf(store.words(at, count))];
  }

  #write({ functionCode, address: at, count, words }: Request, ignored: boolean): readonly number[] | number | "close" {
    if (count < 1 || count > 123) return illegal.value;
    const unknown = this.#unknown(words.map((_, place) => this.holding.isWritable(at + place)));
    if (unknown !== null) return unknown;
    const write = { address: at, words, functionCode };
    const refusal = this.#options.accept?.(write) ?? null;
    if (refusal !== null) return refusal;
    if (!ignored) {
      this.holding.setWords(at, words);
      for (const listener of this.#writeListeners) listener(write);
    }
    return [functionCode, ...bytesOf(functionCode === 6 ? [at, ...words] : [at, count])];
  }

  #unknown(there: readonly boolean[]): number | "close" | null {
    const { unknown = "exception" } = this.#options;
    if (unknown === "zero" || there.every(Boolean)) return null;
    return unknown === "close" ? "close" : illegal.address;
  }
}

export async function startVirtualModbus(options: VirtualModbusOptions = {}): Promise<VirtualModbus> {
  const device = new VirtualModbus(options);
  await device.listen(options.port ?? 0);
  return device;
}
