/**
 * Requests to one Modbus TCP device: one at a time, over one connection. A lost connection is reopened by the next
 * request and not before (unlike in keep-connected.ts), for without a request nothing is received.
 */

import type { Clock } from "../model/clock.js";
import { DeviceError } from "../model/errors.js";
import { SerialQueue } from "../model/serial-queue.js";
import { backoff, type BackoffOptions } from "./backoff.js";
import { pause } from "./deadlines.js";
import { type ModbusRequest, exceptionIn, explain, isBusy, ModbusException, nameOf } from "./modbus/exceptions.js";
import { closed, LinkError, type LinkRequest, ModbusLink } from "./modbus/link.js";

export { ModbusException } from "./modbus/exceptions.js";

/** Retries of a request to a busy device, and the wait before each in ms. */
const busyRetries = { most: 2, wait: { first: 20, longest: 20, jitter: 9 } } as const;

/** The registers of a device, as drivers use them. */
export interface ModbusRegisters {
  /** Name of the device in the configuration. */
  readonly device: string;
  /** Function 3. Words of 16 bits, `count` of them, 1–125. Rejects with DeviceError. */
  readHolding(address: number, count: number): Promise<readonly number[]>;
  /** Function 4. Words of 16 bits, `count` of them, 1–125. Rejects with DeviceError. */
  readInput(address: number, count: number): Promise<readonly number[]>;
  /** Function 6. Resolves once the device has echoed it, which does not prove an effect. Never retried. */
  writeRegister(address: number, word: number): Promise<void>;
  /** Function 16, 1–123 words. Like `writeRegister`. */
  writeRegisters(address: number, words: readonly number[]): Promise<void>;
}

export interface ModbusDeviceOptions {
  /** Name of the device in the configuration. */
  readonly device: string;
  readonly host: string;
  readonly port?: number;
  /** 0–255 */
  readonly unitId?: number;
  /** ms */
  readonly connectTimeout?: number;
  /** ms from the sending of a request to the last byte of its response */
  readonly replyTimeout?: number;
  /** Backoff after a failed connection; requests in between are rejected at once. */
  readonly retry?: BackoffOptions;
  /** What to check on devices of this kind when a request fails: a sentence without a full stop. */
  readonly advice?: string;
  readonly clock: Clock;
}

const defaults = {
  port: 502,
  unitId: 1,
  connectTimeout: 2_000,
  replyTimeout: 1_000,
  /** Within the maximum age of a meter reading: without one no current is raised. */
  retry: { first: 1_000, longest: 10_000 },
  advice: "Check that Modbus TCP is switched on there, and that host, port and unit id are right",
} as const;

export class ModbusDevice implements ModbusRegisters {
  readonly device: string;
  readonly #options: Required<ModbusDeviceOptions>;
  readonly #closing = new AbortController();
  readonly #queue = new SerialQueue();
  #delays: Generator<number, never>;
  #link: ModbusLink | null = null;
  /** The last connection failed, and none is tried until then. */
  #pause: { readonly until: number; readonly cause: LinkError } | null = null;

  constructor(options: ModbusDeviceOptions) {
    this.device = options.device;
    this.#options = { ...defaults, ...options };
    this.#delays = backoff(this.#options.retry);
  }

  readHolding(address: number, count: number): Promise<readonly number[]> {
    return this.#read(3, address, count);
  }

  readInput(address: number, count: number): Promise<readonly number[]> {
    return this.#read(4, address, count);
  }

  async writeRegister(address: number, word: number): Promise<void> {
    const request = { functionCode: 6, writes: true, address, count: 1 };
    const echo = await this.#enqueue(request, (client) => client.writeRegister(address, word));
    if (echo.address !== address || echo.value !== word) throw this.#mismatch(request);
  }

  async writeRegisters(address: number, words: readonly number[]): Promise<void> {
    const request = { functionCode: 16, writes: true, address, count: words.length };
    const echo = await this.#enqueue(request, (client) => client.writeRegisters(address, [...words]));
    if (echo.address !== address || echo.length !== words.length) throw this.#mismatch(request);
  }

