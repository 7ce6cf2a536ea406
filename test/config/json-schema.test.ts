import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
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

// Homebridge's form (ng-formworks) takes the kind of input from the type; of several, texts are the widest.
test.each(settingsOf(schemaOf(configSchema())))("$place has a type: without, the page shows nothing", ({ setting }) => {
  const reference = within(setting, ["$ref"]);
  if (reference === undefined) expect(setting).toHaveProperty("type");
  else expect(within(schemaOf(configSchema()), String(reference).split("/").slice(1))).toHaveProperty("type");
});

test("there is no null anywhere: on one, the page shows nothing at all", () => {
  expect(configSchemaText()).not.toMatch(/: null\b/);
});

const lists = settingsOf(schemaOf(configSchema())).filter(
  ({ setting }) => within(setting, ["items", "type"]) === "object",
);

test.each(lists)(
  "the page writes no default into an entry of $place, and no entry that nobody added",
  ({ setting }) => {
    expect(JSON.stringify(within(setting, ["items"]))).not.toContain('"default"');
    expect(within(setting, ["x-schema-form"])).toEqual({ listItems: 0 });
  },
);

test("nothing is a slider, and no box to tick stands in an entry: untouched, it would say no", () => {
  const inputs = settingsOf(schemaOf(configSchema())).map(({ place, setting }) => ({
    place,
    type: within(setting, ["type"]),
    shown: within(setting, ["x-schema-form", "type"]),
  }));
  expect(inputs.filter(({ type, shown }) => type === "integer" && shown !== "number")).toEqual([]);
  expect(
    inputs.filter(({ place, type, shown }) => place.includes("[]") && type === "boolean" && shown !== "select"),
  ).toEqual([]);
});

test("secrets are not shown in clear", () => {
  const secrets = settingsOf(schemaOf(configSchema())).filter(({ place }) => /\.(password|token)$/.test(place));
  expect(secrets.length).toBeGreaterThan(3);
  for (const { setting } of secrets) expect(within(setting, ["x-schema-form"])).toEqual({ type: "password" });
});

test("drivers are chosen by makes and models, modes by words", () => {
  const properties = ["schema", "properties", "chargers", "items", "properties"];
  expect(within(configSchema(), [...properties, "driver", "x-schema-form", "titleMap"])).toContainEqual({
    value: "easee",
    name: "Easee Home, Charge, Charge Lite, Charge Core",
  });
  expect(within(configSchema(), [...properties, "mode", "x-schema-form", "titleMap"])).toEqual(
    expect.arrayContaining([
      { name: "Default: Solar: from the sun only" },
      { value: "fast", name: "Fast: all current that is allowed" },
    ]),
  );
});

test("chargers stand before meters, and both before the house with its circuits", () => {
  const keys = Object.keys(Object(within(configSchema(), ["schema", "properties"])));
  expect(keys.slice(0, 4)).toEqual(["name", "chargers", "meters", "site"]);
});

/** What the page answers, after it has put its question marks in. */
function isShown(kind: "chargers" | "meters", option: readonly string[], entry: object): unknown {
  const place = option.flatMap((key) => ["properties", key]);
  const path = ["schema", "properties", kind, "items", ...place, "condition", "functionBody"];
  const body = String(within(configSchema(), path))
    .replace(/([a-zA-Z_$])(\[)/g, "$1?.[")
    .replace(/([a-zA-Z_$\]])(\.)(?=[a-zA-Z_$[])/g, "$1?.");
  const context = createContext({ model: { [kind]: [{}, entry] }, arrayIndices: [1] });
  return runInContext(`(() => { ${body} })()`, context);
}

test.each<[option: string, entry: object, shown: boolean]>([
  ["host", { driver: "go-e" }, true],
  ["host", { driver: "go-e", transport: "mqtt" }, false],
  ["host", { driver: "go-e", cloud: true }, false],
  ["topic", { driver: "go-e", transport: "mqtt" }, true],
  ["topic", { driver: "go-e" }, false],
  ["token", { driver: "go-e", cloud: true }, true],
  ["token", { driver: "go-e" }, false],
  ["host", { driver: "mennekes" }, true],
  ["host", { driver: "easee" }, false],
  ["host", { driver: "easee", host: "192.168.1.36" }, true],
  ["chargerId", {}, false],
])("the page shows %s of %j: %s", (option, entry, shown) => expect(isShown("chargers", [option], entry)).toBe(shown));

test.each<[name: string, entry: object, shown: boolean]>([
  ["pv.power", { driver: "mqtt" }, false],
  ["pv.power", { driver: "mqtt", measures: ["pv"] }, false],
  ["pv.power", { driver: "mqtt", measures: ["grid", "pv"] }, true],
  ["pv.power", { driver: "mqtt", measures: ["grid", "battery"] }, false],
  ["pv.power", { driver: "mqtt", values: { "pv.power": { topic: "pv" } } }, true],
])("the page shows the value %s of %j: %s", (name, entry, shown) =>
  expect(isShown("meters", ["values", name], entry)).toBe(shown),
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

test("what the page fills in by itself is right, and little", () => {
  const filled = new Ajv({ strict: false, useDefaults: true }).compile(schemaOf(configSchema(drivers)));
  const page: Record<string, unknown> = { meters: [meter()], chargers: [charger()] };
  expect(filled(page)).toBe(true);
  expect(page).toEqual({ name: "EV Charging", meters: [meter()], chargers: [charger()] });
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

test("a default that the page does not fill in is shown", () => {
  const topic = within(configSchema(), ["schema", "properties", "mqtt", "properties", "topic"]);
  expect(topic).toMatchObject({ placeholder: "ev-charging" });
});

test.each([
  ["host", '["box","narrow"]'],
  ["length", '["narrow"]'],
])("the page shows %s for the drivers that have it", (option, names) => {
  const path = ["schema", "properties", "chargers", "items", "properties", option, "condition"];
  expect(within(configSchema(drivers), [...path, "functionBody"])).toContain(`return ${names}.includes(entry.driver)`);
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
