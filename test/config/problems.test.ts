import { parseConfig } from "../../src/config/parse.js";
import { problemLine } from "../../src/config/problems.js";
import { charger, drivers, meter } from "./drivers.js";

/** All problems, one line each. */
function lines(block: unknown): string[] {
  return parseConfig(block, drivers).problems.map(problemLine);
}

type Row = [written: object, line: string];

const name64 = "a".repeat(64);

describe("the block", () => {
  test.each<[written: unknown, line: string]>([
    ["EVCharging", '"EVCharging" does not fit: it takes a block of settings'],
    [[], "[] does not fit: it takes a block of settings"],
    [[{}], "[…] does not fit: it takes a block of settings"],
    [5n, "5 does not fit: it takes a block of settings"],
    [{ platform: "EvCharging" }, 'platform: "EvCharging" does not fit: it takes "EVCharging"'],
    [{ name: "" }, 'name: "" does not fit: it takes a text of 1 to 256 characters'],
    [{ charger: [] }, 'charger: "charger" is not a known key: did you mean "chargers"?'],
    [
      { zzz: [] },
      'zzz: "zzz" is not a known key: known are "platform", "_bridge", "name", "site", "meters", "chargers", ' +
        '"residualCurrentMonitors", "surplus", "tariff", "cars", "matter", "mqtt", "influx", "web"',
    ],
    [{ chargers: { name: "Garage" } }, "chargers: {…} does not fit: it takes a list"],
    [{ meters: null }, "meters: null does not fit: it takes a list"],
    [{ site: null }, "site: null does not fit: it takes a block of settings"],
  ])("%p", (written, line) => expect(lines(written)).toEqual([line]));
});

describe("site", () => {
  const fuse = "it takes a number from 6 to 1000 A";
  test.each<Row>([
    [{ mainFuse: 0 }, `site.mainFuse: 0 does not fit: ${fuse}`],
    [{ mainFuse: -25 }, `site.mainFuse: -25 does not fit: ${fuse}`],
    [{ mainFuse: "25" }, `site.mainFuse: "25" does not fit: ${fuse}`],
    [{ mainFuse: "63A" }, `site.mainFuse: "63A" does not fit: ${fuse}`],
    [{ mainFuse: 1e9 }, `site.mainFuse: 1000000000 does not fit: ${fuse}`],
    [{ mainFuse: null }, `site.mainFuse: null does not fit: ${fuse}`],
    [{ mainFuse: NaN }, `site.mainFuse: NaN does not fit: ${fuse}`],
    [{ mainfuse: 25 }, 'site.mainfuse: "mainfuse" is not a known key: did you mean "mainFuse"?'],
    [{ maniFuse: 25 }, 'site.maniFuse: "maniFuse" is not a known key: did you mean "mainFuse"?'],
    [{ phases: 2 }, "site.phases: 2 does not fit: it takes 1 or 3"],
    [{ voltage: 400 }, "site.voltage: 400 does not fit: it takes a number from 100 to 260 V"],
    [{ failsafeCurrent: 3 }, "site.failsafeCurrent: 3 does not fit: it takes 0 (pause) or 6 to 80 A"],
    [{ failsafeCurrent: "6" }, 'site.failsafeCurrent: "6" does not fit: it takes a number from 0 to 80 A'],
    [{ failsafeCurrent: 32, mainFuse: 25 }, "site.failsafeCurrent: 32 A is more than site.mainFuse (25 A) carries"],
    [{ overloadTolerance: 301 }, "site.overloadTolerance: 301 does not fit: it takes a number from 0 to 300 s"],
    [{ powerLimit: -1 }, "site.powerLimit: -1 does not fit: it takes a number from 0 to 10000000 W"],
    [{ timeZone: "Berlin" }, 'site.timeZone: "Berlin" does not fit: it takes a time zone like Europe/Berlin'],
    [{ timeZone: "" }, 'site.timeZone: "" does not fit: it takes a time zone like Europe/Berlin'],
    [{ timezone: "UTC" }, 'site.timezone: "timezone" is not a known key: did you mean "timeZone"?'],
    [{ circuits: {} }, "site.circuits: {} does not fit: it takes a list"],
    [{ circuits: ["A"] }, 'site.circuits[0]: "A" does not fit: it takes a block of settings'],
    [{ circuits: [{ name: "A" }] }, "site.circuits[0].limit: missing: it takes a number from 1 to 1000 A"],
    [
      { circuits: [{ name: "A", limit: 16, paren: null }] },
      'site.circuits[0].paren: "paren" is not a known key: did you mean "parent"?',
    ],
    [
      { circuits: [{ name: "A", limit: 16, parent: 5 }] },
      "site.circuits[0].parent: 5 does not fit: it takes a text of 1 to 64 characters or null",
    ],
    [
      {
        circuits: [
          { name: "Garage", limit: 16 },
          { name: "B", limit: 6, parent: "Garaeg" },
        ],
      },
      'site.circuits[1].parent: no circuit is called "Garaeg": did you mean "Garage"?',
    ],
    [
      { mainFuse: 25, circuits: [{ name: "main fuse", limit: 16 }] },
      'site.circuits[0].name: "main fuse" is the one of site.mainFuse: choose another name',
    ],
    [
      { circuits: [{ name: "A", limit: 16, meter: "Gird" }] },
      'site.circuits[0].meter: no meter is called "Gird": did you mean "Grid"?',
    ],
    [
      {
        circuits: [
          { name: "A", limit: 16 },
          { name: "A", limit: 32 },
        ],
      },
      'site.circuits[1].name: "A" is already the name of site.circuits[0]',
    ],
    [
      { circuits: [{ name: "A", limit: 16, parent: "A" }] },
      'site.circuits[0].parent: the circuits feed each other in a ring: "A" < "A"',
    ],
    [
      {
        circuits: [
          { name: "Below", limit: 6, parent: "B" },
          { name: "A", limit: 16, parent: "C" },
          { name: "B", limit: 16, parent: "A" },
          { name: "C", limit: 16, parent: "B" },
        ],
      },
      'site.circuits[1].parent: the circuits feed each other in a ring: "A" < "C" < "B" < "A"',
    ],
  ])("%j", (site, line) => expect(lines({ site, meters: [meter()] })).toEqual([line]));
});

