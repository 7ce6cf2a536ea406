import fc from "fast-check";
import { answerOf, parseNumber, readField, toNumber } from "../../src/drivers/decoding/fields.js";

test.each<[string, number | null]>([
  ["12", 12],
  ["-3.50", -3.5],
  ["+1", 1],
  ["1e3", 1_000],
  ["0", 0],
  ["", null],
  [" ", null],
  [" 1", null],
  ["1 ", null],
  ["nan", null],
  ["NaN", null],
  ["Infinity", null],
  ["1e400", null],
  ["1,5", null],
  ["12 W", null],
  ["0x10", null],
  [".5", null],
  ["5.", null],
  ["1_000", null],
  ["--1", null],
  ["null", null],
  ["true", null],
  ["[1]", null],
])("the text %j is the number %s", (text, expected) => expect(parseNumber(text)).toBe(expected));

test.each([[null], [undefined], [true], [[1]], [{}], [NaN], [Infinity]])("%p is no number", (raw) =>
  expect(toNumber(raw)).toBeNull(),
);

test("what a program prints as a number is read as that number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseNumber(String(value))).toBe(value + 0);
    }),
  );
});

const power = { key: "nrg", at: 2, unit: "W", scale: 0.1, range: [-10, 10] } as const;

test.each<[why: string, json: unknown, expected: number | null]>([
  ["scaled without dust", { nrg: [0, 0, 3] }, 0.3],
  ["at its upper bound", { nrg: [0, 0, 100] }, 10],
  ["at its lower bound", { nrg: [0, 0, -100] }, -10],
  ["over its bound", { nrg: [0, 0, 101] }, null],
  ["under its bound", { nrg: [0, 0, -101] }, null],
  ["a list that is too short", { nrg: [0, 0] }, null],
  ["no list", { nrg: "123" }, null],
  ["null in the list", { nrg: [0, 0, null] }, null],
  ["no key", {}, null],
])("%s", (_why, json, expected) => expect(readField(power, answerOf(json) ?? new Map())).toBe(expected));

test("a second place is looked at only where the first is missing", () => {
  const field = { key: "amx", unit: "A", range: [0, 32], or: { key: "amp", unit: "A", range: [0, 32] } } as const;
  expect(readField(field, new Map([["amp", 10]]))).toBe(10);
  expect(
    readField(
      field,
      new Map([
        ["amx", 8],
        ["amp", 10],
      ]),
    ),
  ).toBe(8);
  expect(
    readField(
      field,
      new Map([
        ["amx", 99],
        ["amp", 10],
      ]),
    ),
  ).toBeNull();
});
