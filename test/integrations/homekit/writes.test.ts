import type { ChargerCommand, ChargerMode } from "../../../src/model/commands.js";
import { settle } from "../../support/test-clock.js";
import { bench, find, invalidValue, noResponse, notices, read, reading, write } from "./support.js";

const everything = [
  "maxAmpere",
  "allowCharging",
  "phases",
  "sessionChargeConsumptionLimit",
  "accessState",
  "transaction",
] as const;

test.each<[subtype: string, name: string, value: string | number | boolean, command: ChargerCommand]>([
  ["charger", "On", true, { allowCharging: true }],
  ["charger", "On", false, { allowCharging: false }],
  ["charger", "On", 1, { allowCharging: true }],
  ["charger", "Charging allowed", 0, { allowCharging: false }],
  ["charger", "Maximum current", 10, { maxAmpere: 10 }],
  ["charger", "Maximum current", 0, { maxAmpere: null }],
  ["charger", "Session energy limit", 12.5, { sessionChargeConsumptionLimit: 12.5 }],
  ["charger", "Session energy limit", 0, { sessionChargeConsumptionLimit: 0 }],
  ["charger", "Phases", 1, { phases: 1 }],
  ["charger", "Phases", 3, { phases: 3 }],
  ["charger", "Phases", 0, { phases: "auto" }],
  ["charger", "Mode", "solar-min", { mode: "solar-min" }],
])("%s: %s written %p is a command", async (subtype, name, value, command) => {
  const { accessory, site } = bench({ writable: everything });
  expect(await write(accessory, subtype, name, value)).toBeUndefined();
  expect(site.commands).toEqual([["Garage", command]]);
});

test.each<[mode: ChargerMode, on: boolean, after: ChargerMode, why: string]>([
  ["off", true, "solar", "turned on"],
  ["fast", true, "solar", "turned on"],
  ["solar", true, "solar", "already on"],
  ["solar-min", true, "solar-min", "already on, and stays as it is"],
  ["off", false, "off", "already off: must not start a charger that is off"],
  ["fast", false, "fast", "already off"],
  ["solar", false, "fast", "turned off"],
  ["solar-min", false, "fast", "turned off"],
])("the sun switch takes mode %s, written %p, to %s: %s", async (mode, on, after) => {
  const { accessory, site } = bench({ mode });
  expect(await write(accessory, "solar", "On", on)).toBeUndefined();
  expect(site.commands).toEqual([["Garage", { mode: after }]]);
});

test.each<[name: string, value: string | number | boolean]>([
  ["On", 2],
  ["On", "on"],
  ["Charging allowed", "yes"],
  ["Maximum current", 5],
  ["Maximum current", 17],
  ["Maximum current", Number.NaN],
  ["Session energy limit", -1],
  ["Session energy limit", Number.POSITIVE_INFINITY],
  ["Phases", 2],
  ["Mode", "sun"],
  ["Mode", ""],
  ["Access", ""],
  ["Transaction", 1.5],
  ["Transaction", -2],
])("%s written %p is invalid, and reaches nothing", async (name, value) => {
  const { accessory, site } = bench({ writable: everything });
  expect(await write(accessory, "charger", name, value)).toBe(invalidValue);
  expect(site.commands).toEqual([]);
  expect(site.writes).toEqual([]);
});

test.each<[name: string, written: string | number, channel: string, value: string | number | null]>([
  ["Access", "open", "accessState", "open"],
  ["Transaction", 2, "transaction", 2],
  ["Transaction", 0, "transaction", 0],
  ["Transaction", -1, "transaction", null],
])("%s written %p goes to the charger", async (name, written, channel, value) => {
  const { accessory, site } = bench({ writable: everything });
  expect(await write(accessory, "charger", name, written)).toBeUndefined();
  expect(site.writes).toEqual([["Garage", channel, value]]);
});

