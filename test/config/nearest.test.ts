import { editDistance, nearest, suggestion } from "../../src/config/nearest.js";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["host", "host", 0],
  ["Host", "host", 0],
  ["hots", "host", 1],
  ["hst", "host", 1],
  ["hosst", "host", 1],
  ["hast", "host", 1],
  ["kitten", "sitting", 3],
])("%s to %s: %i", (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});

test.each([
  ["hots", ["name", "host", "port"], "host"],
  ["maxcurent", ["minCurrent", "maxCurrent"], "maxCurrent"],
  ["sesionEnergiLimt", ["sessionEnergyLimit"], "sessionEnergyLimit"],
  ["xy", ["ab"], null],
  ["colour", ["host", "port"], null],
  ["x", [], null],
  ["y".repeat(10_000), ["host"], null],
])("%s in %j: %s", (written, known, expected) => expect(nearest(written, known)).toBe(expected));

test("without a similar name, all names are listed", () => {
  expect(suggestion("colour", ["host", "port"])).toBe('known are "host", "port"');
});