describe("surplus, mqtt, influx, web", () => {
  const influx = "it takes an address like http://192.168.1.10:8086; username and password are keys of their own";
  const broker = "write it like mqtt://192.168.1.10:1883; user name and password stand in options of their own";
  test.each<Row>([
    [
      { surplus: { gridTarget: "0 W" } },
      'surplus.gridTarget: "0 W" does not fit: it takes a number from -100000 to 100000 W',
    ],
    [{ surplus: { importPenalty: -1 } }, "surplus.importPenalty: -1 does not fit: it takes a number from 0 to 100"],
    [{ surplus: { minimumRun: 3601 } }, "surplus.minimumRun: 3601 does not fit: it takes a number from 0 to 3600 s"],
    [
      { surplus: { batteryPriority: 60, batteryReserve: 50 } },
      "surplus.batteryReserve: 50 does not fit: it takes no less than batteryPriority: " +
        "a battery that charges first has nothing to give",
    ],
    [{ surplus: { minimumPause: -1 } }, "surplus.minimumPause: -1 does not fit: it takes a number from 0 to 3600 s"],
    [{ mqtt: {} }, "mqtt.url: missing: it takes a text (for example mqtt://192.168.1.10:1883)"],
    [{ mqtt: { url: "192.168.1.10" } }, `mqtt.url: "192.168.1.10" does not fit: ${broker}`],
    [{ mqtt: { url: "mqtt://me:geheim@host" } }, `mqtt.url: "mqtt://…@host" does not fit: ${broker}`],
    [
      { mqtt: { url: "mqtt://a", topic: "a/#" } },
      'mqtt.topic: "a/#" does not fit: write it without wildcards, blanks, slashes at its ends, and $ at its beginning',
    ],
    [
      { mqtt: { url: "mqtt://a", password: 5 } },
      "mqtt.password: the value given does not fit: it takes a text of 1 to 256 characters",
    ],
    [
      { mqtt: { url: "mqtt://a", pasword: "x" } },
      'mqtt.pasword: "pasword" is not a known key: did you mean "password"?',
    ],
    [{ influx: { url: "http://a" } }, "influx.database: missing: it takes a text of 1 to 256 characters"],
    [
      { influx: { url: "http://a/?token=geheim", database: "ev" } },
      `influx.url: "http://a/?token=…" does not fit: ${influx}`,
    ],
    [{ influx: { url: "http://a:99999", database: "ev" } }, `influx.url: "http://a:99999" does not fit: ${influx}`],
    [{ web: { port: 65536 } }, "web.port: 65536 does not fit: it takes a whole number from 0 to 65535"],
    [{ web: { port: 80.5 } }, "web.port: 80.5 does not fit: it takes a whole number from 0 to 65535"],
  ])("%j", (block, line) => expect(lines(block)).toEqual([line]));
});

