/** RFID tags in the form that Matter has for them. */

/** The bytes of a tag of 4, 7 or 10 bytes (ISO 14443A); `null`: it is written in some other way. */
export function tagBytes(tag: string): Uint8Array | null {
  const digits = tag.replace(/[\s:-]/g, "");
  return /^(?:[0-9a-f]{8}|[0-9a-f]{14}|[0-9a-f]{20})$/i.test(digits) ? Buffer.from(digits, "hex") : null;
}
