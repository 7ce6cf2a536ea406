import type { Config } from "../../src/config/parse.js";
import { parseConfig } from "../../src/config/parse.js";
import { mainFuse } from "../../src/control/settings.js";
import { controlSettings, withPhaseSwitching } from "../../src/site/settings.js";

function configOf(block: object): Config {
  const { config, problems } = parseConfig(block);
  if (config === null || problems.length > 0) throw new Error(JSON.stringify(problems));
  return config;
}

const goE = { name: "Garage", driver: "go-e", host: "192.168.1.36" };
const shelly = (name: string, host: string) => ({ name, driver: "shelly-3em", transport: "http", host });
const grid = shelly("Grid", "192.168.1.40");

function settingsOf(block: object) {
  return controlSettings(configOf(block));
}

test("times become ms", () => {
  const settings = settingsOf({
    site: { overloadTolerance: 60 },
    surplus: { minimumRun: 120, minimumPause: 240, gridTarget: -100, importPenalty: 0.25 },
  });
  expect(settings).toMatchObject({
    overloadTolerance: 60_000,
    minimumRun: 120_000,
    minimumPause: 240_000,
    gridTarget: -100,
    importPenalty: 0.25,
  });
});

test("the battery's thresholds are handed on; without them it comes first and gives nothing", () => {
  const written = { batteryPriority: 40, batteryReserve: 70 };
  expect(settingsOf({ surplus: written })).toMatchObject(written);
  expect(settingsOf({})).toMatchObject({ batteryPriority: 100, batteryReserve: 100 });
});

test("what the house is, is handed on as it is", () => {
  const settings = settingsOf({ site: { phases: 1, voltage: 120, failsafeCurrent: 6 } });
  expect(settings).toMatchObject({ phases: 1, voltage: 120, failsafeCurrent: 6, chargers: [], meters: [] });
});

test("the time zone is the system's, unless another is named", () => {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  expect(settingsOf({})).toMatchObject({ timeZone, powerLimit: null });
  const site = { timeZone: "America/St_Johns", powerLimit: 4_200 };
  expect(settingsOf({ site })).toMatchObject(site);
});

test("prices come in the order of time", () => {
  const prices = [14, 12, 13].map((hour) => ({ start: `2026-11-21T${hour}:00:00Z`, price: hour }));
  const { tariff } = settingsOf({ tariff: { prices, priceLimit: 13 } });
  expect(tariff).toMatchObject({ cheapHours: [], priceLimit: 13 });
  expect(tariff.prices.map(({ price }) => price)).toEqual([12, 13, 14]);
});

test("tags of cars are written as they are compared, and what a car has not of its own is null", () => {
  const full = {
    name: "Leaf",
    tags: ["b"],
    minCurrent: 8,
    maxCurrent: 13,
    sunOnly: false,
    energyLimit: 20,
    minPower: 2_300,
  };
  expect(settingsOf({ cars: [{ name: "Zoe", tags: [" 04a1b2 "] }, full] }).vehicles).toEqual([
    {
      name: "Zoe",
      tags: ["04A1B2"],
      minCurrent: null,
      maxCurrent: null,
      sunOnly: null,
      energyLimit: null,
      minPower: 0,
    },
    { ...full, tags: ["B"] },
  ]);
});

describe("circuits", () => {
  const circuit = (name: string, parent?: string, meter?: string) => ({
    name,
    limit: 16,
    ...(parent === undefined ? {} : { parent }),
    ...(meter === undefined ? {} : { meter }),
  });

  test("without a main fuse and circuits there are none", () => {
    expect(settingsOf({ meters: [grid] }).circuits).toEqual([]);
  });

  test("the main fuse is the root, measured by all meters of the grid", () => {
    const pv = { ...shelly("Roof", "192.168.1.41"), measures: ["pv"] };
    const second = shelly("Grid 2", "192.168.1.42");
    const { circuits } = settingsOf({ site: { mainFuse: 35 }, meters: [grid, pv, second] });
    expect(circuits).toEqual([{ name: mainFuse, limit: 35, parent: null, meters: ["Grid", "Grid 2"] }]);
  });

  test("a main fuse without a meter is guarded by nothing but our own chargers", () => {
    const { circuits } = settingsOf({ site: { mainFuse: 35 } });
    expect(circuits).toEqual([{ name: mainFuse, limit: 35, parent: null, meters: [] }]);
  });

  test("parents come before children, in whatever order they are written", () => {
    const circuits = [circuit("Box", "Carport"), circuit("Carport", "Yard"), circuit("Yard"), circuit("Cellar")];
    const names = settingsOf({ site: { mainFuse: 35, circuits } }).circuits.map(({ name, parent }) => [name, parent]);
    expect(names).toEqual([
      [mainFuse, null],
      ["Yard", mainFuse],
      ["Cellar", mainFuse],
      ["Carport", "Yard"],
      ["Box", "Carport"],
    ]);
  });

  test("without a main fuse, what has no parent is a root of its own", () => {
    const { circuits } = settingsOf({ site: { circuits: [circuit("Yard"), circuit("Carport", "Yard")] } });
    expect(circuits.map(({ name, parent }) => [name, parent])).toEqual([
      ["Yard", null],
      ["Carport", "Yard"],
    ]);
  });

  test("the meter of a circuit serves its circuit only", () => {
    const carport = shelly("Carport meter", "192.168.1.43");
    const settings = settingsOf({
      site: { mainFuse: 35, circuits: [circuit("Carport", undefined, "Carport meter")] },
      meters: [grid, carport],
    });
    expect(settings.meters).toEqual([
      { name: "Grid", measures: ["grid"] },
      { name: "Carport meter", measures: [] },
    ]);
    expect(settings.circuits).toEqual([
      { name: mainFuse, limit: 35, parent: null, meters: ["Grid"] },
      { name: "Carport", limit: 16, parent: mainFuse, meters: ["Carport meter"] },
    ]);
  });
});

