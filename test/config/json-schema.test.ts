import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { configSchema, configSchemaText } from "../../src/config/json-schema.js";
import { installedDrivers, parseConfig } from "../../src/config/parse.js";
import { isBlock } from "../../src/config/problems.js";
import { chargerSettings, meterSettings } from "../../src/config/device-settings.js";
import { optionsOf } from "../../src/drivers/options/schema.js";
import { charger, drivers, meter } from "./drivers.js";

/** Without Homebridge's own keywords (`condition`), which JSON Schema does not define. */
const ajv = new Ajv({ strict: false, allErrors: true });

function schemaOf(wrapper: Record<string, unknown>): object {
  const { schema } = wrapper;
  if (typeof schema !== "object" || schema === null) throw new Error("no schema");
  return schema;
}

function within(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((outer, key) => (isBlock(outer) ? outer[key] : undefined), value);
}

test("the file in the package is up to date", () => {
  const committed = readFileSync(new URL("../../config.schema.json", import.meta.url), "utf8");
  expect(committed).toBe(configSchemaText()); // else: npm run build && npm run schema
});

test("Homebridge's wrapper", () => {
  expect(configSchema()).toMatchObject({
    pluginAlias: "EVCharging",
    pluginType: "platform",
    singular: true,
    strictValidation: false,
    headerDisplay: expect.any(String),
    schema: { type: "object", properties: { name: { type: "string", default: "EV Charging" } } },
  });
});

test("it is Draft 7, and without keywords of our own", () => {
  const schema = schemaOf(configSchema());
  expect(ajv.validateSchema(schema)).toBe(true);
  expect(JSON.stringify(schema)).not.toMatch(/"unit"|\$schema/);
});

/** All settings of the page, by their path. */
function settingsOf(schema: unknown, place = ""): { place: string; setting: unknown }[] {
  const properties = within(schema, ["properties"]);
  const own = isBlock(properties) ? Object.entries(properties) : [];
  const items = within(schema, ["items"]);
  return [
    ...own.flatMap(([key, setting]) => [
      { place: `${place}.${key}`, setting },
      ...settingsOf(setting, `${place}.${key}`),
    ]),
    ...(items === undefined ? [] : settingsOf(items, `${place}[]`)),
  ];
}

// Homebridge's form (angular6-json-schema-form) takes the kind of input from the type; of several, texts are the widest.
test.each(settingsOf(schemaOf(configSchema())))(
  "$place has a type: without one, the page shows nothing",
  ({ setting }) => expect(setting).toHaveProperty("type"),
);

// It writes a text that is a number as a number where numbers are allowed: a choice of both comes back as it was.
test("a choice of numbers and texts has both types, so that the page writes numbers as such", () => {
  const path = ["schema", "properties", "chargers", "items", "properties", "phases"];
  expect(within(configSchema(), path)).toMatchObject({ type: ["number", "string"], enum: [1, 3, "auto"] });
});

test("a number or a text keeps the rules of each", () => {
  const path = ["schema", "properties", "chargers", "items", "properties", "voltage"];
  const voltage = within(configSchema(), path);
  expect(voltage).toMatchObject({ type: ["number", "string"] });
  const takes = ajv.compile(isBlock(voltage) ? voltage : {});
  expect([1, 500, "Grid"].map((value) => takes(value))).toEqual([true, true, true]);
  expect([0, 501, "", null].map((value) => takes(value))).toEqual([false, false, false, false]);
});

const validate = ajv.compile(schemaOf(configSchema(drivers)));

