/** The language of register tables: what a row says about a value. */

/** Words that each type takes. Several follow the word order; the bytes of a word are always high first. */
export const widths = { u16: 1, i16: 1, u32: 2, i32: 2, u64: 4, i64: 4, float32: 2, float64: 4 } as const;

export type NumberType = keyof typeof widths;

export type WordOrder = "high-first" | "low-first";

interface RowBase {
  /** Address on the wire, from 0. */
  readonly at: number;
  /**
   * Not every device has it: what is missing is `null`, and does not spoil the rest. Rows of one name are there
   * together or not at all; `true`: it stands for itself.
   */
  readonly optional?: true | string;
  /** Where it differs from the table's. */
  readonly wordOrder?: WordOrder;
  /** Where it is from, when not from the table's source. */
  readonly source?: string;
}

/** A number. */
export interface NumberRow extends RowBase {
  readonly type: NumberType;
  /** For people; the value is in this unit once scaled. */
  readonly unit: string;
  /** What one count is worth in the unit. */
  readonly scale?: number;
  /** Plausible values, in the unit; what is outside reads as `null`, and is not written. */
  readonly range: readonly [min: number, max: number];
  /** Counts that mean "no value". A float has NaN for it anyway. */
  readonly missing?: number | bigint | readonly (number | bigint)[];
  /** Function that writes it: 6, for one word, or 16. Absent: it is only read. */
  readonly write?: 6 | 16;
}

/** Two characters in each word; a zero byte ends it, blanks around it are no part of it, and nothing is `null`. */
export interface TextRow extends RowBase {
  readonly type: "ascii";
  /** Words */
  readonly length: number;
  /** Function that writes it. Absent: it is only read. */
  readonly write?: 16;
}

export type Row = NumberRow | TextRow;

export type Rows = Readonly<Record<string, Row>>;

/** What a row reads as. */
export type ValueOf<T extends Row> = T extends { readonly type: "ascii" } ? string | null : number | null;

export type Values<R extends Rows> = { readonly [N in keyof R]: ValueOf<R[N]> };

/** Words that a row takes. */
export function widthOf(row: Row): number {
  return row.type === "ascii" ? row.length : widths[row.type];
}

/** What can't be right about a row; `null`: nothing. */
export function faultOf(row: Row): string | null {
  const width = widthOf(row);
  if (!Number.isInteger(width) || width < 1) return "it takes no words";
  if (!Number.isInteger(row.at) || row.at < 0 || row.at + width > 0x1_0000) return "its address does not exist";
  if (row.write === 6 && width > 1) return "function 6 writes one word";
  if (row.type === "ascii") return null;
  if (!(row.range[0] <= row.range[1])) return "its range is empty";
  return row.scale === 0 ? "its scale is 0" : null;
}