describe("chargers", () => {
  const chargerOf = (changes: object, site: object = {}) =>
    settingsOf({ site, chargers: [{ ...goE, ...changes }] }).chargers[0];

  test("as they are by default", () => {
    expect(chargerOf({})).toEqual({
      name: "Garage",
      minCurrent: 6,
      maxCurrent: 16,
      step: 1,
      phases: "auto",
      canSwitchPhases: false,
      rotation: [0, 1, 2],
      mode: "solar",
      priority: 1,
      circuit: null,
      sessionEnergyLimit: 0,
      targets: [],
      cheapHours: false,
      refusesUnknownTags: false,
      plugInHold: null,
      unpluggedCurrent: 0,
      stopOnUnplug: false,
    });
  });

  test.each<[what: string, written: object, settings: object]>([
    ["mode", { mode: "fast" }, { mode: "fast" }],
    ["priority", { priority: 7 }, { priority: 7 }],
    ["energy limit, in kWh", { sessionEnergyLimit: 12.5 }, { sessionEnergyLimit: 12.5 }],
    ["targets", { targets: [{ days: ["fri"], time: "07:00" }] }, { targets: [{ days: [5], time: 420, energy: null }] }],
    ["cheap hours", { cheapHours: true }, { cheapHours: true }],
    ["unknown tags", { unknownTags: "refuse" }, { refusesUnknownTags: true }],
    ["a hold, in ms", { plugInHold: { current: 8, duration: 180 } }, { plugInHold: { current: 8, duration: 180_000 } }],
    ["what no car gets", { unpluggedCurrent: 8 }, { unpluggedCurrent: 8 }],
    ["the stop on unplugging", { stopOnUnplug: true }, { stopOnUnplug: true }],
    ["a minimum between two steps is the upper one", { minCurrent: 6.5 }, { minCurrent: 7 }],
    ["rotation: its L1 hangs on L2 of the house", { phaseRotation: "L2 L3 L1" }, { rotation: [1, 2, 0] }],
    ["limits of their own", { minCurrent: 8, maxCurrent: 13 }, { minCurrent: 8, maxCurrent: 13 }],
    ["phases are switched where the charger says so", { apiVersion: 2 }, { canSwitchPhases: true }],
    ["and not where it can't", { apiVersion: 1 }, { canSwitchPhases: false }],
  ])("%s", (_what, written, settings) => {
    expect(chargerOf(written)).toMatchObject(settings);
  });

  test("no more than the hardware takes", () => {
    const { config } = parseConfig({ chargers: [goE] });
    const [charger] = config?.chargers ?? [];
    if (!config || !charger) throw new Error("this configuration is right");
    const built = { ...charger, minCurrent: 6, maxCurrent: 40, range: { min: 8, max: 32, step: 2 } };
    const settings = controlSettings({ ...config, chargers: [built] });
    expect(settings.chargers[0]).toMatchObject({ minCurrent: 8, maxCurrent: 32, step: 2 });
  });

  test("in a house with one phase there is one to use", () => {
    expect(chargerOf({ apiVersion: 2 }, { phases: 1 })).toMatchObject({ phases: 1 });
  });

  test("the circuit that it hangs on", () => {
    const circuits = [{ name: "Carport", limit: 16 }];
    expect(chargerOf({ circuit: "Carport" }, { circuits })).toMatchObject({ circuit: "Carport" });
  });
});

test("a charger that turned out not to switch phases is planned with those it is on", () => {
  const easee = { driver: "easee", username: "me", password: "secret", chargerId: "EH123456", control: "circuit" };
  const settings = settingsOf({ chargers: [{ ...easee, name: "Garage" }] });
  const found = (canSwitchPhases: boolean) => [{ config: { name: "Garage" }, canSwitchPhases }];
  expect(withPhaseSwitching(settings, found(true))).toBe(settings);
  expect(withPhaseSwitching(settings, found(false)).chargers).toEqual(
    settings.chargers.map((charger) => ({ ...charger, canSwitchPhases: false })),
  );
});
