/** The registers of a virtual Modbus device: words by address, and values as the device's document lays them out. */

export type WordOrder = "high-first" | "low-first";

export type ValueType = "u16" | "i16" | "u32" | "i32" | "u64" | "i64" | "float32" | "float64" | "ascii";

/** Where a value stands. A driver's register table is made of such rows, and so is a layout of one's own. */
export interface LayoutRow {
  readonly at: number;
  readonly type: ValueType;
  /** Words of a text. */
  readonly length?: number;
  readonly scale?: number;
  /** Counts that say "no value". */
  readonly missing?: number | bigint | readonly (number | bigint)[];
  readonly wordOrder?: WordOrder;
}

export interface Layout<N extends string = string> {
  readonly rows: Readonly<Record<N, LayoutRow>>;
  readonly wordOrder: WordOrder;
}

/** Values by name, in the unit of their row. `null`: the device's own way to say that there is none. */
export type LayoutValues<N extends string> = { readonly [K in N]?: number | bigint | string | null };

const widths = { u16: 1, i16: 1, u32: 2, i32: 2, u64: 4, i64: 4, float32: 2, float64: 4 } as const;

export class RegisterStore {
  readonly #words = new Map<number, number>();
  readonly #writable = new Set<number>();

  has(address: number): boolean {
    return this.#words.has(address);
  }

  /** 0 where there is none. */
  word(address: number): number {
    return this.#words.get(address) ?? 0;
  }

  /** As they stand on the wire. */
  words(address: number, count: number): readonly number[] {
    return Array.from({ length: count }, (_, place) => this.word(address + place));
  }

  setWords(address: number, words: readonly number[]): void {
    words.forEach((word, place) => this.#words.set(address + place, word & 0xffff));
  }

  /** Registers that exist and hold nothing of interest; those that have a value keep it. */
  fill(first: number, last: number, word = 0): void {
    for (let address = first; address <= last; address += 1)
      if (!this.#words.has(address)) this.#words.set(address, word);
  }

  /** The registers are gone, as in older firmware. */
  remove(first: number, last = first): void {
    for (let address = first; address <= last; address += 1) this.#words.delete(address);
  }

  /** These registers take writes; they exist from now on. */
  allowWrites(first: number, last = first): void {
    this.fill(first, last);
    for (let address = first; address <= last; address += 1) this.#writable.add(address);
  }

  isWritable(address: number): boolean {
    return this.#writable.has(address);
  }

  /** Sets values of a layout; what is not named stays. */
  put<N extends string>(layout: Layout<N>, values: LayoutValues<N>): void;
  put(layout: Layout, values: LayoutValues<string>): void {
    for (const [name, value] of Object.entries(values)) {
      const row = layout.rows[name];
      if (row && value !== undefined) this.setWords(row.at, wordsOf(row, value, row.wordOrder ?? layout.wordOrder));
    }
  }

  setU16(address: number, value: number): void {
    this.setWords(address, [value]);
  }

  setI16(address: number, value: number): void {
    this.#set("i16", address, value);
  }

  setU32(address: number, value: number, wordOrder: WordOrder = "high-first"): void {
    this.#set("u32", address, value, wordOrder);
  }

  setI32(address: number, value: number, wordOrder: WordOrder = "high-first"): void {
    this.#set("i32", address, value, wordOrder);
  }

  setFloat32(address: number, value: number, wordOrder: WordOrder = "high-first"): void {
    this.#set("float32", address, value, wordOrder);
  }

  setFloat64(address: number, value: number, wordOrder: WordOrder = "high-first"): void {
    this.#set("float64", address, value, wordOrder);
  }

  /** @param length words */
  setText(address: number, length: number, text: string): void {
    this.setWords(address, wordsOf({ at: address, type: "ascii", length }, text, "high-first"));
  }

  #set(type: Exclude<ValueType, "ascii">, at: number, value: number, wordOrder: WordOrder = "high-first"): void {
    this.setWords(at, wordsOf({ at, type }, value, wordOrder));
  }
}

/** The words of a value; what does not fit is cut as a device's own memory would. */
export function wordsOf(
  row: LayoutRow,
  value: number | bigint | string | null,
  wordOrder: WordOrder,
): readonly number[] {
  if (row.type === "ascii") {
    const text = Buffer.alloc((row.length ?? 0) * 2);
    text.write(value === null ? "" : String(value), "latin1");
    return inWords(text);
  }
  const words = inWords(numberBytes(row, row.type, value));
  return wordOrder === "high-first" ? words : words.toReversed();
}

function numberBytes(row: LayoutRow, type: keyof typeof widths, value: number | bigint | string | null): Buffer {
  const bytes = Buffer.alloc(widths[type] * 2);
  const counts = value === null ? noValue(row) : typeof value === "bigint" ? value : Number(value) / (row.scale ?? 1);
  if (type === "float32") bytes.writeFloatBE(Number(counts));
  else if (type === "float64") bytes.writeDoubleBE(Number(counts));
  else {
    const whole = BigInt.asUintN(bytes.length * 8, typeof counts === "bigint" ? counts : BigInt(Math.round(counts)));
    bytes.write(whole.toString(16).padStart(bytes.length * 2, "0"), "hex");
  }
  return bytes;
}

function noValue({ type, missing }: LayoutRow): number | bigint {
  if (type === "float32" || type === "float64") return NaN;
  const sentinel = typeof missing === "object" ? missing[0] : missing;
  if (sentinel === undefined) throw new RangeError(`${type} has no way to say that there is no value`);
  return sentinel;
}

function inWords(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length / 2 }, (_, place) => bytes.readUInt16BE(place * 2));
}
