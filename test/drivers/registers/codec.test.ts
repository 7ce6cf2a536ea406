import fc from "fast-check";
import {
  decode,
  encode,
  type NumberRow,
  type TextRow,
  type WordOrder,
} from "../../../src/drivers/decoding/registers.js";
import { wordsOf } from "../../../src/simulator/servers/modbus/store.js";

const wide = { at: 0, unit: "", range: [-1e30, 1e30] } as const;

test.each<[string, NumberRow, WordOrder, number[], number | null]>([
  ["u16", { ...wide, type: "u16" }, "high-first", [0xffff], 65_535],
  ["i16", { ...wide, type: "i16" }, "high-first", [0xffff], -1],
  ["u32", { ...wide, type: "u32" }, "high-first", [0x0001, 0xe240], 123_456],
  ["u32, low word first", { ...wide, type: "u32" }, "low-first", [0xe240, 0x0001], 123_456],
  ["i32", { ...wide, type: "i32" }, "high-first", [0xffff, 0xff38], -200],
  ["i32, low word first", { ...wide, type: "i32" }, "low-first", [0xff38, 0xffff], -200],
  ["a row's own word order", { ...wide, type: "i32", wordOrder: "low-first" }, "high-first", [0xff38, 0xffff], -200],
  ["u64", { ...wide, type: "u64" }, "high-first", [0, 1, 0, 2], 4_294_967_298],
  ["i64", { ...wide, type: "i64" }, "high-first", [0xffff, 0xffff, 0xffff, 0xfffe], -2],
  ["float32", { ...wide, type: "float32" }, "high-first", [0x4366, 0x199a], 230.1],
  ["float32, low word first", { ...wide, type: "float32" }, "low-first", [0x199a, 0x4366], 230.1],
  ["float64", { ...wide, type: "float64" }, "high-first", [0x4132, 0xd687, 0xe3d7, 0x0a3d], 1_234_567.89],
  [
    "float64, low word first",
    { ...wide, type: "float64" },
    "low-first",
    [0x0a3d, 0xe3d7, 0xd687, 0x4132],
    1_234_567.89,
  ],
  ["a scale leaves no dust", { ...wide, type: "u16", scale: 0.1 }, "high-first", [3], 0.3],
  ["a negative scale", { ...wide, type: "i16", scale: -1 }, "high-first", [5], -5],
  ["the lower end of the range", { ...wide, type: "u16", range: [6, 32] }, "high-first", [6], 6],
  ["the upper end of the range", { ...wide, type: "u16", range: [6, 32] }, "high-first", [32], 32],
  ["below the range", { ...wide, type: "u16", range: [6, 32] }, "high-first", [5], null],
  ["above the range", { ...wide, type: "u16", range: [6, 32] }, "high-first", [33], null],
  ["the range is in the unit", { ...wide, type: "u16", scale: 0.1, range: [0, 32] }, "high-first", [320], 32],
  ["u16 without a value", { ...wide, type: "u16", missing: 0xffff }, "high-first", [0xffff], null],
  ["i16 without a value", { ...wide, type: "i16", missing: -0x8000 }, "high-first", [0x8000], null],
  ["u32 without a value", { ...wide, type: "u32", missing: 0xffff_ffff }, "high-first", [0xffff, 0xffff], null],
  ["i32 without a value", { ...wide, type: "i32", missing: -0x8000_0000 }, "high-first", [0x8000, 0], null],
  [
    "u64 without a value",
    { ...wide, type: "u64", missing: 0xffff_ffff_ffff_ffffn },
    "high-first",
    [0xffff, 0xffff, 0xffff, 0xffff],
    null,
  ],
  ["the sentinel is a count, not a value", { ...wide, type: "u16", scale: 0.1, missing: 10 }, "high-first", [100], 10],
  ["the second of two sentinels", { ...wide, type: "u16", missing: [0, 0xffff] }, "high-first", [0xffff], null],
  ["float32 NaN", { ...wide, type: "float32" }, "high-first", [0x7fc0, 0], null],
  ["float32 infinity", { ...wide, type: "float32" }, "high-first", [0x7f80, 0], null],
  ["float64 NaN", { ...wide, type: "float64" }, "high-first", [0x7ff8, 0, 0, 0], null],
  ["too few words", { ...wide, type: "u32" }, "high-first", [1], null],
  ["too many words", { ...wide, type: "u16" }, "high-first", [1, 2], null],
  ["no words", { ...wide, type: "u16" }, "high-first", [], null],
])("%s", (_what, row, wordOrder, words, value) => expect(decode(row, words, wordOrder)).toBe(value));

