import { hourName, hoursOf } from "../../src/cli/hours.js";

const hour = 3_600;

test.each<[why: string, start: number, length: number, names: readonly string[]]>([
  ["a short morning", 7.5, 3, ["8:00", "9:00", "10:00"]],
  ["a summer day", 5, 16.5, ["6:00", "8:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00"]],
  ["all of a day", 0, 24, ["0:00", "3:00", "6:00", "9:00", "12:00", "15:00", "18:00", "21:00", "0:00"]],
  ["over midnight", 22, 4, ["22:00", "23:00", "0:00", "1:00", "2:00"]],
  ["three days", 0, 72, ["0:00", "12:00", "0:00", "12:00", "0:00", "12:00", "0:00"]],
  ["a moment between two hours", 7.5, 0, []],
])("%s", (_why, start, length, names) => {
  expect(hoursOf(start * hour, length * hour).map(hourName)).toEqual(names);
});

test("a week has a label at each midnight", () => {
  expect(hoursOf(6 * hour, 7 * 24 * hour).map((second) => second / 24 / hour)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