describe("a charger", () => {
  const homeKit =
    "HomeKit takes letters, digits, spaces and ' & ! . _ : ; ( ) / , - with a letter or digit at both ends";
  const ofNames = "it takes a text of 1 to 64 characters";
  test.each<Row>([
    [{ driver: "boxx" }, 'chargers[0].driver (Garage): unknown driver "boxx": did you mean "box"?'],
    [{ driver: "easee" }, 'chargers[0].driver (Garage): unknown driver "easee": known are "box", "narrow"'],
    [
      { driver: undefined },
      'chargers[0].driver (Garage): missing: it takes the name of a driver; known are "box", "narrow"',
    ],
    [
      { driver: 5 },
      'chargers[0].driver (Garage): 5 does not fit: it takes the name of a driver; known are "box", "narrow"',
    ],
    [{ host: undefined }, "chargers[0].host (Garage): missing: it takes a text (name or IP address of the device)"],
    [
      { host: "http://192.168.1.36/" },
      'chargers[0].host (Garage): "http://192.168.1.36/" does not fit: write a name or an IP address alone, ' +
        "such as 192.168.1.36: no http://, port, path or blanks",
    ],
    [{ port: 0 }, "chargers[0].port (Garage): 0 does not fit: it takes a whole number from 1 to 65535"],
    [{ switchable: "yes" }, 'chargers[0].switchable (Garage): "yes" does not fit: it takes true or false'],
    [{ token: "geheim" }, "chargers[0].token (Garage): the value given does not fit: it takes digits"],
    [{ hots: "a" }, 'chargers[0].hots (Garage): "hots" is not a known key: did you mean "host"?'],
    [{ maxcurent: 6 }, 'chargers[0].maxcurent (Garage): "maxcurent" is not a known key: did you mean "maxCurrent"?'],
    [{ name: "" }, `chargers[0].name (chargers[0]): "" does not fit: ${ofNames}`],
    [{ name: undefined }, `chargers[0].name (chargers[0]): missing: ${ofNames}`],
    [{ name: `${name64}a` }, `chargers[0].name (chargers[0]): "${"a".repeat(58)}… does not fit: ${ofNames}`],
    [{ name: "Garage!" }, `chargers[0].name (chargers[0]): "Garage!" does not fit: ${homeKit}`],
    [{ name: " Garage" }, `chargers[0].name (chargers[0]): " Garage" does not fit: ${homeKit}`],
    [{ name: "Gar@ge" }, `chargers[0].name (chargers[0]): "Gar@ge" does not fit: ${homeKit}`],
    [{ name: "22 °C" }, `chargers[0].name (chargers[0]): "22 °C" does not fit: ${homeKit}`],
    [{ pollInterval: 0 }, "chargers[0].pollInterval (Garage): 0 does not fit: it takes a number from 1 to 60 s"],
    [
      { pollInterval: 86400 },
      "chargers[0].pollInterval (Garage): 86400 does not fit: it takes a number from 1 to 60 s",
    ],
    [{ minCurrent: 5 }, "chargers[0].minCurrent (Garage): 5 does not fit: it takes a number from 6 to 32 A"],
    [{ minCurrent: "6" }, 'chargers[0].minCurrent (Garage): "6" does not fit: it takes a number from 6 to 32 A'],
    [{ maxCurrent: 81 }, "chargers[0].maxCurrent (Garage): 81 does not fit: it takes a number from 6 to 80 A"],
    [{ minCurrent: 20 }, "chargers[0].minCurrent (Garage): 20 A is above maxCurrent (16 A)"],
    [{ minCurrent: 28, maxCurrent: 32 }, "chargers[0].minCurrent (Garage): 28 A is above site.mainFuse (25 A)"],
    [
      { minCurrent: 12, circuit: "Bay" },
      'chargers[0].minCurrent (Garage): 12 A is above the limit of circuit "Yard" (10 A)',
    ],
    [{ maxCurrent: 40 }, 'chargers[0].maxCurrent (Garage): 40 A is too much: the driver "box" sets 6 to 32 A'],
    [{ driver: "narrow" }, 'chargers[0].minCurrent (Garage): 6 A is too little: the driver "narrow" sets 8 to 20 A'],
    [{ phases: 2 }, 'chargers[0].phases (Garage): 2 does not fit: it takes 1, 3 or "auto"'],
    [
      { phaseRotation: "L1 L1 L3" },
      'chargers[0].phaseRotation (Garage): "L1 L1 L3" does not fit: it takes "L1 L2 L3", "L1 L3 L2", "L2 L1 L3", ' +
        '"L2 L3 L1", "L3 L1 L2" or "L3 L2 L1"',
    ],
    [
      { mode: "sun" },
      'chargers[0].mode (Garage): "sun" does not fit: it takes "off", "fast", "solar", "solar-min" or "scheduled"',
    ],
    [{ priority: 1.5 }, "chargers[0].priority (Garage): 1.5 does not fit: it takes a whole number from 0 to 100"],
    [{ priority: 101 }, "chargers[0].priority (Garage): 101 does not fit: it takes a whole number from 0 to 100"],
    [{ circuit: "Yrad" }, 'chargers[0].circuit (Garage): no circuit is called "Yrad": did you mean "Yard"?'],
    [
      { sessionEnergyLimit: -1 },
      "chargers[0].sessionEnergyLimit (Garage): -1 does not fit: it takes a number from 0 to 1000 kWh",
    ],
  ])("%j", (keys, line) => {
    const circuits = [
      { name: "Yard", limit: 10 },
      { name: "Bay", limit: 16, parent: "Yard" },
    ];
    const site = { mainFuse: 25, circuits };
    expect(lines({ site, meters: [meter()], chargers: [charger(keys)] })).toEqual([line]);
  });

  test("three phases at a site with one", () => {
    expect(lines({ site: { phases: 1 }, chargers: [charger({ phases: 3 })] })).toEqual([
      "chargers[0].phases (Garage): 3 does not fit: site.phases is 1",
    ]);
  });

  test.each([["a"], ["Charger 2"], ["Wallbox (Süd), 11 kW"], ["Anna’s car"], ["車庫"], [name64]])(
    "may be called %s",
    (name) => expect(lines({ chargers: [charger({ name })] })).toEqual([]),
  );
});

