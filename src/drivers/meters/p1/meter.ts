/** A connection to one P1 port behind a gateway: telegrams come by themselves, and nothing is ever sent. */

import { connect, type Socket } from "node:net";
import type { Timer } from "../../../model/clock.js";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import { backoff, type BackoffOptions } from "../../../transport/backoff.js";
import type { DriverContext, Meter } from "../../driver.js";
import { PushedReadings } from "../../push/pushed-readings.js";
import { Freshness } from "./freshness.js";
import { parseTelegram, TelegramCutter } from "./telegram.js";

/** ms that a read waits; meters before DSMR 5 send every 10 s. */
const readTimeout = 15_000;
/** ms without a telegram after which the connection is given up. */
const longestSilence = 25_000;
/** ms until a connection has to stand. */
const connectTimeout = 5_000;
/** ms that a connection has to bring telegrams before waits start short again. */
const settled = 30_000;

/** Waits after a connection that failed, in ms: no longer than the site waits for other meters. */
const reconnect: BackoffOptions = { first: 1_000, longest: 10_000 };

const advice =
  "Check that host and port belong to a P1 gateway, that it passes telegrams on as they are, and that no other program holds its only connection";

export interface P1Options {
  readonly host: string;
  readonly port: number;
  readonly measures: readonly MeterRole[];
}

/** One attempt, and the connection that may come of it. */
interface Attempt {
  readonly socket: Socket;
  readonly cutter: TelegramCutter;
  /** Runs out when the connection does not stand in time, and later when no telegram has come. */
  timer: Timer | null;
  /** ms since 1970; `null`: it does not stand yet. */
  openedAt: number | null;
}

export class P1Meter implements Meter {
  readonly #options: P1Options;
  readonly #context: DriverContext;
  readonly #retry: BackoffOptions;
  readonly #readings: PushedReadings;
  readonly #freshness = new Freshness();
  #delays: Generator<number, never>;
  #current: Attempt | null = null;
  #retryTimer: Timer | null = null;
  /** What was wrong last, since the last reading. */
  #fault: { readonly code: DeviceErrorCode; readonly what: string } | null = null;

  /** @param retry how long to wait before a lost connection is opened anew */
  constructor(options: P1Options, context: DriverContext, retry?: BackoffOptions) {
    this.#options = options;
    this.#context = context;
    this.#retry = retry ?? reconnect;
    this.#delays = backoff(this.#retry);
    this.#readings = new PushedReadings(context.clock, () =>
      this.#error("unreachable", "the connection has been closed"),
    );
  }

  watch(onReading: (reading: MeterReading) => void): void {
    this.#readings.watch(onReading);
    this.#open();
  }

  read(): Promise<MeterReading> {
    this.#open();
    return this.#readings.next(readTimeout, () => {
      const { host, port } = this.#options;
      const { code, what } = this.#fault ?? {
        code: "unreachable",
        what: `no telegram came from ${host}:${port} within ${readTimeout / 1_000} s`,
      };
      return this.#error(code, what);
    });
  }

  async close(): Promise<void> {
    this.#readings.close();
    this.#retryTimer?.cancel();
    const attempt = this.#current;
    attempt?.timer?.cancel();
    if (attempt && !attempt.socket.closed)
      await new Promise<void>((resolve) => attempt.socket.once("close", () => resolve()).destroy());
  }

  #open(): void {
    if (this.#readings.closed || this.#current || this.#retryTimer) return;
    const { host, port } = this.#options;
    const socket = connect({ host, port, keepAlive: true });
    const attempt: Attempt = { socket, cutter: new TelegramCutter(), timer: null, openedAt: null };
    this.#current = attempt;
    this.#limit(attempt, connectTimeout, "no connection");
    socket.on("connect", () => {
      attempt.openedAt = this.#context.clock.now();
      this.#limit(attempt, longestSilence, "no telegram");
    });
    socket.on("data", (bytes) => this.#onBytes(attempt, bytes));
    socket.on("error", (error: Error & { readonly code?: string }) => {
      this.#fault = { code: "unreachable", what: `no connection to ${host}:${port}: ${error.code ?? error.message}` };
    });
    socket.once("close", () => this.#onClose(attempt));
  }

  #onBytes(attempt: Attempt, bytes: Buffer): void {
    for (const cut of attempt.cutter.add(bytes)) {
      if (attempt.socket.destroyed || this.#readings.closed) return;
      if ("fault" in cut) this.#fault = { code: "protocol", what: cut.fault };
      else this.#onTelegram(attempt, cut.text);
    }
  }

  #onTelegram(attempt: Attempt, text: string): void {
    const telegram = parseTelegram(text);
    const now = this.#context.clock.now();
    const judgement = this.#freshness.judge(telegram, now);
    if (judgement === "late") {
      this.#freshness.gaveUp();
      this.#fault = { code: "protocol", what: "its telegrams come too late to say what is now" };
      attempt.socket.destroy();
      return;
    }
    if (judgement === "repeated") return;
    this.#limit(attempt, longestSilence, "no telegram");
    if (telegram.quantities.power === null) {
      this.#fault = { code: "protocol", what: "its telegrams do not have the power in both directions" };
      return;
    }
    if (attempt.openedAt !== null && now - attempt.openedAt >= settled) this.#delays = backoff(this.#retry);
    this.#fault = null;
    const reading = { [this.#options.measures[0] ?? "grid"]: telegram.quantities };
    this.#readings.push(reading);
  }

  #onClose(attempt: Attempt): void {
    attempt.timer?.cancel();
    this.#current = null;
    if (this.#readings.closed) return;
    const { host, port } = this.#options;
    this.#fault ??= { code: "unreachable", what: `${host}:${port} closed the connection` };
    this.#context.log.debug(`${this.#context.name}: ${this.#fault.what}`);
    this.#retryTimer = this.#context.clock.after(this.#delays.next().value, () => {
      this.#retryTimer = null;
      this.#open();
    });
  }

  #limit(attempt: Attempt, time: number, what: string): void {
    const { host, port } = this.#options;
    attempt.timer?.cancel();
    attempt.timer = this.#context.clock.after(time, () => {
      this.#fault ??= { code: "unreachable", what: `${what} from ${host}:${port} within ${time / 1_000} s` };
      attempt.socket.destroy();
    });
  }

  #error(code: DeviceErrorCode, what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}
