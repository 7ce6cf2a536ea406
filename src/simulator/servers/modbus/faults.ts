/** How a virtual Modbus device misbehaves, from the answer that breaks off to the one that was meant for another. */

import type { Socket } from "node:net";
import { frameOf, type Request } from "./frame.js";

/**
 * `silent`: takes the request, never answers · `reset`: resets the connection · `close`: ends it without an answer ·
 * `garbage`: bytes that are no Modbus · `ignore-writes`: says yes and changes nothing ·
 * `wrong-transaction`, `wrong-unit`, `wrong-function`, `wrong-protocol`: the answer has another one ·
 * `short`: a word is missing · `long`: a word too many · `byte-count`: the count of bytes is not what follows ·
 * `trailing`: more bytes after the answer · `twice`: the answer comes two times ·
 * `wrong-echo`: a write is answered with another value · `truncated`: the answer breaks off, and the connection ends ·
 * `split`: the answer comes byte by byte · `exception`: it says no.
 */
export type ModbusFault =
  | "silent"
  | "reset"
  | "close"
  | "garbage"
  | "ignore-writes"
  | "wrong-transaction"
  | "wrong-unit"
  | "wrong-function"
  | "wrong-protocol"
  | "short"
  | "long"
  | "byte-count"
  | "trailing"
  | "twice"
  | "wrong-echo"
  | "truncated"
  | "split"
  | { readonly exception: number };

/** @param pdu function code and data */
export function sendAnswer(
  socket: Socket,
  { transaction, unit }: Request,
  pdu: readonly number[],
  fault: ModbusFault | null,
): void {
  const wrong = (kind: ModbusFault) => Number(fault === kind);
  const header = {
    transaction: (transaction + wrong("wrong-transaction")) & 0xffff,
    protocol: wrong("wrong-protocol"),
    unit: (unit + wrong("wrong-unit")) & 0xff,
  };
  const frame = frameOf(header, spoiled(pdu, fault));
  if (fault === "truncated") socket.end(frame.subarray(0, -1));
  else if (fault === "trailing") socket.write(Buffer.concat([frame, Buffer.of(0, 0, 0)]));
  else if (fault === "twice") socket.write(Buffer.concat([frame, frame]));
  else if (fault === "split") for (const byte of frame) socket.write(Buffer.of(byte));
  else socket.write(frame);
}

function spoiled(pdu: readonly number[], fault: ModbusFault | null): readonly number[] {
  const [functionCode = 0, second = 0, ...rest] = pdu;
  switch (fault) {
    case "wrong-function":
      return [functionCode ^ 7, second, ...rest];
    case "short":
      return [functionCode, second - 2, ...rest.slice(0, -2)];
    case "long":
      return [functionCode, second + 2, ...rest, 0, 0];
    case "byte-count":
      return [functionCode, second - 2, ...rest];
    case "wrong-echo":
      return [...pdu.slice(0, -1), (pdu.at(-1) ?? 0) ^ 1];
    default:
      return pdu;
  }
}
