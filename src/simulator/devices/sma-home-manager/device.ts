/** A virtual SMA Energy Meter: sends the datagrams of one to wherever it is told, by multicast or to one address. */

import { createSocket, type Socket } from "node:dgram";
import type { PerPhase } from "../../../model/phases.js";

/** What the meter measures. */
export interface SmaValues {
  /** W, import + */
  readonly powers: PerPhase<number>;
  /** A */
  readonly currents: PerPhase<number>;
  /** V */
  readonly voltages: PerPhase<number>;
  /** kWh */
  readonly importEnergy: number;
  /** kWh */
  readonly exportEnergy: number;
}

export interface VirtualSmaMeterOptions {
  /** Asked for each datagram. */
  readonly values: () => SmaValues;
  /** Where the datagrams go. */
  readonly address: string;
  readonly port: number;
  readonly serial?: number;
  /** This computer's address in the network of a multicast group. */
  readonly interface?: string;
}

export type SmaFault = "silent" | "cut-off" | "garbage" | "without-totals" | "inverter";

export class VirtualSmaMeter {
  /** Settable at any time; `null`: all is well. */
  fault: SmaFault | null = null;
  /** ms since it started, modulo 2^32; goes on by 1000 with each datagram. */
  ticker = 0;
  readonly serial: number;
  readonly #options: VirtualSmaMeterOptions;
  readonly #socket: Socket = createSocket("udp4");
  #closed = false;

  constructor(options: VirtualSmaMeterOptions) {
    this.#options = options;
    this.serial = options.serial ?? 3_000_123_456;
  }

  async start(): Promise<void> {
    const { interface: address } = this.#options;
    await new Promise<void>((resolve) => this.#socket.bind(0, address ?? "127.0.0.1", resolve));
    if (address !== undefined) this.#socket.setMulticastInterface(address);
  }

  /** Sends one datagram, nothing while silent. Whoever owns time calls this. */
  async send(): Promise<void> {
    this.ticker = (this.ticker + 1_000) % 2 ** 32;
    const whole = datagram(this.#options.values(), { serial: this.serial, ticker: this.ticker });
    const sent = this.fault === null ? whole : spoilt(whole, this.fault);
    if (sent !== null) await this.sendRaw(sent);
  }

  async sendRaw(bytes: Buffer): Promise<void> {
    const { address, port } = this.#options;
    await new Promise<void>((resolve, reject) =>
      this.#socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** Always ends. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

export async function startVirtualSmaMeter(options: VirtualSmaMeterOptions): Promise<VirtualSmaMeter> {
  const meter = new VirtualSmaMeter(options);
  await meter.start();
  return meter;
}

/** What an Energy Meter says, record by record. */
export function datagram(
  { powers, currents, voltages, importEnergy, exportEnergy }: SmaValues,
  { serial, ticker }: { readonly serial: number; readonly ticker: number },
): Buffer {
  const total = powers.reduce((sum, power) => sum + power, 0);
  const flows = (index: number, power: number): Buffer[] => [
    now(index, Math.max(0, power) * 10),
    now(index + 1, Math.max(0, -power) * 10),
  ];
  const records = Buffer.concat([
    ...flows(1, total),
    counted(1, importEnergy * 3_600_000),
    counted(2, exportEnergy * 3_600_000),
    ...powers.flatMap((power, phase) => [
      ...flows(21 + 20 * phase, power),
      now(31 + 20 * phase, Math.abs(currents[phase] ?? 0) * 1_000),
      now(32 + 20 * phase, (voltages[phase] ?? 0) * 1_000),
    ]),
    Buffer.from([0x90, 0x00, 0x00, 0x00, 0x02, 0x03, 0x04, 0x52]),
  ]);
  const head = Buffer.alloc(28);
  head.write("SMA\0", 0, "latin1");
  head.writeUInt32BE(0x0004_02a0, 4);
  head.writeUInt32BE(1, 8);
  head.writeUInt16BE(12 + records.length, 12);
  head.writeUInt16BE(0x0010, 14);
  head.writeUInt16BE(0x6069, 16);
  head.writeUInt16BE(349, 18);
  head.writeUInt32BE(serial, 20);
  head.writeUInt32BE(ticker, 24);
  return Buffer.concat([head, records, Buffer.alloc(4)]);
}

function spoilt(bytes: Buffer, fault: SmaFault): Buffer | null {
  const copy = Buffer.from(bytes);
  if (fault === "silent") return null;
  if (fault === "cut-off") return copy.subarray(0, 100);
  if (fault === "garbage") return Buffer.from("no datagram of a meter");
  if (fault === "inverter") copy.writeUInt16BE(0x6065, 16);
  else copy[29] = 99;
  return copy;
}

function now(index: number, value: number): Buffer {
  const record = Buffer.from([0, index, 4, 0, 0, 0, 0, 0]);
  record.writeUInt32BE(Math.round(value), 4);
  return record;
}

function counted(index: number, value: number): Buffer {
  const record = Buffer.from([0, index, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  record.writeBigUInt64BE(BigInt(Math.round(value)), 4);
  return record;
}
