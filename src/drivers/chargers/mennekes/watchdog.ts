/** The communication watchdog of a MENNEKES charger: read at first contact, and set where it is configured. */

import { DeviceError } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { ModbusRegisters } from "../../../transport/modbus.js";
import { registerReader, type RegisterReader, type Values, writeRow } from "../../decoding/registers.js";
import { watchdogRows } from "./registers.js";

/** As configured. */
export interface WatchdogOption {
  /** A that it falls back to; 0: a pause. */
  readonly current: number;
  /** s without communication until it does. */
  readonly timeout: number;
}

type Registers = (typeof watchdogRows)["rows"];
type Setting = Values<Registers>;

export class Watchdog {
  readonly #modbus: ModbusRegisters;
  readonly #wanted: WatchdogOption | undefined;
  readonly #log: Log;
  readonly #reader: RegisterReader<Registers>;
  /** What is to be logged, and what has been. */
  #message: { readonly level: "info" | "warn"; readonly text: string } = { level: "info", text: "" };
  #logged = "";

  constructor(modbus: ModbusRegisters, wanted: WatchdogOption | undefined, log: Log) {
    this.#modbus = modbus;
    this.#wanted = wanted;
    this.#log = log;
    this.#reader = registerReader(modbus, watchdogRows);
  }

  /**
   * Writes only what is configured and differs: whether the charger keeps it in flash is not documented. A refusal is
   * logged, and the charger is used all the same.
   * @returns ms after which it falls back; `null`: never, or not reported. Rejects with DeviceError.
   */
  async arm(): Promise<number | null> {
    const { setting, refusal } = await this.#set(await this.#reader.read());
    const description = describe(setting);
    const wanted = this.#wanted;
    const { timeout } = setting;
    if (wanted !== undefined && !matches(setting, wanted))
      this.#message = { level: "warn", text: complaintOf(wanted, description, refusal) };
    else if (timeout === 0) this.#message = { level: "warn", text: `${description}. Set the option watchdog` };
    else this.#message = { level: "info", text: description };
    return timeout === null || timeout === 0 ? null : timeout * 1_000;
  }

  /** Logs what was found, once. */
  report(): void {
    const { level, text } = this.#message;
    if (text !== this.#logged) this.#log[level](`${this.#modbus.device}: ${text}`);
    this.#logged = text;
  }

  async #set(before: Setting): Promise<{ readonly setting: Setting; readonly refusal: string }> {
    const wanted = this.#wanted;
    const isThere = before.safeCurrent !== null || before.timeout !== null;
    if (wanted === undefined || !isThere || matches(before, wanted)) return { setting: before, refusal: "" };
    let refusal = "";
    try {
      if (before.safeCurrent !== wanted.current) await this.#write("safeCurrent", wanted.current);
      if (before.timeout !== wanted.timeout) await this.#write("timeout", wanted.timeout);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code === "unreachable") throw error;
      refusal = error.message;
    }
    return { setting: await this.#reader.read(), refusal };
  }

  #write(name: keyof Registers, value: number): Promise<void> {
    return writeRow(this.#modbus, watchdogRows, name, value);
  }
}

function complaintOf({ current, timeout }: WatchdogOption, description: string, refusal: string): string {
  const asked = `the watchdog is not as asked for, ${current} A after ${timeout} s: ${description}`;
  return `${asked}. Set it in the charger's web page, or leave the option watchdog out. ${refusal}`.trimEnd();
}

function matches({ safeCurrent, timeout }: Setting, wanted: WatchdogOption): boolean {
  return safeCurrent === wanted.current && timeout === wanted.timeout;
}

function describe({ safeCurrent, timeout }: Setting): string {
  if (safeCurrent === null || timeout === null) return "it does not report what it does without communication";
  if (timeout === 0) return `no time is set after which it falls back to its safe current of ${safeCurrent} A`;
  return `it falls back to ${safeCurrent} A after ${timeout} s without communication`;
}
