import type { MeterRole, Quantities } from "../../../src/model/readings.js";
import { matterName, matterText } from "../../../src/integrations/homebridge-matter/names.js";
import { FakeSite } from "../homekit/support.js";
import { Bench, measured } from "./support.js";

const meter = (name: string, ...measures: MeterRole[]) => ({ name, brand: "Shelly", model: "3EM", measures });
const shown = { site: true };

function site(name: string, reading: object) {
  const made = new FakeSite();
  made.meters = [{ name, reachable: true, reading }];
  return made;
}

test.each<[role: MeterRole, why: string, reported: Partial<Quantities>, clusters: object]>([
  [
    "grid",
    "import is +, and energy counts both ways",
    { power: 500, importEnergy: 10, exportEnergy: 20 },
    {
      electricalPowerMeasurement: { activePower: 500_000 },
      electricalEnergyMeasurement: {
        cumulativeEnergyImported: { energy: 10_000_000 },
        cumulativeEnergyExported: { energy: 20_000_000 },
      },
    },
  ],
  ["pv", "what it delivers is −", { power: 5_000 }, { electricalPowerMeasurement: { activePower: -5_000_000 } }],
  ["pv", "at night it is 0", { power: 0 }, { electricalPowerMeasurement: { activePower: 0 } }],
  ["battery", "charging is +", { power: -800 }, { electricalPowerMeasurement: { activePower: 800_000 } }],
])("%s: %s", (role, _why, reported, clusters) => {
  const made = new Bench(site("Meter", measured(role, reported)), { shown, meters: [meter("Meter", role)] });
  made.site.change({});
  expect(made.names).toEqual(["Meter"]);
  expect(made.device("Meter").clusters).toEqual(clusters);
  expect(made.device("Meter").deviceType.name).toBe("ElectricalSensor");
});

test("a device that measures several things is a meter for each; what the house consumes is their sum, and none", () => {
  const reading = { ...measured("grid", { power: 1 }), ...measured("pv", { power: 2 }), ...measured("house", {}) };
  const battery = measured("battery", { power: 3 });
  const made = new Bench(site("E3DC", { ...reading, ...battery }), {
    shown,
    meters: [meter("E3DC", "grid", "pv", "battery", "house")],
  });
  made.site.change({});
  expect(made.names).toEqual(["E3DC Grid", "E3DC Sun", "E3DC Battery"]);
});

test("meters are shown only to who wants them, and those of circuits to nobody", () => {
  const reading = measured("grid", { power: 1 });
  const meters = [meter("Garage", "grid")];
  const unasked = new Bench(site("Garage", reading), { meters });
  const circuits = [{ name: "Garage", limit: 16, parent: null, meter: "Garage" }];
  const circuit = new Bench(site("Garage", reading), { shown, meters, circuits });
  for (const made of [unasked, circuit]) {
    made.site.change({});
    expect(made.names).toEqual([]);
  }
});

test("a silent meter is not reachable", async () => {
  const made = new Bench(site("Grid", measured("grid", { power: 700 })), { shown, meters: [meter("Grid", "grid")] });
  await made.appear();
  made.site.meters = made.site.meters.map((each) => ({ ...each, reachable: false }));
  made.site.change({});
  expect(made.matter.reported).toEqual([["Grid", "bridgedDeviceBasicInformation", { reachable: false }]]);
});

test.each([
  ["Garage", "", "Garage"],
  ["Garage", "Plug", "Garage Plug"],
  [" Garage ", "", "Garage"],
  ["x".repeat(40), "Temperature", `${"x".repeat(20)} Temperature`],
  ["ü".repeat(40), "", "ü".repeat(16)],
  ["🚗".repeat(9), "", "🚗".repeat(8)],
])("%p with label %p is called %p, in 32 bytes at most", (name, label, expected) => {
  expect(matterName(name, label)).toBe(expected);
});

test.each([
  ["", "Charger"],
  ["AMTRON Charge Control with a very long name", "AMTRON Charge Control with a ver"],
])("model %p is given as %p", (text, expected) => {
  expect(matterText(text, "Charger")).toBe(expected);
});
