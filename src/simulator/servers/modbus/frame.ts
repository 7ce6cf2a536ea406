/** Modbus TCP frames as a device sees them: requests in, answers out. */

/** Transaction, protocol, length and unit. */
const header = 7;
/** No request is longer (Modbus Messaging on TCP/IP, 4.1). */
const longest = 260;

export interface Request {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  /** First register. */
  readonly address: number;
  /** Registers, read or written. */
  readonly count: number;
  /** What is written; empty when it reads. */
  readonly words: readonly number[];
}

/** Takes bytes as they come, gives requests as they become whole. `"garbage"`: no Modbus device would go on with it. */
export class RequestParser {
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): Request[] | "garbage" {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const requests: Request[] = [];
    while (this.#rest.length >= header) {
      const length = this.#rest.readUInt16BE(4) + 6;
      if (this.#rest.readUInt16BE(2) !== 0 || length < header + 1 || length > longest) return "garbage";
      if (this.#rest.length < length) break;
      requests.push(requestIn(this.#rest.subarray(0, length)));
      this.#rest = this.#rest.subarray(length);
    }
    return requests;
  }
}

function requestIn(frame: Buffer): Request {
  const functionCode = frame.readUInt8(header);
  const word = (offset: number) => (frame.length >= offset + 2 ? frame.readUInt16BE(offset) : 0);
  const first = { transaction: frame.readUInt16BE(0), unit: frame.readUInt8(6), functionCode, address: word(8) };
  if (functionCode === 6) return { ...first, count: 1, words: [word(10)] };
  const count = word(10);
  if (functionCode !== 16) return { ...first, count, words: [] };
  return { ...first, count, words: Array.from({ length: count }, (_, place) => word(13 + place * 2)) };
}

export interface AnswerHeader {
  readonly transaction: number;
  readonly protocol: number;
  readonly unit: number;
}

/** @param pdu function code and data */
export function frameOf({ transaction, protocol, unit }: AnswerHeader, pdu: readonly number[]): Buffer {
  const frame = Buffer.alloc(header + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(protocol, 2);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame.writeUInt8(unit, 6);
  frame.set(pdu, header);
  return frame;
}

/** High byte first. */
export function bytesOf(words: readonly number[]): number[] {
  return words.flatMap((word) => [word >> 8, word & 0xff]);
}
