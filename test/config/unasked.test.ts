import { parseConfig } from "../../src/config/parse.js";

function lines(block: object): readonly string[] {
  return parseConfig(block).problems.map(({ path, message }) => `${path}: ${message}`);
}

const goE = { name: "Garage", driver: "go-e", host: "192.168.1.36" };
const grid = { name: "Grid", driver: "shelly-3em", transport: "http", host: "192.168.1.21" };

describe("what belongs to another driver", () => {
  test.each<[what: string, block: object]>([
    ["is at that driver's default", { chargers: [{ ...goE, api: "wifi", control: "charger", offlineCurrent: 6 }] }],
    ["is what leaving it out mostly means there", { chargers: [{ ...goE, driver: "openevse", transport: "http" }] }],
    ["is at the default of any of them", { meters: [{ ...grid, unitId: 1, reversed: false, importPositive: true }] }],
    [
      "is a list or a block with nothing in it",
      {
        meters: [
          { ...grid, values: {} },
          { ...grid, name: "B", values: { power: {} } },
        ],
      },
    ],
    ["is an empty text", { chargers: [{ ...goE, chargerId: "" }] }],
  ])("and %s does not stop the device", (_what, block) => {
    const { config, problems } = parseConfig({ site: { mainFuse: 25 }, ...block });
    expect(problems.map(({ message }) => message)).toEqual([]);
    expect(config).not.toBeNull();
  });

  test.each<[block: object, line: string]>([
    [{ chargers: [{ ...goE, api: "rapi" }] }, 'chargers[0].api: "api" is not a known key'],
    [{ meters: [{ ...grid, importPositive: false }] }, 'meters[0].importPositive: "importPositive" is not a known key'],
    [{ meters: [{ ...grid, unknown: "" }] }, 'meters[0].unknown: "unknown" is not a known key'],
  ])("and was written by somebody is told: %j", (block, line) => {
    expect(lines(block)).toEqual([expect.stringContaining(line)]);
  });
});

describe("an entry with nothing in it is none", () => {
  const formerly = { pollInterval: 2, unitId: 1, importPositive: true, blockDischarge: false };

  test.each<[block: object]>([
    [{ meters: [{}] }],
    [{ meters: [null, grid] }],
    [{ meters: [formerly] }],
    [{ chargers: [{ cloud: false, targets: [{}], phases: "auto", cheapHours: false, plugInHold: {} }] }],
    [{ residualCurrentMonitors: [{ port: 502 }, { onAlarm: "stop" }] }],
    [{ cars: [{}, { name: "Zoe", tags: ["04A1"] }, { minPower: 0, sunOnly: false, tags: [] }] }],
    [{ site: { circuits: [{ parent: null }, { name: "Garage", limit: 16 }] } }],
    [{ tariff: { cheapHours: [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }], prices: [null] } }],
    [{ chargers: [{ ...goE, targets: [{ energy: null }, { time: "07:00" }] }] }],
  ])("%j", (block) => {
    expect(lines(block)).toEqual([]);
  });

  test("but the places of the others are counted with it", () => {
    expect(lines({ meters: [{}, { ...grid, host: "a b" }] })).toEqual([expect.stringMatching(/^meters\[1\]\.host: /)]);
    expect(lines({ cars: [{}, { name: "Zoe" }] })).toEqual([expect.stringMatching(/^cars\[1\]\.tags: /)]);
  });

  test("and one in which somebody has begun is told", () => {
    expect(lines({ meters: [{ host: "192.168.1.20" }] })).toEqual([
      expect.stringMatching(/^meters\[0\]\.driver: missing/),
      expect.anything(),
    ]);
    expect(lines({ cars: [{ minPower: 100 }] })).not.toEqual([]);
  });
});

describe("nothing but the platform", () => {
  test.each<[block: object]>([
    [{ platform: "EVCharging" }],
    [{ platform: "EVCharging", name: "EV Charging", matter: { evse: true }, chargers: [{}] }],
  ])("%j says that nothing is configured, and where to go", (block) => {
    expect(parseConfig(block).warnings).toEqual([
      expect.stringMatching(/^nothing is configured: .*settings page.*config\.json/),
    ]);
  });

  test("a device that is wrong is told as such", () => {
    expect(parseConfig({ chargers: [{ name: "Garage" }] }).warnings.join()).not.toContain("nothing is configured");
  });
});

describe("the transport that nobody has named", () => {
  const configured = (device: object) => parseConfig({ mqtt: { url: "mqtt://127.0.0.1" }, ...device }).problems;

  test.each<[what: string, device: object]>([
    ["a host alone: HTTP", { meters: [{ name: "Grid", driver: "shelly-3em", host: "192.168.1.21" }] }],
    ["a topic alone: MQTT", { meters: [{ name: "Grid", driver: "shelly-3em", topic: "shellies/a" }] }],
    ["a topic alone: MQTT", { meters: [{ name: "Grid", driver: "shelly-pro-3em", topic: "shellypro3em-a" }] }],
    ["a topic alone: MQTT", { chargers: [{ name: "Garage", driver: "go-e", topic: "go-eCharger/012345" }] }],
  ])("%s: %j", (_what, device) => expect(configured(device)).toEqual([]));

  test("over MQTT it needs a broker, and over HTTP it needs none", () => {
    const meter = { name: "Grid", driver: "shelly-3em" };
    expect(lines({ meters: [{ ...meter, topic: "shellies/a" }] })).toEqual([
      expect.stringMatching(/^meters\[0\]\.url: missing/),
    ]);
    expect(lines({ meters: [{ ...meter, host: "192.168.1.21" }] })).toEqual([]);
  });
});
