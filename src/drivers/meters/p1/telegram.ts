/** DSMR telegrams: cut out of a stream of bytes, proven whole by their checksum, and read. */

import { perPhase } from "../../../model/phases.js";
import { noQuantities, type Quantities } from "../../../model/readings.js";
import { type Answer, type Field, readField, readFields } from "../../decoding/fields.js";
import { signedLike } from "../../decoding/signs.js";

/** Bytes; a telegram with its messages and its gas meter takes a few thousand. */
export const longestTelegram = 16 * 1024;

/** The Dutch and Belgian meters report kW and kWh, the Austrian ones W and Wh. */
const watts = (key: string): Field => ({
  key: `${key}*kW`,
  unit: "W",
  scale: 1_000,
  range: [0, 1e6],
  or: { key: `${key}*W`, unit: "W", range: [0, 1e6] },
});
const energy = (key: string): Field => ({
  key: `${key}*kWh`,
  unit: "kWh",
  range: [0, 1e9],
  or: { key: `${key}*Wh`, unit: "kWh", scale: 0.001, range: [0, 1e9] },
});
const volts = (key: string): Field => ({ key: `${key}*V`, unit: "V", range: [0, 500] });
/** Whole amperes with most meters, and without a sign. */
const amperes = (key: string): Field => ({ key: `${key}*A`, unit: "A", range: [0, 2_000] });

/** “P1 Companion Standard” 5.0.2, table 6-3; what follows the star is the unit in the telegram. */
const totals = {
  import: watts("1.7.0"),
  export: watts("2.7.0"),
  /** Of meters that report them for all tariffs together. */
  imported: energy("1.8.0"),
  imported1: energy("1.8.1"),
  imported2: energy("1.8.2"),
  exported: energy("2.8.0"),
  exported1: energy("2.8.1"),
  exported2: energy("2.8.2"),
} as const;

const phases = {
  import: perPhase((phase) => watts(`${21 + 20 * phase}.7.0`)),
  export: perPhase((phase) => watts(`${22 + 20 * phase}.7.0`)),
  voltage: perPhase((phase) => volts(`${32 + 20 * phase}.7.0`)),
  current: perPhase((phase) => amperes(`${31 + 20 * phase}.7.0`)),
};

export interface Telegram {
  /** When the meter made it, in ms since 1970 by its own clock; `null`: it does not say. */
  readonly time: number | null;
  /** Import +. `power` is `null` where the telegram does not have it. */
  readonly quantities: Quantities;
}

/** What came out of the stream: a telegram, or why there is none. */
export type Cut = { readonly text: string } | { readonly fault: string };

/** Cuts a stream into telegrams that their checksums prove whole. */
export class TelegramCutter {
  #pending = "";

  /** The whole telegrams that end with these bytes, and what was wrong with others. */
  add(bytes: Buffer): readonly Cut[] {
    this.#pending += bytes.toString("latin1");
    const cuts: Cut[] = [];
    for (;;) {
      const start = this.#pending.indexOf("/");
      this.#pending = start < 0 ? "" : this.#pending.slice(start);
      const end = /\r?\n!(?<checksum>(?:[0-9A-Fa-f]{4})?)\r?\n/.exec(this.#pending);
      if (!end) break;
      const text = this.#pending.slice(0, this.#pending.indexOf("!", end.index) + 1);
      this.#pending = this.#pending.slice(end.index + end[0].length);
      cuts.push(judged(text, end.groups?.["checksum"] ?? ""));
    }
    if (this.#pending.length > longestTelegram) {
      this.#pending = "";
      cuts.push({ fault: `${longestTelegram / 1_024} KiB came without the end of a telegram` });
    }
    return cuts;
  }
}

/** After a telegram that lost its end, the next one is still whole: it begins at the last beginning. */
function judged(text: string, checksum: string): Cut {
  if (checksum === "")
    return { fault: "its telegrams have no checksum (DSMR 2 and 3), so nobody knows whether they are whole" };
  const expected = Number.parseInt(checksum, 16);
  const whole = [text, text.slice(text.lastIndexOf("/"))].find((each) =>
    [crc16(each), crc16X25(each)].includes(expected),
  );
  return whole === undefined ? { fault: "the checksum of a telegram is wrong" } : { text: whole };
}

/** CRC-16 with polynomial 0x8005, reflected, from 0: that of the standard. */
export function crc16(text: string): number {
  return reflectedCrc(text, 0xa001, 0);
}

/** CRC-16/X25, polynomial 0x1021: that of makes which take the one of the optical port (IEC 62056-46). */
export function crc16X25(text: string): number {
  return reflectedCrc(text, 0x8408, 0xffff) ^ 0xffff;
}

function reflectedCrc(text: string, polynomial: number, start: number): number {
  return Buffer.from(text, "latin1").reduce((crc, byte) => {
    let rest = crc ^ byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >> 1) ^ polynomial : rest >> 1;
    return rest;
  }, start);
}

/** Reads a telegram that is whole. */
export function parseTelegram(text: string): Telegram {
  const answer = answerOf(text);
  const total = readFields(totals, answer);
  const one = (field: Field): number | null => readField(field, answer);
  const powers = perPhase((phase) => net(one(phases.import[phase]), one(phases.export[phase])));
  const currents = perPhase((phase) => one(phases.current[phase]));
  return {
    time: timeOf(text),
    quantities: {
      ...noQuantities,
      power: net(total.import, total.export),
      powers,
      currents: signedLike(currents, powers),
      voltages: perPhase((phase) => one(phases.voltage[phase])),
      importEnergy: total.imported ?? added(total.imported1, total.imported2),
      exportEnergy: total.exported ?? added(total.exported1, total.exported2),
    },
  };
}

/** Values of the electricity meter as text, each under its name and unit. */
function answerOf(text: string): Answer {
  const answer = new Map<string, unknown>();
  for (const line of text.split(/\r?\n/)) {
    const { key, value, unit } =
      /^1-\d:(?<key>\d+\.\d+\.\d+)\((?<value>\d+(?:\.\d+)?)\*(?<unit>[A-Za-z]+)\)$/.exec(line)?.groups ?? {};
    if (key !== undefined && unit !== undefined) answer.set(`${key}*${unit}`, value);
  }
  return answer;
}

/** `YYMMDDhhmmss`, then S for summer time or W for winter time, of Central Europe. */
function timeOf(text: string): number | null {
  const found = /^0-0:1\.0\.0\((?<digits>\d{12})(?<season>[SW])\)\r?$/m.exec(text)?.groups;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (
    found?.["digits"]?.match(/\d\d/g) ?? []
  ).map(Number);
  if (!found || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  return Date.UTC(2000 + year, month - 1, day, hour - (found["season"] === "S" ? 2 : 1), minute, second);
}

function net(imported: number | null, exported: number | null): number | null {
  return imported === null || exported === null ? null : Math.round((imported - exported) * 1_000) / 1_000;
}

function added(first: number | null, second: number | null): number | null {
  return first === null || second === null ? null : Math.round((first + second) * 1e6) / 1e6;
}
