/** Watches the frames that a Modbus TCP device sends: whether each can be the answer to what was asked. */

/** Bytes before the unit: transaction, protocol, length. */
const header = 6;
/** Unit, function and one more byte: the shortest there is, an exception. */
const shortest = 3;
/** Unit, and a PDU of 253 bytes (Modbus Messaging on TCP/IP, 4.1). */
const longest = 254;
const exceptionFlag = 0x80;

/** What has become of the bytes so far. */
export type Watched = { readonly doubt: string } | { readonly complete: boolean };

/**
 * modbus-serial looks at transaction, unit, function and length, but takes an exception from any unit, frames of any
 * protocol, and bytes that nobody has asked for.
 */
export class FrameWatch {
  readonly #unit: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Function that is asked; `null`: nothing is. */
  #asked: number | null = null;

  constructor(unit: number) {
    this.#unit = unit;
  }

  /** @param functionCode of the request that goes out now */
  expect(functionCode: number): void {
    this.#asked = functionCode;
  }

  take(chunk: Buffer): Watched {
    if (this.#asked === null) return { doubt: "it says something that nobody has asked for" };
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const bytes = this.#rest;
    if (bytes.length >= 4 && bytes.readUInt16BE(2) !== 0) return { doubt: "it does not speak Modbus TCP" };
    if (bytes.length < header) return { complete: false };
    const length = bytes.readUInt16BE(4);
    if (length < shortest || length > longest) return { doubt: `its answer claims a length of ${length} bytes` };
    const unit = bytes[header];
    if (unit !== undefined && unit !== this.#unit) return { doubt: `unit ${unit} answers in place of ${this.#unit}` };
    const code = bytes[header + 1];
    if (code !== undefined && (code & ~exceptionFlag) !== this.#asked)
      return { doubt: `it answers function ${code} in place of ${this.#asked}` };
    if (bytes.length < header + length) return { complete: false };
    if (bytes.length > header + length) return { doubt: "more than one answer comes to one request" };
    this.#rest = Buffer.alloc(0);
    this.#asked = null;
    return { complete: true };
  }
}
