/** A virtual smart meter with a P1 port behind a gateway: it sends telegrams to everyone who is connected. */

import { createCipheriv } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { PerPhase } from "../../../model/phases.js";

/** What the meter measures. */
export interface P1Values {
  /** W, import + */
  readonly powers: PerPhase<number>;
  /** A */
  readonly currents: PerPhase<number>;
  /** V */
  readonly voltages: PerPhase<number>;
  /** kWh, of tariff 1 and 2 */
  readonly imported: readonly [number, number];
  /** kWh, of tariff 1 and 2 */
  readonly exported: readonly [number, number];
}

export interface P1GatewayOptions {
  /** Asked for each telegram. */
  readonly values: () => P1Values;
  /** ms since 1970; the time that a telegram carries. */
  readonly now: () => number;
  /** 0: any that is free. */
  readonly port?: number;
  /** `x25`: the checksum of makes that do not take that of the standard. */
  readonly checksum?: "arc" | "x25";
  /** As hex digits. It wraps each telegram in a frame of general-glo-ciphering (DLMS), as in Luxembourg and Austria. */
  readonly encryption?: { readonly key: string; readonly authenticationKey?: string };
}

export type P1Fault = "silent" | "wrong-checksum" | "no-checksum" | "garbage" | "cut-off";

export class VirtualP1Gateway {
  /** Settable at any time; `null`: all is well. */
  fault: P1Fault | null = null;
  /** For those who wait for its events. */
  readonly server: Server;
  /** How often someone has connected. */
  connections = 0;
  readonly #options: P1GatewayOptions;
  readonly #clients = new Set<Socket>();
  #frames = 0;

  constructor(options: P1GatewayOptions) {
    this.#options = options;
    this.server = createServer((socket) => {
      this.connections += 1;
      this.#clients.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => this.#clients.delete(socket));
      socket.resume();
    });
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  async start(): Promise<void> {
    this.server.listen(this.#options.port ?? 0, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** Resolves with the next one who connects, or at once if someone is there. */
  async connected(): Promise<void> {
    if (this.#clients.size === 0) await once(this.server, "connection");
  }

  /** Sends one telegram; whoever owns time calls this. */
  send(): void {
    const { values, now } = this.#options;
    const whole = telegram(values(), now(), this.#options.checksum);
    const sent = this.fault === null ? whole : spoilt(whole, this.fault);
    if (sent === null) return;
    const { encryption } = this.#options;
    this.#frames += 1;
    this.sendRaw(encryption ? encrypted(sent, encryption, this.#frames) : sent);
  }

  sendRaw(text: string): void {
    for (const client of this.#clients) client.write(text, "latin1");
  }

  /** Drops all connections; new ones are welcome. */
  hangUp(): void {
    for (const client of this.#clients) client.destroy();
  }

  /** Ends all connections once what was sent has gone out. */
  sayGoodbye(): void {
    for (const client of this.#clients) client.end();
  }

  /** Always ends. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.hangUp();
    await closed;
  }
}

export async function startVirtualP1Gateway(options: P1GatewayOptions): Promise<VirtualP1Gateway> {
  const gateway = new VirtualP1Gateway(options);
  await gateway.start();
  return gateway;
}

/** What a DSMR 5 meter says. Currents are whole amperes without a sign, as there. */
export function telegram(
  { powers, currents, voltages, imported, exported }: P1Values,
  time: number,
  sort: "arc" | "x25" = "arc",
): string {
  const total = powers.reduce((sum, power) => sum + power, 0);
  const flows = (first: string, second: string, power: number): string[] => [
    `1-0:${first}.7.0(${kW(Math.max(0, power))}*kW)`,
    `1-0:${second}.7.0(${kW(Math.max(0, -power))}*kW)`,
  ];
  const lines = [
    "/EVC5\\2VIRTUAL-METER",
    "",
    "1-3:0.2.8(50)",
    `0-0:1.0.0(${timestamp(time)})`,
    `1-0:1.8.1(${kWh(imported[0])}*kWh)`,
    `1-0:1.8.2(${kWh(imported[1])}*kWh)`,
    `1-0:2.8.1(${kWh(exported[0])}*kWh)`,
    `1-0:2.8.2(${kWh(exported[1])}*kWh)`,
    "0-0:96.14.0(0002)",
    ...flows("1", "2", total),
    ...voltages.map((voltage, phase) => `1-0:${32 + 20 * phase}.7.0(${voltage.toFixed(1)}*V)`),
    ...currents.map((current, phase) => `1-0:${31 + 20 * phase}.7.0(${whole(Math.abs(current))}*A)`),
    ...powers.flatMap((power, phase) => flows(`${21 + 20 * phase}`, `${22 + 20 * phase}`, power)),
    "!",
  ];
  const text = lines.join("\r\n");
  return `${text}${checksum(text, sort)}\r\n`;
}

function spoilt(text: string, fault: P1Fault): string | null {
  const body = text.slice(0, text.lastIndexOf("!") + 1);
  const faults = {
    silent: null,
    "wrong-checksum": text.replace(/\.7\.0\(/, ".7.0(9"),
    "no-checksum": `${body}\r\n`,
    garbage: "\u00ff\u00fe HTTP/1.1 400 Bad Request\r\n\r\n",
    "cut-off": text.slice(0, text.length / 2),
  } as const satisfies Record<P1Fault, string | null>;
  return faults[fault];
}

/**
 * A frame as Smarty meters send it (Luxmetering, “P1 port specification”): tag, system title, length, security control,
 * frame counter, what was encrypted with AES-128-GCM, and 12 bytes of its tag.
 */
export function encrypted(
  text: string,
  { key, authenticationKey = "00112233445566778899AABBCCDDEEFF" }: { key: string; authenticationKey?: string },
  count: number,
): string {
  const title = Buffer.from("SAG\u0010\u0000\u0001\u0002\u0003", "latin1");
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(count);
  const cipher = createCipheriv("aes-128-gcm", Buffer.from(key, "hex"), Buffer.concat([title, counter]), {
    authTagLength: 12,
  });
  cipher.setAAD(Buffer.concat([Buffer.of(0x30), Buffer.from(authenticationKey, "hex")]));
  const body = Buffer.concat([cipher.update(text, "latin1"), cipher.final(), cipher.getAuthTag()]);
  const head = Buffer.concat([Buffer.of(0xdb, title.length), title, Buffer.of(0x82, 0, 0, 0x30), counter]);
  head.writeUInt16BE(body.length + 5, 3 + title.length);
  return Buffer.concat([head, body]).toString("latin1");
}

function checksum(text: string, sort: "arc" | "x25"): string {
  const polynomial = sort === "arc" ? 0xa001 : 0x8408;
  let crc = sort === "arc" ? 0 : 0xffff;
  for (const byte of Buffer.from(text, "latin1")) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ polynomial : crc >> 1;
  }
  if (sort === "x25") crc ^= 0xffff;
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

/** In winter time, all year round: meters say which of the two it is. */
function timestamp(time: number): string {
  const digits = new Date(time + 3_600_000).toISOString().replace(/\D/g, "");
  return `${digits.slice(2, 14)}W`;
}

function kW(power: number): string {
  return (power / 1_000).toFixed(3).padStart(6, "0");
}

function kWh(energy: number): string {
  return energy.toFixed(3).padStart(10, "0");
}

function whole(current: number): string {
  return current.toFixed(0).padStart(3, "0");
}
