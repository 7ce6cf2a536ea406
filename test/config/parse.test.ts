import fc from "fast-check";
import { parseConfig } from "../../src/config/parse.js";
import { charger, connectedWith, context, drivers, meter } from "./drivers.js";

const parse = (block: unknown) => parseConfig(block, drivers);

/** A valid configuration. */
const valid = { site: { mainFuse: 25 }, meters: [meter()], chargers: [charger()] };

describe("a valid configuration", () => {
  test.each([[undefined], [null], [{}], [{ platform: "EVCharging", name: "EV", _bridge: { port: 1 } }]])(
    "%j configures nothing, is no problem, and says so",
    (block) => {
      const { config, problems, warnings } = parse(block);
      expect({ problems, warnings }).toEqual({
        problems: [],
        warnings: [expect.stringMatching(/^nothing is configured: /)],
      });
      expect(config).toMatchObject({ chargers: [], meters: [] });
    },
  );

  test("every setting has its documented default", () => {
    const { config, problems, warnings } = parse(valid);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect(config).toEqual({
      name: "EV Charging",
      site: { phases: 3, voltage: 230, mainFuse: 25, circuits: [], failsafeCurrent: 0, overloadTolerance: 0 },
      surplus: {
        gridTarget: 0,
        importPenalty: 1,
        minimumRun: 300,
        minimumPause: 300,
        batteryPriority: 100,
        batteryReserve: 100,
      },
      tariff: { cheapHours: [], prices: [] },
      cars: [],
      matter: { evse: false, port: 5_550, outlet: true, plug: true, temperature: true, site: false },
      mqtt: undefined,
      meters: [
        {
          name: "Grid",
          driver: "counter",
          pollInterval: 2,
          measures: ["grid", "pv"],
          brand: "Counters Ltd.",
          model: "Counter",
          connect: expect.any(Function),
        },
      ],
      residualCurrentMonitors: [],
      chargers: [
        {
          name: "Garage",
          driver: "box",
          pollInterval: 5,
          minCurrent: 6,
          maxCurrent: 16,
          phases: "auto",
          phaseRotation: [0, 1, 2],
          mode: "solar",
          priority: 1,
          sessionEnergyLimit: 0,
          targets: [],
          cheapHours: false,
          unknownTags: "allow",
          unpluggedCurrent: 0,
          stopOnUnplug: false,
          brand: "Boxes Inc.",
          model: "Box",
          writable: ["maxAmpere", "allowCharging", "phases"],
          range: { min: 6, max: 32, step: 1 },
          voltageFrom: null,
          address: "192.168.1.36:502",
          connect: expect.any(Function),
        },
      ],
    });
  });

  test("the example of the documentation, as far as there are drivers", () => {
    const { config, problems, warnings } = parseConfig({
      platform: "EVCharging",
      name: "EV Charging",
      site: {
        phases: 3,
        voltage: 230,
        mainFuse: 25,
        circuits: [{ name: "Garage", limit: 32, parent: null, meter: "Garage meter" }],
        failsafeCurrent: 0,
      },
      meters: [
        {
          name: "Grid",
          driver: "shelly-3em",
          measures: ["grid"],
          transport: "mqtt",
          topic: "shellies/shellyem3-AABBCC",
        },
        { name: "Garage meter", driver: "shelly-3em", measures: ["house"], transport: "http", host: "192.168.1.20" },
      ],
      chargers: [
        {
          name: "Garage",
          driver: "go-e",
          host: "192.168.1.36",
          apiVersion: 2,
          pollInterval: 5,
          minCurrent: 6,
          maxCurrent: 16,
          phases: "auto",
          phaseRotation: "L1 L2 L3",
          mode: "solar",
          priority: 1,
          circuit: "Garage",
          sessionEnergyLimit: 0,
        },
      ],
      residualCurrentMonitors: [],
      surplus: {
        gridTarget: 0,
        importPenalty: 1,
        minimumRun: 300,
        minimumPause: 300,
        batteryPriority: 100,
        batteryReserve: 100,
      },
      matter: { evse: false, port: 5_550, outlet: true, plug: true, temperature: true, site: false },
      mqtt: { url: "mqtt://127.0.0.1:1883", topic: "ev-charging" },
      influx: { url: "http://127.0.0.1:8086", database: "ev" },
      web: { port: 0, host: "127.0.0.1" },
    });
    expect(problems).toEqual([]);
    expect(warnings).toEqual(["mqtt.topic: nothing is published there yet", "influx: not served by this version yet"]);
    expect(config).toMatchObject({
      chargers: [{ name: "Garage", brand: "go-e", circuit: "Garage" }],
      meters: [
        { name: "Grid", measures: ["grid"] },
        { name: "Garage meter", measures: ["house"] },
      ],
    });
  });

  test.each([
    ["L1 L2 L3", [0, 1, 2]],
    ["L1 L3 L2", [0, 2, 1]],
    ["L2 L1 L3", [1, 0, 2]],
    ["L2 L3 L1", [1, 2, 0]],
    ["L3 L1 L2", [2, 0, 1]],
    ["L3 L2 L1", [2, 1, 0]],
  ])("rotation %s", (phaseRotation, indexes) => {
    const { config } = parse({ ...valid, chargers: [charger({ phaseRotation })] });
    expect(config?.chargers[0]?.phaseRotation).toEqual(indexes);
  });

  test("times and days are parsed", () => {
    const { config, problems } = parse({
      ...valid,
      chargers: [charger({ targets: [{ days: ["mon", "sun"], time: "07:05", energy: 20 }, { time: "23:59" }] })],
      tariff: {
        cheapHours: [
          { from: "22:00", to: "06:00" },
          { days: ["sat"], from: "00:00", to: "24:00" },
        ],
        prices: [{ start: "2026-11-21T13:00:00+01:00", price: 0.21 }],
      },
    });
    expect(problems).toEqual([]);
    const everyDay = [1, 2, 3, 4, 5, 6, 0];
    expect(config?.chargers[0]?.targets).toEqual([
      { days: [1, 0], time: 425, energy: 20 },
      { days: everyDay, time: 1_439, energy: null },
    ]);
    expect(config?.tariff).toEqual({
      cheapHours: [
        { days: everyDay, from: 1_320, to: 360 },
        { days: [6], from: 0, to: 1_440 },
      ],
      prices: [{ start: Date.parse("2026-11-21T12:00:00Z"), price: 0.21 }],
    });
  });

  test("a connection gets its options, with their defaults", () => {
    const { config } = parse({ ...valid, chargers: [charger({ switchable: false })] });
    config?.chargers[0]?.connect(context);
    expect(connectedWith.pop()).toEqual({ host: "192.168.1.36", port: 502, switchable: false });
    expect(config?.chargers[0]).toMatchObject({ writable: ["maxAmpere", "allowCharging"], phases: "auto" });
    config?.meters[0]?.connect(context);
    expect(connectedWith.pop()).toEqual({ host: "192.168.1.20", transport: "http", measures: ["grid", "pv"] });
  });

  test.each<[what: string, keys: object, expected: object]>([
    ["broker and login of the site", {}, { url: "mqtt://site", username: "u", password: "p" }],
    ["a broker of its own, and not the site's login", { url: "mqtt://own" }, { url: "mqtt://own" }],
    ["a login of its own, without the site's password", { username: "me" }, { url: "mqtt://site", username: "me" }],
  ])("a meter over MQTT takes %s", (_what, keys, expected) => {
    const mqtt = { url: "mqtt://site", username: "u", password: "p" };
    const { config, problems } = parse({ mqtt, meters: [{ ...meter({ transport: "mqtt", ...keys }) }] });
    expect(problems).toEqual([]);
    config?.meters[0]?.connect(context);
    const host = "192.168.1.20";
    expect(connectedWith.pop()).toEqual({ host, transport: "mqtt", measures: ["grid", "pv"], ...expected });
  });

  test("a site with one phase has no phases to switch", () => {
    const { config, problems } = parse({ ...valid, site: { phases: 1, mainFuse: 25 } });
    expect(problems).toEqual([]);
    expect(config?.chargers[0]?.phases).toBe(1);
  });

  test("a charger with several models is named by its driver", () => {
    const { config } = parse({ ...valid, chargers: [charger({ driver: "narrow", minCurrent: 8 })] });
    expect(config?.chargers[0]).toMatchObject({ brand: "Boxes Inc.", model: "narrow" });
  });

  test("two chargers behind one gateway differ in their unit id", () => {
    const chargers = [charger({ unitId: 1 }), charger({ name: "Street", unitId: 2 })];
    expect(parse({ ...valid, chargers }).problems).toEqual([]);
  });
});

test("a length that can't be compared is reported as a problem", () => {
  const unlike: unknown = JSON.parse('{ "length": { "toString": 1, "valueOf": 1 } }');
  expect(parse({ name: unlike }).problems).toEqual([
    { path: "", message: "can't be read: a length in it is no number" },
  ]);
  const { problems } = parse({ ...valid, meters: [{ ...meter(), name: unlike }] });
  expect(problems).toEqual([
    { path: "meters[0]", message: "can't be read: a length in it is no number", device: "meters[0]" },
  ]);
});

test("the parser never throws", () => {
  const keys = fc.constantFrom(
    "site",
    "meters",
    "chargers",
    "mqtt",
    "matter",
    "surplus",
    "residualCurrentMonitors",
    "name",
  );
  const block = fc.dictionary(keys, fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }));
  const device = fc.dictionary(fc.constantFrom("name", "driver", "host", "phases", "__proto__"), fc.anything());
  const withDevices = fc.record({ chargers: fc.array(device), meters: fc.array(device) });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), block, withDevices), (written) => {
      const { config, problems } = parse(written);
      expect(config === null).toBe(problems.some(({ device: name }) => name === undefined));
    }),
    { numRuns: 1000 },
  );
});
