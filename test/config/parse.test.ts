import fc from "fast-check";
import { parseConfig } from "../../src/config/parse.js";
import { charger, connectedWith, context, drivers, meter } from "./drivers.js";

const parse = (block: unknown) => parseConfig(block, drivers);

/** A house in which everything is right. */
const house = { site: { mainFuse: 25 }, meters: [meter()], chargers: [charger()] };

describe("what is right", () => {
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

  test("everything has the default that is documented", () => {
    const { config, problems, warnings } = parse(house);
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

  test("the example of the documentation, as far as there are drivers for it", () => {
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
    const { config } = parse({ ...house, chargers: [charger({ phaseRotation })] });
    expect(config?.chargers[0]?.phaseRotation).toEqual(indexes);
  });

  test("times and days are what they mean", () => {
    const { config, problems } = parse({
      ...house,
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

  test("what connects to a device is given its options, with their defaults", () => {
    const { config } = parse({ ...house, chargers: [charger({ switchable: false })] });
    config?.chargers[0]?.connect(context);
    expect(connectedWith.pop()).toEqual({ host: "192.168.1.36", port: 502, switchable: false });
    expect(config?.chargers[0]).toMatchObject({ writable: ["maxAmpere", "allowCharging"], phases: "auto" });
    config?.meters[0]?.connect(context);
    expect(connectedWith.pop()).toEqual({ host: "192.168.1.20", transport: "http", measures: ["grid", "pv"] });
  });

  test.each<[what: string, keys: object, expected: object]>([
    ["broker and login of the site", {}, { url: "mqtt://site", username: "u", password: "p" }],
    ["a broker of its own, and not the site's login", { url: "mqtt://own" }, { url: "mqtt://own" }],
    ["a login of its own, whole", { username: "me" }, { url: "mqtt://site", username: "me" }],
  ])("a meter over MQTT takes %s", (_what, keys, expected) => {
    const mqtt = { url: "mqtt://site", username: "u", password: "p" };
    const { config, problems } = parse({ mqtt, meters: [{ ...meter({ transport: "mqtt", ...keys }) }] });
    expect(problems).toEqual([]);
    config?.meters[0]?.connect(context);
    const host = "192.168.1.20";
    expect(connectedWith.pop()).toEqual({ host, transport: "mqtt", measures: ["grid", "pv"], ...expected });
  });

  test("a house with one phase leaves nothing to switch", () => {
    const { config, problems } = parse({ ...house, site: { phases: 1, mainFuse: 25 } });
    expect(problems).toEqual([]);
    expect(config?.chargers[0]?.phases).toBe(1);
  });

  test("a charger with several models is called by its driver", () => {
    const { config } = parse({ ...house, chargers: [charger({ driver: "narrow", minCurrent: 8 })] });
    expect(config?.chargers[0]).toMatchObject({ brand: "Boxes Inc.", model: "narrow" });
  });

  test("two chargers behind one gateway differ in their unit", () => {
    const chargers = [charger({ unitId: 1 }), charger({ name: "Street", unitId: 2 })];
    expect(parse({ ...house, chargers }).problems).toEqual([]);
  });
});

describe("warnings", () => {
  const unguarded = "nothing guards the main fuse: set site.mainFuse";

  test.each<[what: string, block: object, warnings: string[]]>([
    ["no fuse, no charger", { meters: [meter()] }, []],
    ["no fuse", { meters: [meter()], chargers: [charger()] }, [unguarded]],
    [
      "no fuse, two chargers: told once",
      { meters: [meter()], chargers: [charger(), charger({ name: "Street", host: "b" })] },
      [unguarded],
    ],
    [
      "sun only, and no meter",
      { chargers: [charger()] },
      [unguarded, "Garage will stay paused: no meter measures the grid"],
    ],
    [
      "the minimum and the sun, and no meter",
      { chargers: [charger({ mode: "solar-min" })] },
      [unguarded, "Garage will stay paused: no meter measures the grid"],
    ],
    ["fast without a fuse needs no meter", { chargers: [charger({ mode: "fast" })] }, [unguarded]],
    [
      "a fuse to guard, and no meter at the grid",
      {
        site: { mainFuse: 25 },
        meters: [meter({ measures: ["pv"] })],
        chargers: [charger({ mode: "fast" }), charger({ name: "Street", host: "b" })],
      },
      ["Garage, Street will stay paused: no meter measures the grid"],
    ],
    [
      "a fail-safe current",
      { site: { mainFuse: 25, failsafeCurrent: 6 }, chargers: [charger()] },
      ["Garage will stay at 6 A (site.failsafeCurrent): no meter measures the grid"],
    ],
    ["a broker for the meters", { meters: [meter()], mqtt: { url: "mqtt://a" } }, []],
    [
      "a topic",
      { meters: [meter()], mqtt: { url: "mqtt://a", topic: "ev" } },
      ["mqtt.topic: nothing is published there yet"],
    ],
    [
      "influx",
      { meters: [meter()], influx: { url: "http://a", database: "ev" } },
      ["influx: not served by this version yet"],
    ],
    ["web", { meters: [meter()], web: { port: 8080 } }, ["web: not served by this version yet"]],
    ["web that is off", { meters: [meter()], web: { port: 0 } }, []],
  ])("%s", (_what, block, warnings) => {
    const parsed = parse(block);
    expect(parsed.problems).toEqual([]);
    expect(parsed.warnings).toEqual(warnings);
  });
});

describe("what a fault keeps from starting", () => {
  test("a wrong device: only itself", () => {
    const { config, problems } = parse({
      site: { mainFuse: 25 },
      meters: [meter(), meter({ name: "Roof", host: 5 }), "?"],
      chargers: [charger({ mode: "sun" }), charger({ name: "Street", host: "street" })],
      residualCurrentMonitors: [{ name: "RCM", driver: "doepke-dctr", host: "192.168.1.40", onAlarm: "stop" }],
    });
    expect(config?.chargers.map(({ name }) => name)).toEqual(["Street"]);
    expect(config?.meters.map(({ name }) => name)).toEqual(["Grid"]);
    expect(problems.map(({ path, device }) => [path, device])).toEqual([
      ["meters[1].host", "Roof"],
      ["meters[2]", "meters[2]"],
      ["chargers[0].mode", "Garage"],
      ["residualCurrentMonitors[0].driver", "RCM"],
    ]);
  });

  test("a circuit whose meter is faulty is no fault of the site", () => {
    const circuits = [{ name: "Garage", limit: 16, meter: "Roof" }];
    const { config, problems } = parse({ site: { circuits }, meters: [meter({ name: "Roof", host: 5 })] });
    expect(problems.map(({ path }) => path)).toEqual(["meters[0].host"]);
    expect(config?.meters).toEqual([]);
  });

  test.each<[what: string, written: unknown, faulty: string, read: object]>([
    ["a wrong value", { evse: "yes", outlet: false }, "matter.evse", { evse: false, outlet: false }],
    ["a port that can't be", { evse: true, port: 80 }, "matter.port", { evse: true, port: 5_550 }],
    ["an unknown key", { evs: true, plug: false }, "matter.evs", { evse: false, plug: false }],
    ["no block at all", true, "matter", { evse: false, outlet: true }],
  ])("Matter with %s: only that setting", (_what, matter, faulty, read) => {
    const { config, problems, warnings } = parse({ ...house, matter });
    expect(config?.matter).toMatchObject(read);
    expect(config?.chargers.map(({ name }) => name)).toEqual(["Garage"]);
    expect(problems.map(({ path, device }) => [path, device])).toEqual([[faulty, "Matter"]]);
    expect(warnings).toEqual(parse(house).warnings);
  });

  test("a fault outside the devices: everything, and all faults are told at once", () => {
    const { config, problems, warnings } = parse({
      ...house,
      site: { mainFuse: "63A", fases: 3, circuits: [{ name: "A" }] },
      chargers: [charger({ mode: "sun", minCurent: 6, phases: 2 })],
      surplus: [],
    });
    expect(config).toBeNull();
    expect(warnings).toEqual([
      "nothing starts: a fault outside the devices leaves nothing that could be guarded safely",
    ]);
    expect(problems.map(({ path, device }) => [path, device])).toEqual([
      ["site.mainFuse", undefined],
      ["site.circuits[0].limit", undefined],
      ["site.fases", undefined],
      ["surplus", undefined],
      ["chargers[0].phases", "Garage"],
      ["chargers[0].mode", "Garage"],
      ["chargers[0].minCurent", "Garage"],
    ]);
  });
});

test("a length that can't be compared is a problem like any other", () => {
  const unlike: unknown = JSON.parse('{ "length": { "toString": 1, "valueOf": 1 } }');
  expect(parse({ name: unlike }).problems).toEqual([
    { path: "", message: "can't be read: a length in it is no number" },
  ]);
  const { problems } = parse({ ...house, meters: [{ ...meter(), name: unlike }] });
  expect(problems).toEqual([
    { path: "meters[0]", message: "can't be read: a length in it is no number", device: "meters[0]" },
  ]);
});

test("whatever is written, the parser answers", () => {
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
