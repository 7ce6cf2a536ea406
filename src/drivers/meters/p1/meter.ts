/** A connection to one P1 port behind a gateway: telegrams come by themselves, and nothing is ever sent. */

import { connect, type Socket } from "node:net";
import { DeviceError, type DeviceErrorCode } from "../../../model/errors.js";
import type { MeterReading, MeterRole } from "../../../model/readings.js";
import type { BackoffOptions } from "../../../transport/backoff.js";
import { type Attempt, KeptConnection } from "../../../transport/keep-connected.js";
import type { DriverContext, Meter } from "../../driver.js";
import { PushedReadings } from "../../push/pushed-readings.js";
import { FrameOpener, type Keys, looksEncrypted } from "./decryption.js";
import { Freshness } from "./freshness.js";
import { parseTelegram, TelegramCutter } from "./telegram.js";

/** ms that a read waits; meters before DSMR 5 send every 10 s. */
const readTimeout = 15_000;
/** ms without a telegram after which the connection is given up. */
const longestSilence = 25_000;
/** ms until a connection has to stand. */
const connectTimeout = 5_000;

/** Waits after a connection that failed, in ms: no longer than the site waits for other meters. */
const reconnect: BackoffOptions = { first: 1_000, longest: 10_000 };

const advice =
  "Check that host and port belong to a P1 gateway, that it passes telegrams on as they are, and that no other program holds its only connection";

export interface P1Options {
  readonly host: string;
  readonly port: number;
  readonly measures: readonly MeterRole[];
  /** Left out: its telegrams are not encrypted. */
  readonly keys?: Keys | undefined;
}

/** A socket, and what came over it. */
interface Connection {
  readonly socket: Socket;
  readonly cutter: TelegramCutter;
  /** `null`: its telegrams are not encrypted. */
  readonly opener: FrameOpener | null;
  /** Its timer runs out when the connection does not stand in time, and later when no telegram has come. */
  readonly attempt: Attempt;
}

export class P1Meter implements Meter {
  readonly #options: P1Options;
  readonly #context: DriverContext;
  readonly #kept: KeptConnection;
  readonly #readings: PushedReadings;
  readonly #freshness = new Freshness();
  #socket: Socket | null = null;
  /** What was wrong last, since the last reading. */
  #fault: { readonly code: DeviceErrorCode; readonly what: string } | null = null;

  /** @param retry how long to wait before a lost connection is opened anew */
  constructor(options: P1Options, context: DriverContext, retry: BackoffOptions = reconnect) {
    this.#options = options;
    this.#context = context;
    this.#kept = new KeptConnection({ clock: context.clock, retry, open: (attempt) => this.#open(attempt) });
    this.#readings = new PushedReadings(context.clock, () =>
      this.#error("unreachable", "the connection has been closed"),
    );
  }

  watch(onReading: (reading: MeterReading) => void): void {
    this.#readings.watch(onReading);
    this.#kept.start();
  }

  read(): Promise<MeterReading> {
    this.#kept.start();
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
    this.#kept.stop();
    this.#readings.close();
    const socket = this.#socket;
    if (socket && !socket.closed) await new Promise<void>((resolve) => socket.once("close", () => resolve()).destroy());
  }

  #open(attempt: Attempt): void {
    const { host, port, keys } = this.#options;
    const socket = connect({ host, port, keepAlive: true });
    const connection: Connection = {
      socket,
      cutter: new TelegramCutter(),
      opener: keys ? new FrameOpener(keys) : null,
      attempt,
    };
    this.#socket = socket;
    this.#limit(connection, connectTimeout, "no connection");
    socket.on("connect", () => {
      attempt.connected();
      this.#limit(connection, longestSilence, "no telegram");
    });
    socket.on("data", (bytes) => this.#onBytes(connection, bytes));
    socket.on("error", (error: Error & { readonly code?: string }) => {
      this.#fault = { code: "unreachable", what: `no connection to ${host}:${port}: ${error.code ?? error.message}` };
    });
    socket.once("close", () => this.#onClose(connection));
  }

  #onBytes(connection: Connection, bytes: Buffer): void {
    if (connection.opener === null) {
      if (looksEncrypted(bytes)) this.#fault = { code: "protocol", what: "its telegrams are encrypted: set key" };
      return this.#onText(connection, bytes);
    }
    for (const opened of connection.opener.add(bytes)) {
      if ("fault" in opened) this.#fault = { code: "protocol", what: opened.fault };
      else this.#onText(connection, opened.bytes);
    }
  }

  #onText(connection: Connection, bytes: Buffer): void {
    for (const cut of connection.cutter.add(bytes)) {
      if (connection.socket.destroyed || connection.attempt.isOver) return;
      if ("fault" in cut) this.#fault = { code: "protocol", what: cut.fault };
      else this.#onTelegram(connection, cut.text);
    }
  }

  #onTelegram(connection: Connection, text: string): void {
    const telegram = parseTelegram(text);
    const judgement = this.#freshness.judge(telegram, this.#context.clock.now(), text);
    if (judgement === "late") {
      this.#freshness.gaveUp();
      this.#fault = { code: "protocol", what: "its telegrams come too late to say what is now" };
      connection.socket.destroy();
      return;
    }
    if (judgement === "repeated") return;
    this.#limit(connection, longestSilence, "no telegram");
    if (telegram.quantities.power === null) {
      this.#fault = { code: "protocol", what: "its telegrams do not have the power in both directions" };
      return;
    }
    this.#fault = null;
    const reading = { [this.#options.measures[0] ?? "grid"]: telegram.quantities };
    this.#readings.push(reading);
  }

  #onClose({ attempt }: Connection): void {
    if (!attempt.lost()) return;
    const { host, port } = this.#options;
    this.#fault ??= { code: "unreachable", what: `${host}:${port} closed the connection` };
    this.#context.log.debug(`${this.#context.name}: ${this.#fault.what}`);
  }

  #limit({ socket, attempt }: Connection, time: number, what: string): void {
    const { host, port } = this.#options;
    const giveUp = () => {
      this.#fault ??= { code: "unreachable", what: `${what} from ${host}:${port} within ${time / 1_000} s` };
      socket.destroy();
    };
    attempt.setTimer(this.#context.clock.after(time, giveUp));
  }

  #error(code: DeviceErrorCode, what: string): DeviceError {
    return new DeviceError({ code, device: this.#context.name, what, advice });
  }
}
