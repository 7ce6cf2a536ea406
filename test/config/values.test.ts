/** The options `measures` and `values` of generic meters. */

import { parseConfig } from "../../src/config/parse.js";
import { problemLine } from "../../src/config/problems.js";

const mqtt = { driver: "mqtt", url: "mqtt://127.0.0.1" };
const http = { driver: "http", url: "http://127.0.0.1/" };
const modbus = { driver: "modbus", host: "127.0.0.1" };
const generic = [
  { driver: mqtt, value: { topic: "a" } },
  { driver: http, value: { path: "a" } },
  { driver: modbus, value: { register: 1, type: "u16" } },
];

function lines(driver: object, value: object, names: readonly string[], measures?: readonly string[]): string[] {
  const values = Object.fromEntries(names.map((name) => [name, value]));
  const meter = { name: "Roof", ...driver, values, ...(measures ? { measures } : {}) };
  return parseConfig({ meters: [meter] }).problems.map(problemLine);
}

const stranger = (name: string, role: string) =>
  `meters[0].values.${name} (Roof): "${role}" is not among what the meter measures: add it to measures`;
const silent = (role: string) => `"${role}" has no value: name one "${role}.power", or take it out`;

describe.each(generic)("$driver.driver", ({ driver, value }) => {
  test.each<[what: string, names: string[], measures: string[] | undefined]>([
    ["one role, without its name", ["power"], undefined],
    ["one role, not the grid", ["power", "currentL1"], ["pv"]],
    ["two roles, the first without its name", ["power", "battery.power", "battery.soc"], ["grid", "battery"]],
    ["two roles, both named", ["pv.power", "battery.power"], ["battery", "pv"]],
  ])("takes %s", (_what, names, measures) => expect(lines(driver, value, names, measures)).toEqual([]));

  test.each<[names: string[], measures: string[] | undefined, problems: string[]]>([
    [["pv.power"], undefined, [stranger("pv.power", "pv"), `meters[0].measures (Roof): ${silent("grid")}`]],
    [["power", "pv.power"], ["grid"], [stranger("pv.power", "pv")]],
    [["power"], ["grid", "pv"], [`meters[0].measures (Roof): ["grid", "pv"] does not fit: ${silent("pv")}`]],
    [
      ["grid.power"],
      ["pv"],
      [stranger("grid.power", "grid"), `meters[0].measures (Roof): ["pv"] does not fit: ${silent("pv")}`],
    ],
  ])("refuses %j for a meter that measures %j", (names, measures, problems) =>
    expect(lines(driver, value, names, measures)).toEqual(problems),
  );
});

test("an invalid name is reported with its path", () => {
  expect(lines(http, { path: "a" }, ["pv.watts"], ["pv"])[0]).toContain(
    "meters[0].values.pv.watts (Roof): is no value",
  );
});
