/** What still starts with an incomplete or invalid configuration, and the warnings about it. */

import { parseConfig } from "../../src/config/parse.js";
import { charger, drivers, meter } from "./drivers.js";

const parse = (block: unknown) => parseConfig(block, drivers);

const valid = { site: { mainFuse: 25 }, meters: [meter()], chargers: [charger()] };

describe("warnings", () => {
  const unguarded = "nothing guards the main fuse: set site.mainFuse";

  test.each<[what: string, block: object, warnings: string[]]>([
    ["no fuse and no charger", { meters: [meter()] }, []],
    ["no fuse", { meters: [meter()], chargers: [charger()] }, [unguarded]],
    [
      "no fuse, two chargers: one warning",
      { meters: [meter()], chargers: [charger(), charger({ name: "Street", host: "b" })] },
      [unguarded],
    ],
    [
      "solar, and no meter",
      { chargers: [charger()] },
      [unguarded, "Garage will stay paused: no meter measures the grid"],
    ],
    [
      "solar-min, and no meter",
      { chargers: [charger({ mode: "solar-min" })] },
      [unguarded, "Garage will stay paused: no meter measures the grid"],
    ],
    ["fast without a fuse needs no meter", { chargers: [charger({ mode: "fast" })] }, [unguarded]],
    [
      "a fuse, and no grid meter",
      {
        site: { mainFuse: 25 },
        meters: [meter({ measures: ["pv"] })],
        chargers: [charger({ mode: "fast" }), charger({ name: "Street", host: "b" })],
      },
      ["Garage, Street will stay paused: no meter measures the grid"],
    ],
    [
      "a failsafe current",
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

describe("what a problem keeps from starting", () => {
  test("an invalid device: only itself", () => {
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

  test("an invalid meter of a circuit is no problem of the site", () => {
    const circuits = [{ name: "Garage", limit: 16, meter: "Roof" }];
    const { config, problems } = parse({ site: { circuits }, meters: [meter({ name: "Roof", host: 5 })] });
    expect(problems.map(({ path }) => path)).toEqual(["meters[0].host"]);
    expect(config?.meters).toEqual([]);
  });

  test.each<[what: string, written: unknown, faulty: string, read: object]>([
    ["an invalid value", { evse: "yes", outlet: false }, "matter.evse", { evse: false, outlet: false }],
    ["a reserved port", { evse: true, port: 80 }, "matter.port", { evse: true, port: 5_550 }],
    ["an unknown key", { evs: true, plug: false }, "matter.evs", { evse: false, plug: false }],
    ["no block", true, "matter", { evse: false, outlet: true }],
  ])("Matter with %s: only that setting", (_what, matter, faulty, read) => {
    const { config, problems, warnings } = parse({ ...valid, matter });
    expect(config?.matter).toMatchObject(read);
    expect(config?.chargers.map(({ name }) => name)).toEqual(["Garage"]);
    expect(problems.map(({ path, device }) => [path, device])).toEqual([[faulty, "Matter"]]);
    expect(warnings).toEqual(parse(valid).warnings);
  });

  test("a problem outside the devices: everything, and all problems are listed", () => {
    const { config, problems, warnings } = parse({
      ...valid,
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
