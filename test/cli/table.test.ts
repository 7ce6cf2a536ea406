import { padded, table } from "../../src/cli/table.js";

test("a table's columns are as wide as their widest cell, and no line ends with spaces", () => {
  expect(
    table([
      ["name", "power"],
      ["a longer name", ""],
      ["x", "5 W"],
    ]),
  ).toBe("name           power\na longer name\nx              5 W");
});

test("padded cells have the minimum width of a column, and a shorter row stays so", () => {
  expect(padded([["a", "four"], ["b"]], 3)).toEqual([["a  ", "four"], ["b  "]]);
});