  /** Aborts the request under way. Always settles. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#link?.end(closed());
    await this.#queue.idle();
  }

  async #read(functionCode: 3 | 4, address: number, count: number): Promise<readonly number[]> {
    const request = { functionCode, writes: false, address, count };
    const { data } = await this.#enqueue(request, (client) =>
      functionCode === 3 ? client.readHoldingRegisters(address, count) : client.readInputRegisters(address, count),
    );
    if (data.length !== count) throw this.#mismatch(request);
    return data;
  }

  #enqueue<T>(request: ModbusRequest, send: LinkRequest<T>["send"]): Promise<T> {
    return this.#queue.run(() => this.#request(request, send));
  }

  async #request<T>(request: ModbusRequest, send: LinkRequest<T>["send"]): Promise<T> {
    const linkRequest = { functionCode: request.functionCode, timeout: this.#options.replyTimeout, send };
    const waits = backoff(busyRetries.wait);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#exchange(linkRequest, !request.writes);
      } catch (error) {
        if (!(error instanceof ModbusException && isBusy(error)) || attempt >= busyRetries.most)
          throw this.#deviceError(error, request);
        await pause(this.#options.clock, waits.next().value, this.#closing.signal);
      }
    }
  }

  /** @param repeatable whether it may be sent again where the device had closed an idle connection */
  async #exchange<T>(request: LinkRequest<T>, repeatable: boolean): Promise<T> {
    const wasOpen = this.#link !== null && this.#link.failure === null;
    try {
      return await this.#once(request);
    } catch (error) {
      const wasClosed = wasOpen && error instanceof LinkError && error.fault === "hang-up";
      if (!wasClosed || !repeatable) throw this.#failed(error);
    }
    try {
      return await this.#once(request);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #once<T>(request: LinkRequest<T>): Promise<T> {
    const link = await this.#open();
    try {
      const response = await link.request(request);
      this.#delays = backoff(this.#options.retry);
      return response;
    } catch (error) {
      if (error instanceof LinkError) throw error;
      const exception = exceptionIn(error);
      if (exception) {
        this.#delays = backoff(this.#options.retry);
        throw exception;
      }
      // modbus-serial could not parse the response.
      const failure = new LinkError("invalid-response", "its answer is malformed");
      link.end(failure);
      throw failure;
    }
  }

  async #open(): Promise<ModbusLink> {
    if (this.#closing.signal.aborted) throw closed();
    if (this.#link && this.#link.failure === null) return this.#link;
    const { clock } = this.#options;
    if (this.#pause && clock.now() < this.#pause.until) throw this.#pause.cause;
    this.#link = null;
    this.#link = await ModbusLink.open(this.#options, this.#closing.signal);
    this.#pause = null;
    return this.#link;
  }

  /** Starts the backoff after a failed connection. */
  #failed(error: unknown): unknown {
    if (error instanceof LinkError && error !== this.#pause?.cause)
      this.#pause = { until: this.#options.clock.now() + this.#delays.next().value, cause: error };
    return error;
  }

  /** A valid Modbus response, but not to this request: the connection is closed. */
  #mismatch(request: ModbusRequest): DeviceError {
    const failure = new LinkError("invalid-response", "its answer is to another request");
    this.#link?.end(failure);
    return this.#deviceError(this.#failed(failure), request);
  }

  #deviceError(error: unknown, request: ModbusRequest): DeviceError {
    const { device, host, port, advice } = this.#options;
    if (error instanceof ModbusException) return new DeviceError({ device, cause: error, ...explain(error, request) });
    const reason = error instanceof LinkError ? error.message : "no answer";
    const what = `${reason} (${host}:${port}, ${nameOf(request)})`;
    const code = error instanceof LinkError && error.fault === "invalid-response" ? "protocol" : "unreachable";
    return new DeviceError({ code, device, what, advice, cause: error });
  }
}
