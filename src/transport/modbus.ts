/**
 * Conversations with one device over Modbus TCP: one request at a time, over one connection that is kept. The next
 * request opens it anew where it is gone: in between nothing comes over it, so it is not kept up (keep-connected.ts).
 */

import type { Clock } from "../model/clock.js";
import { DeviceError } from "../model/errors.js";
import { SerialQueue } from "../model/serial-queue.js";
import { backoff, type BackoffOptions } from "./backoff.js";
import { pause } from "./deadlines.js";
import { type Asked, exceptionIn, explain, isBusy, ModbusException, nameOf } from "./modbus/exceptions.js";
import { closed, LinkError, type LinkRequest, ModbusLink } from "./modbus/link.js";

export { ModbusException } from "./modbus/exceptions.js";

/** How often a device that says it is busy is asked again, and how long is waited before, in ms. */
const busyRetries = { most: 2, wait: { first: 20, longest: 20, jitter: 9 } } as const;

/** Registers of a device: what drivers work on. */
export interface ModbusRegisters {
  /** Name of the device in the configuration. */
  readonly device: string;
  /** Function 3. Words of 16 bits, `count` of them, 1–125. Rejects with DeviceError. */
  readHolding(address: number, count: number): Promise<readonly number[]>;
  /** Function 4. Words of 16 bits, `count` of them, 1–125. Rejects with DeviceError. */
  readInput(address: number, count: number): Promise<readonly number[]>;
  /** Function 6. Resolves once the device has echoed it, which does not say that it has an effect. Never repeated. */
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
  /** ms from the sending of a request to the last byte of its answer */
  readonly replyTimeout?: number;
  /** Waits after a connection that failed; requests in between are rejected at once. */
  readonly retry?: BackoffOptions;
  /** What to look at on devices of this sort when they do not answer as they should: a sentence without a full stop. */
  readonly advice?: string;
  readonly clock: Clock;
}

const usual = {
  port: 502,
  unitId: 1,
  connectTimeout: 2_000,
  replyTimeout: 1_000,
  /** No longer than is waited for a meter: without it, nothing can be raised. */
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
  /** No connection is tried before, and why: the last one failed. */
  #pause: { readonly until: number; readonly why: LinkError } | null = null;

  constructor(options: ModbusDeviceOptions) {
    this.device = options.device;
    this.#options = { ...usual, ...options };
    this.#delays = backoff(this.#options.retry);
  }

  readHolding(address: number, count: number): Promise<readonly number[]> {
    return this.#read(3, address, count);
  }

  readInput(address: number, count: number): Promise<readonly number[]> {
    return this.#read(4, address, count);
  }

  async writeRegister(address: number, word: number): Promise<void> {
    const asked = { functionCode: 6, writes: true, address, count: 1 };
    const echo = await this.#enqueue(asked, (client) => client.writeRegister(address, word));
    if (echo.address !== address || echo.value !== word) throw this.#doubt(asked);
  }

  async writeRegisters(address: number, words: readonly number[]): Promise<void> {
    const asked = { functionCode: 16, writes: true, address, count: words.length };
    const echo = await this.#enqueue(asked, (client) => client.writeRegisters(address, [...words]));
    if (echo.address !== address || echo.length !== words.length) throw this.#doubt(asked);
  }

  /** Breaks off what is under way. Always ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#link?.end(closed());
    await this.#queue.idle();
  }

  async #read(functionCode: 3 | 4, address: number, count: number): Promise<readonly number[]> {
    const asked = { functionCode, writes: false, address, count };
    const { data } = await this.#enqueue(asked, (client) =>
      functionCode === 3 ? client.readHoldingRegisters(address, count) : client.readInputRegisters(address, count),
    );
    if (data.length !== count) throw this.#doubt(asked);
    return data;
  }

  #enqueue<T>(asked: Asked, send: LinkRequest<T>["send"]): Promise<T> {
    return this.#queue.run(() => this.#ask(asked, send));
  }

  async #ask<T>(asked: Asked, send: LinkRequest<T>["send"]): Promise<T> {
    const request = { functionCode: asked.functionCode, timeout: this.#options.replyTimeout, send };
    const waits = backoff(busyRetries.wait);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#exchange(request, !asked.writes);
      } catch (error) {
        if (!(error instanceof ModbusException && isBusy(error)) || attempt >= busyRetries.most)
          throw this.#explain(error, asked);
        await pause(this.#options.clock, waits.next().value, this.#closing.signal);
      }
    }
  }

  /** @param repeatable whether it may be sent again where the device had hung up on an idle connection */
  async #exchange<T>(request: LinkRequest<T>, repeatable: boolean): Promise<T> {
    const used = this.#link !== null && this.#link.failure === null;
    try {
      return await this.#once(request);
    } catch (error) {
      const idle = used && error instanceof LinkError && error.fault === "hang-up";
      if (!idle || !repeatable) throw this.#failed(error);
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
      const answer = await link.request(request);
      this.#delays = backoff(this.#options.retry);
      return answer;
    } catch (error) {
      if (error instanceof LinkError) throw error;
      const exception = exceptionIn(error);
      if (exception) {
        this.#delays = backoff(this.#options.retry);
        throw exception;
      }
      // modbus-serial did not like what came.
      const doubt = new LinkError("doubt", "its answer is malformed");
      link.end(doubt);
      throw doubt;
    }
  }

  async #open(): Promise<ModbusLink> {
    if (this.#closing.signal.aborted) throw closed();
    if (this.#link && this.#link.failure === null) return this.#link;
    const { clock } = this.#options;
    if (this.#pause && clock.now() < this.#pause.until) throw this.#pause.why;
    this.#link = null;
    this.#link = await ModbusLink.open(this.#options, this.#closing.signal);
    this.#pause = null;
    return this.#link;
  }

  /** Notes a connection that has failed, so that the next one is not tried before its time. */
  #failed(error: unknown): unknown {
    if (error instanceof LinkError && error !== this.#pause?.why)
      this.#pause = { until: this.#options.clock.now() + this.#delays.next().value, why: error };
    return error;
  }

  /** The answer is one of Modbus, but not to this: the connection is not trusted any more. */
  #doubt(asked: Asked): DeviceError {
    const doubt = new LinkError("doubt", "its answer is to another question");
    this.#link?.end(doubt);
    return this.#explain(this.#failed(doubt), asked);
  }

  #explain(error: unknown, asked: Asked): DeviceError {
    const { device, host, port, advice } = this.#options;
    if (error instanceof ModbusException) return new DeviceError({ device, cause: error, ...explain(error, asked) });
    const why = error instanceof LinkError ? error.message : "no answer";
    const what = `${why} (${host}:${port}, ${nameOf(asked)})`;
    const code = error instanceof LinkError && error.fault === "doubt" ? "protocol" : "unreachable";
    return new DeviceError({ code, device, what, advice, cause: error });
  }
}
