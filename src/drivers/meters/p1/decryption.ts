/** Encrypted telegrams: frames of general-glo-ciphering (DLMS Green Book) with AES-128-GCM. */

import { createDecipheriv } from "node:crypto";

/** Tag of general-glo-ciphering. */
const tag = 0xdb;
/** Bytes of a system title. */
const titleLength = 8;
/** Security control, and frame counter. */
const security = 5;
/** Bytes of the authentication tag. */
const proof = 12;
/** Bits of the security control. */
const control = { authenticated: 0x10, encrypted: 0x20 } as const;
/** Bytes; a telegram with its messages and its gas meter takes a few thousand. */
const longestFrame = 16 * 1024;

export interface Keys {
  /** Encryption key, 32 hex digits. */
  readonly key: string;
  /** 32 hex digits; left out: who has sent it is not proven, as with telegrams that are not encrypted. */
  readonly authenticationKey?: string | undefined;
}

/** Bytes of telegrams, or why there are none. */
export type Opened = { readonly bytes: Buffer } | { readonly fault: string };

/** Cuts a stream into frames, and opens each. */
export class FrameOpener {
  readonly #key: Buffer;
  readonly #authenticationKey: Buffer | null;
  #pending: Buffer = Buffer.alloc(0);

  constructor({ key, authenticationKey }: Keys) {
    this.#key = Buffer.from(key, "hex");
    this.#authenticationKey = authenticationKey === undefined ? null : Buffer.from(authenticationKey, "hex");
  }

  /** The frames that end with these bytes. */
  add(bytes: Buffer): readonly Opened[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const opened: Opened[] = [];
    for (;;) {
      const start = this.#pending.indexOf(tag);
      if (start !== 0 && this.#pending.includes("\r\n"))
        opened.push({ fault: "its telegrams are not encrypted, or come another way: leave the key out" });
      this.#pending = start < 0 ? Buffer.alloc(0) : this.#pending.subarray(start);
      const frame = frameIn(this.#pending);
      if (frame === "incomplete") return opened;
      if (frame === "none") {
        this.#pending = this.#pending.subarray(1);
        continue;
      }
      this.#pending = this.#pending.subarray(frame.length);
      opened.push(this.#open(frame));
    }
  }

  #open({ title, body }: Frame): Opened {
    const [securityControl = 0] = body;
    const isProven = (securityControl & control.authenticated) !== 0;
    const decipher = createDecipheriv("aes-128-gcm", this.#key, Buffer.concat([title, body.subarray(1, security)]), {
      authTagLength: proof,
    });
    if (this.#authenticationKey !== null)
      decipher.setAAD(Buffer.concat([Buffer.of(securityControl), this.#authenticationKey]));
    const bytes = decipher.update(body.subarray(security, isProven ? -proof : undefined));
    // Its checksum proves a telegram whole, be it encrypted or not.
    if (bytes[0] !== "/".charCodeAt(0)) return { fault: "its telegrams are encrypted, and key does not open them" };
    if (this.#authenticationKey === null || !isProven) return { bytes };
    try {
      decipher.setAuthTag(body.subarray(-proof)).final();
      return { bytes };
    } catch {
      return { fault: "its telegrams do not fit authenticationKey" };
    }
  }
}

interface Frame {
  readonly title: Buffer;
  /** Security control, frame counter, what was encrypted, and its proof. */
  readonly body: Buffer;
  /** Bytes of all of it. */
  readonly length: number;
}

function frameIn(bytes: Buffer): Frame | "incomplete" | "none" {
  if (bytes.length < 2) return "incomplete";
  if (bytes[1] !== titleLength) return "none";
  const title = bytes.subarray(2, 2 + titleLength);
  const [first, ...rest] = bytes.subarray(2 + titleLength, 2 + titleLength + 3);
  if (first === undefined) return "incomplete";
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 2) return "none";
  if (rest.length < lengthBytes) return "incomplete";
  const length = lengthBytes === 0 ? first : rest.slice(0, lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length <= security + proof || length > longestFrame) return "none";
  const start = 2 + titleLength + 1 + lengthBytes;
  if (bytes.length > start && ((bytes[start] ?? 0) & control.encrypted) === 0) return "none";
  if (bytes.length < start + length) return "incomplete";
  return { title, body: bytes.subarray(start, start + length), length: start + length };
}

/** Whether a stream looks as if it were encrypted, to who has no key. */
export function looksEncrypted(bytes: Buffer): boolean {
  return bytes[0] === tag && bytes[1] === titleLength;
}