describe("the page and the parser agree", () => {
  const blocks: [ok: boolean, block: object][] = [
    [true, {}],
    [true, { name: "EV", platform: "EVCharging", _bridge: {} }],
    [false, { name: 5 }],
    [true, { site: { mainFuse: 25, phases: 1 } }],
    [false, { site: { mainFuse: 5 } }],
    [false, { site: { mainFuse: "25" } }],
    [false, { site: { phases: 2 } }],
    [false, { site: { fases: 3 } }],
    ...[0, 6, 80].map((failsafeCurrent): [boolean, object] => [true, { site: { failsafeCurrent } }]),
    ...[-1, 1, 5.9, 81].map((failsafeCurrent): [boolean, object] => [false, { site: { failsafeCurrent } }]),
    [true, { site: { circuits: [{ name: "A", limit: 16 }] } }],
    [true, { site: { circuits: [{ name: "A", limit: 16, parent: null }] } }],
    [false, { site: { circuits: [{ name: "A", limit: 16, parent: 5 }] } }],
    [false, { site: { circuits: [{ name: "A" }] } }],
    [true, { surplus: { importPenalty: 0.25 } }],
    [false, { surplus: { minimumRun: -1 } }],
    [true, { matter: {} }],
    [true, { matter: { evse: true, port: 5_550, outlet: false, plug: false, temperature: false, site: true } }],
    [false, { matter: { evse: "yes" } }],
    [false, { matter: { port: 80 } }],
    [false, { matter: { bridge: true } }],
    [true, { mqtt: { url: "mqtts://a:8883", username: "u", password: "p" } }],
    [false, { mqtt: {} }],
    [false, { mqtt: { url: "http://a" } }],
    [false, { mqtt: { url: "mqtt://u:p@a" } }],
    [false, { mqtt: { url: "mqtt://a", topic: "a/+" } }],
    [true, { influx: { url: "http://a:8086/", database: "ev" } }],
    [false, { influx: { url: "ftp://a", database: "ev" } }],
    [true, { web: { port: 8080, host: "127.0.0.1" } }],
    [false, { web: { port: "8080" } }],
    [true, { site: { powerLimit: 4200, timeZone: "Europe/Berlin" } }],
    [false, { site: { powerLimit: -1 } }],
    [true, { tariff: { cheapHours: [{ days: ["sat", "sun"], from: "00:00", to: "24:00" }] } }],
    [false, { tariff: { cheapHours: [{ days: ["sat", "sat"], from: "00:00", to: "24:00" }] } }],
    [false, { tariff: { cheapHours: [{ from: "24:00", to: "06:00" }] } }],
    [true, { tariff: { prices: [{ start: "2026-11-21T13:00:00Z", price: -0.02 }], priceLimit: 0.2 } }],
    [false, { tariff: { prices: [{ start: "2026-11-21", price: 0.2 }] } }],
    [true, { cars: [{ name: "Zoe", tags: ["04A1"], minCurrent: 8, maxCurrent: 13, sunOnly: true, minPower: 2300 }] }],
    [false, { cars: [{ name: "Zoe", tags: [] }] }],
    [true, { meters: [], chargers: [] }],
    [false, { chargers: {} }],
  ];
  const chargers: [ok: boolean, keys: object][] = [
    [true, {}],
    [true, { phases: 1 }],
    [true, { phases: 3 }],
    [true, { phases: "auto" }],
    [false, { phases: 2 }],
    [false, { phases: "1" }],
    [true, { phaseRotation: "L3 L2 L1" }],
    [false, { phaseRotation: "L1 L1 L2" }],
    [false, { phaseRotation: [0, 1, 2] }],
    [true, { minCurrent: 6, maxCurrent: 32 }],
    [false, { minCurrent: 5 }],
    [false, { mode: "sun" }],
    [false, { driver: "boxx" }],
    [false, { driver: undefined }],
    [false, { host: undefined }],
    [false, { host: "http://a" }],
    [true, { host: "fe80::1" }],
    [false, { hots: "a" }],
    [false, { name: "Garage!" }],
    [true, { name: "Süd 2" }],
    [false, { priority: 0.5 }],
    [true, { unitId: 255 }],
    [false, { unitId: 256 }],
    [true, { targets: [{ days: ["mon"], time: "07:00", energy: 20 }, { time: "23:59" }] }],
    [false, { targets: [{ days: ["mon"], time: "25:00" }] }],
    [false, { targets: [{ energy: 20 }] }],
    [true, { cheapHours: true, unknownTags: "refuse", stopOnUnplug: true }],
    [true, { plugInHold: { current: 8, duration: 180 }, unpluggedCurrent: 8 }],
    [false, { plugInHold: { current: 8 } }],
    [false, { unpluggedCurrent: 5 }],
  ];
  const meters: [ok: boolean, keys: object][] = [
    [true, {}],
    [true, { measures: ["grid", "battery"] }],
    [false, { measures: [] }],
    [false, { measures: ["grid", "grid"] }],
    [false, { measures: ["gas"] }],
    [false, { pollInterval: 6 }],
    [false, { transport: "serial" }],
  ];
  const samples = [
    ...blocks,
    ...chargers.map(([ok, keys]): [boolean, object] => [ok, { chargers: [charger(keys)] }]),
    ...meters.map(([ok, keys]): [boolean, object] => [ok, { meters: [meter(keys)] }]),
  ];

  test.each(samples)("%s: %j", (ok, block) => {
    const written: unknown = JSON.parse(JSON.stringify(block));
    expect(parseConfig(written, drivers).problems.length === 0).toBe(ok);
    expect(validate(written)).toBe(ok);
  });
});