describe("a meter", () => {
  const needsBroker =
    "meters[0].url (Grid): missing: MQTT needs a broker; set url here, or mqtt.url once for the whole block";
  test.each<Row>([
    [{ pollInterval: 10 }, "meters[0].pollInterval (Grid): 10 does not fit: it takes a number from 1 to 5 s"],
    [{ measures: [] }, "meters[0].measures (Grid): [] does not fit: it takes a list that is not empty"],
    [{ measures: "grid" }, 'meters[0].measures (Grid): "grid" does not fit: it takes a list that is not empty'],
    [
      { measures: ["grid", "grid"] },
      'meters[0].measures (Grid): ["grid", "grid"] does not fit: it takes each of them once',
    ],
    [
      { measures: ["gird"] },
      'meters[0].measures[0] (Grid): "gird" does not fit: it takes "grid", "pv", "battery" or "house"',
    ],
    [{ host: undefined }, "meters[0].host (Grid): is needed without MQTT"],
    [{ transport: "mqtt" }, needsBroker],
    [
      { minCurrent: 6 },
      expect.stringContaining('meters[0].minCurrent (Grid): "minCurrent" is not a known key: known are'),
    ],
  ])("%j", (keys, line) => expect(lines({ meters: [meter(keys)] })).toEqual([line]));

  test("an option for tests is accepted, checked, and never suggested", () => {
    expect(lines({ meters: [meter({ cloud: "https://127.0.0.1" })] })).toEqual([]);
    expect(lines({ meters: [meter({ cloud: 5 })] })).toEqual([
      "meters[0].cloud (Grid): 5 does not fit: it takes a text",
    ]);
    const [line] = lines({ meters: [meter({ clod: "https://127.0.0.1" })] });
    expect(line).toMatch(/^meters\[0\]\.clod \(Grid\): "clod" is not a known key: known are /);
    expect(line).not.toContain('"cloud"');
  });

  test("a missing option of the transport and a missing broker are both reported", () => {
    const broken = { transport: "mqtt", driver: "shelly-3em", host: undefined };
    expect(parseConfig({ meters: [meter(broken)] }).problems.map(problemLine)).toEqual([
      'meters[0].topic (Grid): is needed for transport "mqtt", such as shellies/shellyem3-AABBCC',
      needsBroker,
    ]);
  });

  test("an invalid broker is reported once", () => {
    const found = lines({ mqtt: { url: "http://a" }, meters: [meter({ transport: "mqtt" })] });
    expect(found).toEqual([expect.stringMatching(/^mqtt\.url: /)]);
  });
});
