/** What a MENNEKES charger does when nobody speaks to it: looked up at first contact, and set where a person asks for it. */

import { DeviceError } from "../../../model/errors.js";
import type { Log } from "../../../model/log.js";
import type { ModbusRegisters } from "../../../transport/modbus.js";
import { registerReader, type RegisterReader, type Values, writeRow } from "../../decoding/registers.js";
import { watchdogRows } from "./registers.js";

/** What a person wants of it. */
export interface WatchdogWish {
  /** A that it falls back to; 0: it pauses. */
  readonly current: number;
  /** s without a word until it does. */
  readonly timeout: number;
}

type Registers = (typeof watchdogRows)["rows"];
type Setting = Values<Registers>;

export class Watchdog {
  readonly #modbus: ModbusRegisters;
  readonly #wish: WatchdogWish | undefined;
  readonly #log: Log;
  readonly #reader: RegisterReader<Registers>;
  /** What is to be said, and what has been. */
  #message: { readonly level: "info" | "warn"; readonly text: string } = { level: "info", text: "" };
  #told = "";

  constructor(modbus: ModbusRegisters, wish: WatchdogWish | undefined, log: Log) {
    this.#modbus = modbus;
    this.#wish = wish;
    this.#log = log;
    this.#reader = registerReader(modbus, watchdogRows);
  }

  /**
   * Sets what is asked for and differs, and only that: whether the charger keeps it in flash is not documented. What
   * it does not take is no reason to leave it alone: without our limit it would be worse off.
   * @returns ms after which it falls back; `null`: never, or it does not tell. Rejects with DeviceError.
   */
  async arm(): Promise<number | null> {
    const { setting, refusal } = await this.#set(await this.#reader.read());
    const words = wordsFor(setting);
    const wish = this.#wish;
    const { timeout } = setting;
    if (wish !== undefined && !matches(setting, wish))
      this.#message = { level: "warn", text: complaintOf(wish, words, refusal) };
    else if (timeout === 0) this.#message = { level: "warn", text: `${words}. Set the option watchdog` };
    else this.#message = { level: "info", text: words };
    return timeout === null || timeout === 0 ? null : timeout * 1_000;
  }

  /** Tells a person what was found, once. */
  tell(): void {
    const { level, text } = this.#message;
    if (text !== this.#told) this.#log[level](`${this.#modbus.device}: ${text}`);
    this.#told = text;
  }

  async #set(before: Setting): Promise<{ readonly setting: Setting; readonly refusal: string }> {
    const wish = this.#wish;
    const isThere = before.safeCurrent !== null || before.timeout !== null;
    if (wish === undefined || !isThere || matches(before, wish)) return { setting: before, refusal: "" };
    let refusal = "";
    try {
      if (before.safeCurrent !== wish.current) await this.#write("safeCurrent", wish.current);
      if (before.timeout !== wish.timeout) await this.#write("timeout", wish.timeout);
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

function complaintOf({ current, timeout }: WatchdogWish, words: string, refusal: string): string {
  const asked = `the watchdog is not as asked for, ${current} A after ${timeout} s: ${words}`;
  return `${asked}. Set it in the charger's web page, or leave the option watchdog out. ${refusal}`.trimEnd();
}

function matches({ safeCurrent, timeout }: Setting, wish: WatchdogWish): boolean {
  return safeCurrent === wish.current && timeout === wish.timeout;
}

function wordsFor({ safeCurrent, timeout }: Setting): string {
  if (safeCurrent === null || timeout === null) return "it does not tell what it does when it hears from nobody";
  if (timeout === 0) return `no time is set after which it falls back to its safe current of ${safeCurrent} A`;
  return `it falls back to ${safeCurrent} A when it hears from nobody for ${timeout} s`;
}
