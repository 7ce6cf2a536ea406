/** Register tables of Modbus devices, one row per value, and how they are read and written. */

import { DeviceError } from "../../model/errors.js";
import { ModbusException, type ModbusRegisters } from "../../transport/modbus.js";
import { decode, encode } from "./registers/codec.js";
import { type Block, planBlocks } from "./registers/plan.js";
import { errorInRow, type Rows, type Values, widthOf, type WordOrder } from "./registers/rows.js";

export { decode, encode } from "./registers/codec.js";
export type { Block } from "./registers/plan.js";
export { widthOf, widths } from "./registers/rows.js";
export type { NumberRow, NumberType, Row, Rows, TextRow, Values, WordOrder } from "./registers/rows.js";

/** Most words that one request reads (Modbus Application Protocol V1.1b3, 6.3). */
const mostWords = 125;
/** Consecutive times that a device has to close the connection at an optional block before that counts as missing. */
const hangUps = 2;

export interface TableOptions {
  readonly table: "holding" | "input";
  readonly wordOrder: WordOrder;
  /** Maximum words per request, 1–125. Absent: 125. */
  readonly maxRead?: number;
  /** Maximum unused words between two values in one request. Absent: none. Optional rows are never read as a gap. */
  readonly gap?: number;
  /** Words that must not be read, first and last. */
  readonly forbidden?: readonly (readonly [first: number, last: number])[];
  /**
   * What is optional may be missing row by row: where a device refuses a request for several rows, each of them is
   * read alone from then on. Left out: rows of one name are there together or not at all.
   */
  readonly splits?: boolean;
  /** Document that specifies the rows. */
  readonly source?: string;
}

export interface RegisterTable<R extends Rows = Rows> {
  readonly rows: R;
  readonly table: "holding" | "input";
  readonly wordOrder: WordOrder;
  readonly splits: boolean;
  /** Requests that read the whole table. */
  readonly blocks: readonly Block[];
  /** Requests that read these rows. */
  plan(names: readonly string[]): readonly Block[];
}

/** Declares a table. @throws RangeError for an invalid row */
export function defineRegisters<const R extends Rows>(
  rows: R,
  { table, wordOrder, maxRead = mostWords, gap = 0, forbidden = [], splits = false }: TableOptions,
): RegisterTable<R> {
  if (!(maxRead >= 1 && maxRead <= mostWords)) throw new RangeError(`maxRead is not within 1 to ${mostWords}`);
  for (const [name, row] of Object.entries(rows)) {
    const fault =
      errorInRow(row) ??
      (widthOf(row) > maxRead ? "no request is long enough for it" : null) ??
      (table === "input" && row.write !== undefined ? "input registers are not written" : null);
    if (fault !== null) throw new RangeError(`Register ${name} at ${row.at}: ${fault}`);
  }
  const plan = (names: readonly string[]) => planBlocks(rows, names, { maxRead, gap, forbidden });
  return { rows, table, wordOrder, splits, blocks: plan(Object.keys(rows)), plan };
}

/** Reads all values of the table, or some. Rejects with DeviceError when a mandatory one can't be read. */
export function readRegisters<R extends Rows>(modbus: ModbusRegisters, table: RegisterTable<R>): Promise<Values<R>>;
export function readRegisters<R extends Rows, N extends keyof R & string>(
  modbus: ModbusRegisters,
  table: RegisterTable<R>,
  names: readonly N[],
): Promise<Pick<Values<R>, N>>;
export async function readRegisters(
  modbus: ModbusRegisters,
  table: RegisterTable,
  names?: readonly string[],
): Promise<Values<Rows>> {
  const blocks = names === undefined ? table.blocks : table.plan(names);
  return readBlocks(modbus, table, { blocks, strikes: new Map() });
}

/** Reads one table repeatedly. */
export interface RegisterReader<R extends Rows = Rows> {
  read(): Promise<Values<R>>;
}

