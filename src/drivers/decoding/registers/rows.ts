/** The rows of register tables: address, type, unit, range and access of a value. */

/** Words of each type. Several are in the word order; the bytes of a word are always high first. */
export const widths = { u16: 1, i16: 1, u32: 2, i32: 2, u64: 4, i64: 4, float32: 2, float64: 4 } as const;

export type NumberType = keyof typeof widths;

export type WordOrder = "high-first" | "low-first";

interface RowBase {
  /** Address on the wire, from 0. */
  readonly at: number;
  /**
   * Not every device has it: where it is missing it reads as `null`, and the others are still read. Rows with the same
   * group name are all present or all missing; `true`: a group of its own.
   */
  readonly optional?: true | string;
  /** Where it differs from the table's. */
  readonly wordOrder?: WordOrder;
  /** Document that specifies it, where not the table's. */
  readonly source?: string;
}

/** A number. */
export interface NumberRow extends RowBase {
  readonly type: NumberType;
  /** Unit of the scaled value, for messages. */
  readonly unit: string;
  /** Unit per count. */
  readonly scale?: number;
  /** Plausible values, in the unit; others read as `null`, and are not written. */
  readonly range: readonly [min: number, max: number];
  /** Counts that mean "no value"; for floats besides NaN. */
  readonly missing?: number | bigint | readonly (number | bigint)[];
  /** Function that writes it: 6, for one word, or 16. Absent: read-only. */
  readonly write?: 6 | 16;
}

/** Two characters per word; ends at a zero byte, blanks are trimmed, and an empty text reads as `null`. */
export interface TextRow extends RowBase {
  readonly type: "ascii";
  /** Words */
  readonly length: number;
  /** Function that writes it. Absent: read-only. */
  readonly write?: 16;
}

export type Row = NumberRow | TextRow;

export type Rows = Readonly<Record<string, Row>>;

/** Type of a row's value. */
export type ValueOf<T extends Row> = T extends { readonly type: "ascii" } ? string | null : number | null;

export type Values<R extends Rows> = { readonly [N in keyof R]: ValueOf<R[N]> };

/** Words of a row. */
export function widthOf(row: Row): number {
  return row.type === "ascii" ? row.length : widths[row.type];
}

/** What is invalid about a row; `null`: nothing. */
export function errorInRow(row: Row): string | null {
  const width = widthOf(row);
  if (!Number.isInteger(width) || width < 1) return "it takes no words";
  if (!Number.isInteger(row.at) || row.at < 0 || row.at + width > 0x1_0000) return "its address does not exist";
  if (row.write === 6 && width > 1) return "function 6 writes one word";
  if (row.type === "ascii") return null;
  if (!(row.range[0] <= row.range[1])) return "its range is empty";
  return row.scale === 0 ? "its scale is 0" : null;
}
