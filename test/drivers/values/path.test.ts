import fc from "fast-check";
import { parsePath, valueAt } from "../../../src/drivers/decoding/path.js";
import { extractorsOf, problemsOfNames } from "../../../src/drivers/decoding/values.js";

test.each<[string, (string | number)[]]>([
  ["", []],
  ["power", ["power"]],
  ["ENERGY.Power", ["ENERGY", "Power"]],
  ["a.b[0]", ["a", "b", 0]],
  ["[2].a", [2, "a"]],
  ["a[0][12]", ["a", 0, 12]],
  ['SML["16.7.0"]', ["SML", "16.7.0"]],
  ['["total power"].value', ["total power", "value"]],
  ["em1:0.act_power", ["em1:0", "act_power"]],
])("%j is a path", (text, path) => expect(parsePath(text)).toEqual(path));

test.each([".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[x]", "a]b", "a b", 'a["b]', "[0]a", "a[1.5]"])(
  "%j is none",
  (text) => expect(parsePath(text)).toBeNull(),
);

test.each<[string, unknown, unknown]>([
  ["", 5, 5],
  ["a.b[1]", { a: { b: [1, 2] } }, 2],
  ["a.b[2]", { a: { b: [1, 2] } }, undefined],
  ["a.0", { a: [7] }, undefined],
  ["a[0]", { a: { 0: 7 } }, undefined],
  ["a.length", { a: [7] }, undefined],
  ["a.b", { a: null }, undefined],
  ["a.b", "text", undefined],
  ["toString", {}, undefined],
  ["constructor.name", {}, undefined],
])("%j of %j is %j", (path, json, value) => expect(valueAt(json, parsePath(path) ?? ["no path"])).toEqual(value));

test("what people write never throws, and what is read of any JSON neither", () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (text, json) => {
      const path = parsePath(text);
      if (path !== null) valueAt(json, path);
    }),
  );
});

test.each<[name: string, raw: unknown, scale: number, value: number | null]>([
  ["power", 1_250.5, 1, 1_250.5],
  ["power", "1250.5", 1, 1_250.5],
  ["power", 1.2505, 1_000, 1_250.5],
  ["power", 2_300, -1, -2_300],
  ["pv.power", 5, -1, -5],
  ["power", 2e6, 1, null],
  ["power", "12 W", 1, null],
  ["power", "1,5", 1, null],
  ["power", "", 1, null],
  ["power", null, 1, null],
  ["power", true, 1, null],
  ["power", [5], 1, null],
  ["battery.soc", 101, 1, null],
  ["battery.soc", 0.5, 100, 50],
  ["voltageL1", 2_301, 0.1, 230.1],
  ["voltageL1", -1, 1, null],
  ["currentL2", -6.5, 1, -6.5],
  ["importEnergy", 1_234_567, 0.001, 1_234.567],
])("%s: %j with scale %d is %j", (name, raw, scale, value) =>
  expect(extractorsOf({ [name]: { path: ["v"], scale } })[0]?.extract({ v: raw })).toEqual(value),
);

test.each<[string, object, string[]]>([
  ["good ones", { power: {}, "battery.soc": {} }, []],
  ["none", {}, ["values"]],
  ["unknown ones", { watt: {}, power: {}, "car.power": {} }, ["values.watt", "values.car.power"]],
])("names: %s", (_what, values, paths) =>
  expect(problemsOfNames({ ...values }).map(({ path }) => path)).toEqual(paths),
);