/**
 * Like `readRegisters`, but remembers which optional registers the device does not have, and does not request them
 * again: some devices close the connection at unknown registers.
 */
export function registerReader<R extends Rows>(modbus: ModbusRegisters, table: RegisterTable<R>): RegisterReader<R>;
export function registerReader(modbus: ModbusRegisters, table: RegisterTable): RegisterReader {
  const plan: Plan = { blocks: table.blocks, strikes: new Map() };
  return { read: () => readBlocks(modbus, table, plan) };
}

/**
 * Writes one value with the function that its row specifies. Resolves once the device has confirmed it, which does not
 * prove an effect. Rejects with DeviceError, also for a value that is invalid for the row.
 */
export async function writeRow<R extends Rows, N extends keyof R & string>(
  modbus: ModbusRegisters,
  { rows, wordOrder }: RegisterTable<R>,
  name: N,
  value: number | string,
): Promise<void> {
  const row = rows[name];
  if (row?.write === undefined) throw unwritable(modbus.device, `${name} can only be read`);
  const words = wordsFor(modbus.device, name, () => encode(row, value, wordOrder));
  const [word] = words;
  if (row.write === 6 && word !== undefined) await modbus.writeRegister(row.at, word);
  else await modbus.writeRegisters(row.at, words);
}

function wordsFor(device: string, name: string, encoded: () => readonly number[]): readonly number[] {
  try {
    return encoded();
  } catch (error) {
    if (error instanceof RangeError) throw unwritable(device, `${name} can't be set: ${error.message}`);
    throw error;
  }
}

function unwritable(device: string, what: string): DeviceError {
  return new DeviceError({ code: "unsupported", device, what, advice: "Choose a value that the device takes" });
}

/** What was learnt of a device. */
interface Plan {
  blocks: readonly Block[];
  /** How often in a row each optional block has failed; `Infinity`: the device does not have it. */
  readonly strikes: Map<Block, number>;
}

async function readBlocks(modbus: ModbusRegisters, table: RegisterTable, plan: Plan): Promise<Values<Rows>> {
  const { strikes } = plan;
  const values = new Map<string, number | string | null>();
  const waiting = [...plan.blocks];
  const read: Block[] = [];
  let disturbed = false;
  for (let block = waiting.shift(); block !== undefined; block = waiting.shift()) {
    const skipped: boolean = disturbed || (strikes.get(block) ?? 0) >= hangUps;
    const words: readonly number[] | null | "disturbed" = skipped
      ? null
      : await readBlock(modbus, table, block, strikes);
    disturbed ||= words === "disturbed";
    if (table.splits && block.names.length > 1 && strikes.get(block) === Infinity) {
      waiting.unshift(...block.names.flatMap((name) => table.plan([name])));
      continue;
    }
    read.push(block);
    for (const name of block.names) {
      const row = table.rows[name];
      if (!row) continue;
      const at = row.at - block.at;
      const found = words === null || words === "disturbed" ? [] : words.slice(at, at + widthOf(row));
      values.set(name, decode(row, found, table.wordOrder));
    }
  }
  plan.blocks = read;
  return Object.fromEntries(values);
}

/** `null`: the device does not have the block · "disturbed": the connection was lost, and the rest is not requested. */
async function readBlock(
  modbus: ModbusRegisters,
  { table }: RegisterTable,
  block: Block,
  strikes: Map<Block, number>,
): Promise<readonly number[] | null | "disturbed"> {
  const { at, count, optional } = block;
  try {
    const words = await (table === "holding" ? modbus.readHolding(at, count) : modbus.readInput(at, count));
    strikes.delete(block);
    return words;
  } catch (error) {
    if (!optional || !(error instanceof DeviceError)) throw error;
    if (error.cause instanceof ModbusException) {
      if (error.code !== "unreachable") strikes.set(block, Infinity);
      return null;
    }
    strikes.set(block, (strikes.get(block) ?? 0) + 1);
    return "disturbed";
  }
}
