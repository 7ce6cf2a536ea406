import { KnownValues } from "../../src/drivers/push/known-values.js";

type Name = "power" | "current";

test.each([
  [0, 5],
  [99, 5],
  [100, null],
])("a value that is %i ms old, with a lifetime of 100 ms, is %s", (age, value) => {
  const known = new KnownValues<Name>();
  known.add("power", 5, 1_000);
  expect(known.value("power", 1_000 + age, 100)).toBe(value);
  expect(known.value("power", 1_000 + age)).toBe(5);
});

test("a report that makes no sense replaces the value before it, and is a report all the same", () => {
  const known = new KnownValues<Name>();
  known.add("power", 5, 1_000);
  known.add("power", null, 2_000);
  expect(known.value("power", 2_000)).toBeNull();
  expect(known.isNew("power")).toBe(true);
  expect(known.reportedAt("power")).toBe(2_000);
});

test("a burst holds what was reported since the one before ended", () => {
  const known = new KnownValues<Name>();
  known.add("power", 5, 1_000);
  known.endBurst();
  known.add("current", 2, 2_000);
  expect([known.isNew("power"), known.isNew("current")]).toEqual([false, true]);
  expect([known.newValue("power"), known.newValue("current")]).toEqual([null, 2]);
  expect(known.value("power", 2_000)).toBe(5);
});

test("what was never reported, or is forgotten, is unknown", () => {
  const known = new KnownValues<Name>();
  known.add("power", 5, 1_000);
  known.add("current", 2, 1_000);
  known.drop("power");
  expect([known.value("power", 1_000), known.value("current", 1_000)]).toEqual([null, 2]);
  known.forget();
  expect([known.value("current", 1_000), known.reportedAt("current"), known.newValue("current")]).toEqual([
    null,
    null,
    null,
  ]);
});
