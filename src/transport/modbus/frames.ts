/** Checks that each frame of a Modbus TCP device can be the response to the current request. */

/** Bytes before the unit: transaction, protocol, length. */
const header = 6;
/** Unit, function and one more byte: the shortest there is, an exception. */
const shortest = 3;
/** Unit, and a PDU of 253 bytes (Modbus Messaging on TCP/IP, 4.1). */
const longest = 254;
const exceptionFlag = 0x80;

/** Whether the bytes so far are invalid, and why, or form a complete frame. */
export type FrameCheck = { readonly error: string } | { readonly complete: boolean };

/**
 * modbus-serial checks transaction, unit, function and length, but accepts an exception from any unit, frames of any
 * protocol, and unsolicited bytes.
 */
export class FrameValidator {
  readonly #unit: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Function of the current request; `null`: there is none. */
  #functionCode: number | null = null;

  constructor(unit: number) {
    this.#unit = unit;
  }

  /** @param functionCode of the request that is sent now */
  expect(functionCode: number): void {
    this.#functionCode = functionCode;
  }

  check(chunk: Buffer): FrameCheck {
    if (this.#functionCode === null) return { error: "it sends an answer without a request" };
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const bytes = this.#rest;
    if (bytes.length >= 4 && bytes.readUInt16BE(2) !== 0) return { error: "it does not speak Modbus TCP" };
    if (bytes.length < header) return { complete: false };
    const length = bytes.readUInt16BE(4);
    if (length < shortest || length > longest) return { error: `its answer claims a length of ${length} bytes` };
    const unit = bytes[header];
    if (unit !== undefined && unit !== this.#unit) return { error: `unit ${unit} answers in place of ${this.#unit}` };
    const code = bytes[header + 1];
    if (code !== undefined && (code & ~exceptionFlag) !== this.#functionCode)
      return { error: `it answers function ${code} in place of ${this.#functionCode}` };
    if (bytes.length < header + length) return { complete: false };
    if (bytes.length > header + length) return { error: "more than one answer comes to one request" };
    this.#rest = Buffer.alloc(0);
    this.#functionCode = null;
    return { complete: true };
  }
}
