/** A virtual MENNEKES charger: the wallbox's inside behind the ECU register set, over real Modbus TCP on 127.0.0.1. */

import type { Evse } from "../../house/evse.js";
import { minimumOffer } from "../../house/car.js";
import { startVirtualModbus, type VirtualModbus, type Write } from "../../servers/modbus/server.js";
import { type EcuState, fillStore, isSince522, newStore, writable } from "./registers.js";

export interface VirtualMennekesOptions {
  readonly evse: Evse;
  /** "5.22" and newer have more registers. */
  readonly firmware?: string;
  /** One that begins with 4You or 4Business has other registers. */
  readonly model?: string;
  /** 0: any that is free. */
  readonly port?: number;
  /** What it does when asked for a register that it does not have; "close" as some firmware does. */
  readonly unknown?: "exception" | "close";
  /** A, what it falls back to when nobody asks it. */
  readonly safeCurrent?: number;
  /** s until it falls back; 0: never. */
  readonly timeout?: number;
  /** What keeps it from falling back: not documented. Left out: any request. */
  readonly heeds?: "requests" | "writes";
}

/** Modbus exception for values that it does not take. */
const illegalValue = 3;

export class VirtualMennekes implements EcuState {
  readonly evse: Evse;
  readonly firmware: string;
  readonly model: string;
  safeCurrent: number;
  timeout: number;
  /** Bits 0 to 31, beside those of the wallbox's own faults. */
  errorBits = 0;
  hasMeter = true;
  /** Says no to a new safe current or timeout, with exception 3. */
  watchdogIsFixed = false;

  private readonly heeds: "requests" | "writes";
  private served: VirtualModbus | null = null;
  private written: number;
  private card: string | null = null;
  private silence = 0;
  private bootsSeen: number;

  constructor(options: VirtualMennekesOptions) {
    this.evse = options.evse;
    this.firmware = options.firmware ?? "5.22";
    this.model = options.model ?? "CC612_1S0R_CC";
    this.safeCurrent = options.safeCurrent ?? 6;
    this.timeout = options.timeout ?? 0;
    this.heeds = options.heeds ?? "requests";
    this.written = this.bootLimit;
    this.bootsSeen = this.evse.reboots;
    this.evse.onPlug((plugged) => {
      if (!plugged) this.card = null;
    });
    this.apply();
  }

  /** The server: its faults, its requests, its connections. */
  get modbus(): VirtualModbus {
    if (this.served === null) throw new Error("It has not been started");
    return this.served;
  }

  get port(): number {
    return this.modbus.port;
  }

  /** A, as it stands in register 1000. */
  get limit(): number {
    return this.written;
  }

  /** Another energy manager, or the web page. A */
  set limit(limit: number) {
    this.written = limit;
    this.apply();
  }

  /** RFID tag that opened the session; it is forgotten when the car leaves. */
  get tag(): string | null {
    return this.card;
  }

  set tag(tag: string | null) {
    this.card = tag;
  }

  /** Nobody has spoken to it for too long. */
  get isAlone(): boolean {
    return this.timeout > 0 && this.silence >= this.timeout;
  }

  /** Lets time pass for the controller. The wallbox's inside has an owner who lets it pass there. s */
  advance(seconds: number): void {
    this.silence += seconds;
    this.apply();
  }

  async start({ port = 0, unknown = "exception" }: Pick<VirtualMennekesOptions, "port" | "unknown">): Promise<void> {
    const holding = newStore(this);
    this.served = await startVirtualModbus({
      port,
      holding,
      unknown,
      refresh: () => fillStore(holding, this),
      accept: (write) => this.verdictOn(write),
    });
    this.served.onRequest(({ functionCode }) => {
      this.noticeReboot();
      if (!this.evse.reachable) return this.modbus.hangUp();
      if (this.heeds === "requests" || functionCode === 6 || functionCode === 16) this.silence = 0;
      this.apply();
    });
    this.served.onWrite((write) => this.take(write));
  }

  /** Always ends, also with connections open. */
  async close(): Promise<void> {
    await this.served?.close();
  }

  /** A, what a reboot starts with. */
  private get bootLimit(): number {
    return isSince522(this) ? 32 : minimumOffer;
  }

  private verdictOn({ address, words }: Write): number | null {
    const [word = 0] = words;
    const isCurrent = address === writable.limit || address === writable.safeCurrent;
    if (isCurrent && (word > this.evse.maxCurrent || (word > 0 && word < minimumOffer))) return illegalValue;
    return this.watchdogIsFixed && address !== writable.limit ? illegalValue : null;
  }

  private take({ address, words }: Write): void {
    const [word = 0] = words;
    if (address === writable.limit) this.written = word;
    if (address === writable.safeCurrent) this.safeCurrent = word;
    if (address === writable.timeout) this.timeout = word;
    this.apply();
  }

  private noticeReboot(): void {
    if (this.evse.reboots === this.bootsSeen) return;
    this.bootsSeen = this.evse.reboots;
    this.written = this.bootLimit;
    this.silence = 0;
  }

  private apply(): void {
    this.noticeReboot();
    const limit = this.isAlone ? this.safeCurrent : this.written;
    this.evse.allowed = limit >= minimumOffer;
    if (limit >= minimumOffer) this.evse.current = limit;
  }
}

/** Time stands still in it until `advance`, and in the `evse` until its owner lets it pass there. */
export async function startVirtualMennekes(options: VirtualMennekesOptions): Promise<VirtualMennekes> {
  const device = new VirtualMennekes(options);
  await device.start(options);
  return device;
}