const text: TextRow = { at: 0, type: "ascii", length: 4 };

test.each<[string, number[], string | null]>([
  ["as long as its place", [0x4142, 0x4344, 0x4546, 0x4748], "ABCDEFGH"],
  ["ended by a zero", [0x342e, 0x3430, 0x0041, 0x4141], "4.40"],
  ["blanks before it", [0x2020, 0x2020, 0x2041, 0x4243], "ABC"],
  ["nothing but blanks", [0x2020, 0x2020, 0x2020, 0x2020], null],
  ["nothing but zeros", [0, 0, 0, 0], null],
  ["not printable", [0xffff, 0xffff, 0xffff, 0xffff], null],
  ["too short", [0x4142], null],
])("text: %s", (_what, words, value) => expect(decode(text, words, "low-first")).toBe(value));

test.each<[string, NumberRow | TextRow, number | string, WordOrder, number[]]>([
  ["u16", { ...wide, type: "u16" }, 16, "high-first", [16]],
  ["i16", { ...wide, type: "i16" }, -2, "high-first", [0xfffe]],
  ["u32", { ...wide, type: "u32" }, 123_456, "high-first", [0x0001, 0xe240]],
  ["i32, low word first", { ...wide, type: "i32" }, -200, "low-first", [0xff38, 0xffff]],
  ["u64", { ...wide, type: "u64" }, 4_294_967_298, "high-first", [0, 1, 0, 2]],
  ["float32", { ...wide, type: "float32" }, 230.1, "high-first", [0x4366, 0x199a]],
  ["float64", { ...wide, type: "float64" }, 1_234_567.89, "low-first", [0x0a3d, 0xe3d7, 0xd687, 0x4132]],
  ["with a scale", { ...wide, type: "u16", scale: 0.1 }, 6.3, "high-first", [63]],
  ["text, filled up with zeros", text, "ABC", "low-first", [0x4142, 0x4300, 0, 0]],
])("writing %s", (_what, row, value, wordOrder, words) => expect(encode(row, value, wordOrder)).toEqual(words));

test.each<[string, NumberRow | TextRow, number | string]>([
  ["beyond its range", { ...wide, type: "u16", range: [0, 32] }, 33],
  ["below its range", { ...wide, type: "u16", range: [6, 32] }, 5],
  ["not a number", { ...wide, type: "u16" }, NaN],
  ["text for a number", { ...wide, type: "u16" }, "16"],
  ["between two steps", { ...wide, type: "u16" }, 6.5],
  ["wider than its type", { ...wide, type: "u16" }, 65_536],
  ["negative without a sign", { ...wide, type: "u32" }, -1],
  ["what means that there is no value", { ...wide, type: "u16", missing: 0xffff }, 0xffff],
  ["a text that is too long", text, "ABCDEFGHI"],
  ["a text beyond ASCII", text, "Ä"],
  ["a number for a text", text, 7],
])("not written: %s", (_what, row, value) => expect(() => encode(row, value, "high-first")).toThrow(RangeError));

const types = ["u16", "i16", "u32", "i32", "u64", "i64", "float32", "float64"] as const;
const orders = ["high-first", "low-first"] as const;

test("whatever words come, a value is plausible or null", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom(...orders),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 }),
      (type, wordOrder, words) => {
        const value = decode({ ...wide, type, range: [-100, 1_000] }, words, wordOrder);
        expect(value === null || (value >= -100 && value <= 1_000)).toBe(true);
      },
    ),
  );
});

test("what is written reads back, and stands as a virtual device would have it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom(...orders),
      fc.integer({ min: 0, max: 32_767 }),
      (type, wordOrder, value) => {
        const row = { ...wide, type } as const;
        const words = encode(row, value, wordOrder);
        expect(decode(row, words, wordOrder)).toBe(value);
        expect(wordsOf(row, value, wordOrder)).toEqual(words);
      },
    ),
  );
});