test("what the page fills in by itself is valid", () => {
  const filled = new Ajv({ strict: false, useDefaults: true }).compile(schemaOf(configSchema(drivers)));
  const page: Record<string, unknown> = { meters: [meter()], chargers: [charger()] };
  expect(filled(page)).toBe(true);
  expect(page).toMatchObject({ name: "EV Charging", site: { phases: 3 }, chargers: [{ minCurrent: 6 }] });
  expect(parseConfig(page, drivers).problems).toEqual([]);
});

test.each([
  ["mqtt", ["schema", "properties", "mqtt"]],
  ["influx", ["schema", "properties", "influx"]],
  ["a circuit", ["schema", "properties", "site", "properties", "circuits", "items"]],
])("the page fills nothing into %s, which has to be complete or absent", (_what, path) => {
  const part = within(configSchema(), path);
  expect(part).toMatchObject({ type: "object", required: expect.any(Array) });
  expect(JSON.stringify(part)).not.toContain('"default"');
});

test("a default that the page does not fill in is in the description", () => {
  const topic = within(configSchema(), ["schema", "properties", "mqtt", "properties", "topic"]);
  expect(topic).toMatchObject({ description: expect.stringMatching(/ Default: ev-charging$/) });
});

test.each([
  ["host", '["box","narrow"]'],
  ["length", '["narrow"]'],
])("the page shows %s for the drivers that have it", (option, names) => {
  const path = ["schema", "properties", "chargers", "items", "properties", option, "condition"];
  expect(within(configSchema(drivers), path)).toEqual({
    functionBody: `return ${names}.includes(model.chargers?.[arrayIndices[arrayIndices.length - 1]]?.driver);`,
  });
});

test("for an option that differs between drivers, the page keeps what they have in common", () => {
  const path = ["schema", "properties", "chargers", "items", "properties"];
  const options = within(configSchema(drivers), path);
  expect(within(options, ["port"])).toMatchObject({ type: "integer", minimum: 1, maximum: 65_535 });
  expect(within(options, ["port"])).not.toHaveProperty("default");
  expect(within(options, ["plug"])).toMatchObject({ enum: ["type1", "type2", "schuko"] });
});

test("an option for tests is not on the page", () => {
  const path = ["schema", "properties", "meters", "items", "properties"];
  expect(Object.keys(Object(within(configSchema(drivers), path)))).toEqual(
    expect.arrayContaining(["transport", "url"]),
  );
  expect(within(configSchema(drivers), path)).not.toHaveProperty("cloud");
  for (const option of ["cloudUrl", "apiUrl", "streamUrl"]) expect(configSchemaText()).not.toContain(option);
});

const everyDriver = [
  ...installedDrivers.chargers.map(({ driver, options }) => ({ driver, options, settings: chargerSettings.shape })),
  ...installedDrivers.meters.map(({ driver, options }) => ({ driver, options, settings: meterSettings.shape })),
];

test.each(everyDriver)("$driver: no option hides a setting that all devices have", ({ options, settings }) => {
  expect(Object.keys(optionsOf(options).shape).filter((option) => Object.hasOwn(settings, option))).toEqual([]);
});

test("the names of drivers of one kind are unique", () => {
  for (const list of [installedDrivers.chargers, installedDrivers.meters]) {
    const names = list.map(({ driver }) => driver);
    expect(new Set(names).size).toBe(names.length);
  }
});