test("what the charger takes no writes for cannot be written", () => {
  const { accessory } = bench({ writable: [], reading: reading({ phases: 3, maxAmpere: 10 }) });
  const perms = ["Phases", "Maximum current", "Charging allowed"].map(
    (name) => find(accessory, "charger", name)?.props.perms,
  );
  expect(perms).toEqual(Array(3).fill(["ev", "pr"]));
});

test("a setting that the charger refuses does not respond, and one warning says why", async () => {
  const { accessory, site, warnings } = bench({ writable: everything, reading: reading({ accessState: "open" }) });
  site.answer = () => Promise.reject(new Error("Garage: no answer. Is it on?"));
  expect(await write(accessory, "charger", "Access", "locked")).toBe(noResponse);
  expect(warnings).toEqual(["Garage: no answer. Is it on?"]);
  expect(await read(accessory, "charger", "Access")).toBe("open");
});

test("a setting that takes long is acknowledged, and its failure takes it back", async () => {
  const { accessory, site, warnings, clock } = bench({
    writable: everything,
    reading: reading({ accessState: "open" }),
  });
  let fail: (error: Error) => void = () => undefined;
  site.answer = () => new Promise((_resolve, reject) => (fail = reject));
  const answer = write(accessory, "charger", "Access", "locked");
  await clock.advance(2_500);
  expect(await answer).toBeUndefined();
  expect(await read(accessory, "charger", "Access")).toBe("locked");
  const reported = notices(accessory, "charger", "Access");
  fail(new Error("Garage: no answer. Is it on?"));
  await settle();
  expect(warnings).toHaveLength(1);
  expect(reported).toEqual(["open"]);
  expect(clock.pending).toBe(0);
});

test("a command that the house refuses does not respond, and one warning says why", async () => {
  const { accessory, site, warnings } = bench({ reading: reading({ allowCharging: false }) });
  site.command = () => {
    throw new RangeError("No charger is named Garage");
  };
  expect(await write(accessory, "charger", "On", true)).toBe(noResponse);
  expect(warnings).toEqual(["No charger is named Garage"]);
  expect(await read(accessory, "charger", "On")).toBe(false);
});

test("a charger that the house no longer has does not respond", async () => {
  const { accessory, site } = bench();
  site.chargers = [];
  expect(await write(accessory, "charger", "On", true)).toBe(noResponse);
});

test("a written value is shown while the charger takes it over, without going back and forth", async () => {
  const { accessory, site, clock } = bench({ reading: reading({ allowCharging: false }) });
  await write(accessory, "charger", "On", true);
  const reported = notices(accessory, "charger", "On");
  site.report({ allowCharging: false });
  expect(await read(accessory, "charger", "On")).toBe(true);
  await clock.advance(2_000);
  site.report({ allowCharging: true });
  site.report({ allowCharging: true });
  expect(reported).toEqual([]);
  expect(clock.pending).toBe(0);
  site.report({ allowCharging: false });
  expect(reported).toEqual([false]);
});

test("a wish that is not granted in time gives way to the truth", async () => {
  const { accessory, clock } = bench({ reading: reading({ allowCharging: false }) });
  await write(accessory, "charger", "On", true);
  const reported = notices(accessory, "charger", "On");
  await clock.advance(9_999);
  expect(reported).toEqual([]);
  await clock.advance(1);
  expect(reported).toEqual([false]);
  expect(await read(accessory, "charger", "On")).toBe(false);
});

test.each([
  ["Maximum current", "maxAmpere", 16, { maxAmpere: null }],
  ["Phases", "phases", 3, { phases: "auto" }],
] as const)("%s: 0 lifts what was set, and reads as what is true, not as 0", async (name, channel, truth, command) => {
  const { accessory, site, clock } = bench({
    writable: ["maxAmpere", "phases"],
    reading: reading({ [channel]: truth }),
  });
  expect(await write(accessory, "charger", name, 0)).toBeUndefined();
  expect(site.commands).toEqual([["Garage", command]]);
  expect(await read(accessory, "charger", name)).toBe(truth);
  await clock.advance(1_000);
  expect(find(accessory, "charger", name)?.value).toBe(truth);
});
