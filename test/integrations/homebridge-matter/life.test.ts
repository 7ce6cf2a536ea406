import { settle } from "../../support/test-clock.js";
import { FakeSite, reading, view } from "../homekit/support.js";
import { Bench } from "./support.js";

const answering = { reading: reading({ power: 3_700, totalConsumption: 1_234.5, temperature: 21.5 }) };

test("a charger appears with its first answer, and says at once what is true", () => {
  const made = new Bench(new FakeSite(view({ reading: null })));
  made.site.change({});
  expect(made.names).toEqual([]);
  made.site.change(answering);
  expect(made.matter.registered.map(({ displayName, clusters }) => [displayName, clusters])).toEqual([
    [
      "Garage",
      {
        onOff: { onOff: true },
        electricalPowerMeasurement: { activePower: 3_700_000 },
        electricalEnergyMeasurement: { cumulativeEnergyImported: { energy: 1_234_500_000 } },
      },
    ],
    ["Garage Plug", { booleanState: { stateValue: true } }],
    ["Garage Temperature", { temperatureMeasurement: { measuredValue: 2_150 } }],
  ]);
  made.site.change(answering);
  expect(made.names).toHaveLength(3);
});

test("what is not known is not claimed: no temperature, no plug, and null for what is not measured", () => {
  const made = new Bench(new FakeSite(view({ reading: reading({ state: "fault" }) })));
  made.site.change({});
  expect(made.names).toEqual(["Garage"]);
  expect(made.device("Garage").clusters).toMatchObject({
    electricalPowerMeasurement: { activePower: null },
    electricalEnergyMeasurement: { cumulativeEnergyImported: null },
  });
  made.site.report({ state: "disconnected", temperature: 30 });
  expect(made.names).toEqual(["Garage", "Garage Plug", "Garage Temperature"]);
  expect(made.device("Garage Plug").clusters).toEqual({ booleanState: { stateValue: false } });
});

test("devices say who made them, each under a number of its own", () => {
  const made = new Bench(new FakeSite(view(answering), view({ ...answering, name: "Carport" })));
  made.site.change({});
  const { manufacturer, model, deviceType } = made.device("Garage");
  expect([manufacturer, model, deviceType.name]).toEqual(["go-e", "Charger HOME+", "OnOffPlugInUnit"]);
  const numbers = made.matter.registered.map(({ serialNumber }) => serialNumber);
  expect(new Set(numbers).size).toBe(6);
  expect(numbers.every((number) => /^[0-9a-f]{32}$/.test(number))).toBe(true);
});

test("only what is wanted is shown", () => {
  const made = new Bench(new FakeSite(view(answering)), { shown: { outlet: false, temperature: false } });
  made.site.change({});
  expect(made.names).toEqual(["Garage Plug"]);
});

test("after a restart devices are taken up at once, with the values that Homebridge cached", async () => {
  const before = new Bench(new FakeSite(view(answering)));
  before.site.change({});
  const made = new Bench(new FakeSite(view({ reading: null })), { cached: before.cached });
  expect(made.names).toEqual(before.names);
  expect(made.matter.registered.map(({ UUID }) => UUID)).toEqual(before.matter.registered.map(({ UUID }) => UUID));
  expect(made.device("Garage").clusters).toEqual(before.device("Garage").clusters);
  expect(made.device("Garage").handlers).toBeDefined();
  await made.appear();
  made.site.change({});
  expect(made.matter.reported).toEqual([]);
  expect(made.names).toHaveLength(3);
});

test("what is no longer configured or wanted goes; what is silent or configured wrongly stays", async () => {
  const site = () => new FakeSite(view(answering), view({ ...answering, name: "Carport" }));
  const before = new Bench(site());
  before.site.change({});
  const silent = new Bench(new FakeSite(view({ reachable: false, reading: null })), { cached: before.cached });
  expect(silent.matter.unregistered).toEqual(["Carport", "Carport Plug", "Carport Temperature"]);
  const unwanted = new Bench(site(), { cached: before.cached, shown: { plug: false } });
  expect(unwanted.matter.unregistered).toEqual(["Garage Plug", "Carport Plug"]);
  const faulty = new Bench(new FakeSite(view(answering)), { cached: before.cached, faulty: ["Carport"] });
  await settle();
  expect(faulty.matter.unregistered).toEqual([]);
  const carport = before.matter.registered.filter(({ displayName }) => displayName.startsWith("Carport"));
  expect(faulty.matter.reported).toEqual(
    carport.map(({ UUID }) => [UUID, "bridgedDeviceBasicInformation", { reachable: false }]),
  );
});

test("what happens before Homebridge has taken a device up is told afterwards", async () => {
  const made = new Bench(new FakeSite(view(answering)), { shown: { outlet: false, temperature: false } });
  made.matter.takesUp = false;
  await made.appear();
  made.site.report({ state: "disconnected" });
  await settle();
  expect(made.matter.reported).toEqual([]);
  made.matter.takesUp = true;
  made.site.change({});
  await settle();
  expect(made.matter.reported).toEqual([
    ["Garage Plug", "booleanState", { stateValue: false }],
    ["Garage Plug", "bridgedDeviceBasicInformation", { reachable: true }],
  ]);
});

test("a device that Homebridge does not take is told of once, and the others go on", async () => {
  const made = new Bench(new FakeSite(view({ reading: null })));
  const { registerPlatformAccessories } = made.matter;
  made.matter.registerPlatformAccessories = (plugin, platform, accessories) =>
    accessories[0]?.displayName === "Garage"
      ? Promise.reject(new Error("still starting"))
      : registerPlatformAccessories.call(made.matter, plugin, platform, accessories);
  made.site.change(answering);
  await made.appear();
  expect(made.warnings).toEqual(["Garage is not on the Matter bridge: still starting"]);
  expect(made.names).toEqual(["Garage Plug", "Garage Temperature"]);
});

test("stopping ends the subscription and every timer", async () => {
  const made = new Bench(new FakeSite(view(answering)));
  await made.appear();
  made.site.report({ ...answering.reading, power: 5_000, totalConsumption: 1_240 });
  expect(made.clock.pending).toBe(2);
  made.integration.stop();
  expect(made.clock.pending).toBe(0);
  expect(made.site.listeners.size).toBe(0);
});
