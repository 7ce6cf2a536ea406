/** Decodes and encodes values as a row specifies. */

import { scaled } from "../../../model/rounding.js";
import { type NumberRow, type NumberType, type Row, type TextRow, widthOf, type WordOrder } from "./rows.js";

const integerLimits = {
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0, Number.MAX_SAFE_INTEGER],
  i64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const satisfies Partial<Record<NumberType, readonly [number, number]>>;

const printable = /^[\x20-\x7e]*$/;
/** Tolerance for the floating-point error of a factor such as 0.1. */
const roundingError = 1e-6;

/** Checks length, then sentinel, then range: `null` where one fails. */
export function decode(row: TextRow, words: readonly number[], wordOrder: WordOrder): string | null;
export function decode(row: NumberRow, words: readonly number[], wordOrder: WordOrder): number | null;
export function decode(row: Row, words: readonly number[], wordOrder: WordOrder): number | string | null;
export function decode(row: Row, words: readonly number[], wordOrder: WordOrder): number | string | null {
  if (words.length !== widthOf(row)) return null;
  if (row.type === "ascii") return textIn(bytesOf(words));
  const raw = rawIn(row.type, bytesOf(inOrder(words, row.wordOrder ?? wordOrder)));
  if (isMissing(row, raw)) return null;
  const value = valueOf(row, Number(raw));
  return value >= row.range[0] && value <= row.range[1] ? value : null;
}

/** @throws RangeError for a value that is invalid for the row */
export function encode(row: Row, value: number | string, wordOrder: WordOrder): readonly number[] {
  if (row.type === "ascii") return wordsOf(textBytes(row, value));
  const bytes = numberBytes(row, value);
  return inOrder(wordsOf(bytes), row.wordOrder ?? wordOrder);
}

function isMissing({ missing = [] }: NumberRow, raw: number | bigint): boolean {
  if (typeof raw === "number" && !Number.isFinite(raw)) return true;
  const sentinels = typeof missing === "object" ? missing : [missing];
  return sentinels.some((sentinel) => sentinel.toString() === raw.toString());
}

function valueOf({ type, scale = 1 }: NumberRow, raw: number): number {
  return scaled(type === "float32" ? shortest(raw) : raw, scale);
}

/** The shortest decimal of this float32: 230.1, not 230.10000610351562. */
function shortest(float: number): number {
  const digits = [6, 7, 8].map((count) => Number(float.toPrecision(count)));
  return digits.find((value) => Math.fround(value) === float) ?? float;
}

function rawIn(type: NumberType, bytes: Buffer): number | bigint {
  switch (type) {
    case "u16":
      return bytes.readUInt16BE();
    case "i16":
      return bytes.readInt16BE();
    case "u32":
      return bytes.readUInt32BE();
    case "i32":
      return bytes.readInt32BE();
    case "u64":
      return bytes.readBigUInt64BE();
    case "i64":
      return bytes.readBigInt64BE();
    case "float32":
      return bytes.readFloatBE();
    case "float64":
      return bytes.readDoubleBE();
  }
}

function textIn(bytes: Buffer): string | null {
  const text = bytes.toString("latin1").replace(/\0.*$/s, "").trim();
  return text !== "" && printable.test(text) ? text : null;
}

function numberBytes(row: NumberRow, value: number | string): Buffer {
  const { type, unit, scale = 1, range } = row;
  if (typeof value !== "number" || !(value >= range[0] && value <= range[1]))
    throw new RangeError(`${value} is not within ${range[0]} to ${range[1]} ${unit}`);
  const bytes = Buffer.alloc(widthOf(row) * 2);
  if (type === "float32") bytes.writeFloatBE(value / scale);
  else if (type === "float64") bytes.writeDoubleBE(value / scale);
  else writeInteger(type, bytes, wholeCounts(row, value, integerLimits[type]));
  if (isMissing(row, rawIn(type, bytes))) throw new RangeError(`${value} ${unit} would mean that there is no value`);
  return bytes;
}

function wholeCounts({ unit, scale = 1 }: NumberRow, value: number, [min, max]: readonly [number, number]): number {
  const counts = Math.round(value / scale);
  if (Math.abs(counts - value / scale) > roundingError)
    throw new RangeError(`${value} is not in steps of ${scale} ${unit}`);
  if (counts < min || counts > max) throw new RangeError(`${value} ${unit} does not fit`);
  return counts;
}

function writeInteger(type: keyof typeof integerLimits, bytes: Buffer, counts: number): void {
  if (type === "u64" || type === "i64") bytes.writeBigInt64BE(BigInt(counts));
  else if (type.startsWith("i")) bytes.writeIntBE(counts, 0, bytes.length);
  else bytes.writeUIntBE(counts, 0, bytes.length);
}

function textBytes(row: TextRow, value: number | string): Buffer {
  const bytes = Buffer.alloc(row.length * 2);
  if (typeof value !== "string" || !printable.test(value)) throw new RangeError(`"${value}" is no plain text`);
  if (value.length > bytes.length) throw new RangeError(`"${value}" is longer than ${bytes.length} characters`);
  bytes.write(value, "latin1");
  return bytes;
}

function inOrder(words: readonly number[], wordOrder: WordOrder): readonly number[] {
  return wordOrder === "high-first" ? words : words.toReversed();
}

function bytesOf(words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 2);
  words.forEach((word, place) => bytes.writeUInt16BE(word, place * 2));
  return bytes;
}

function wordsOf(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length / 2 }, (_, place) => bytes.readUInt16BE(place * 2));
}
