import { jest } from "@jest/globals";
import { firmwareRevision, homeName, identityText } from "../../../src/integrations/homekit/names.js";
import { Bench, bench, characteristic, FakeSite, find, pluginName, read, reading, view } from "./support.js";

const names = (made: Bench) => made.registered.map(({ displayName }) => displayName);

test("every charger is an accessory whose services have names of their own", () => {
  const made = new Bench(new FakeSite(view({ reading: reading({ temperature: 30 }) }), view({ name: "Carport" })));
  made.integration.start();
  expect(names(made)).toEqual(["Garage", "Carport"]);
  const services = made.accessory.services.filter(({ subtype }) => subtype !== undefined);
  const configured = made.api.hap.Characteristic.ConfiguredName;
  expect(services.map((service) => [service.displayName, service.getCharacteristic(configured).value])).toEqual(
    ["Garage", "Garage Plug", "Garage Sun", "Garage Temperature"].map((name) => [name, name]),
  );
  expect(services.filter(({ isPrimaryService }) => isPrimaryService)).toEqual([services[0]]);
});

test("the accessory says who made it", () => {
  const { accessory, api } = bench({ reading: reading({ firmware: "056.2" }) });
  const information = accessory.getService(api.hap.Service.AccessoryInformation);
  const { Manufacturer, Model, SerialNumber, FirmwareRevision } = api.hap.Characteristic;
  expect(
    [Manufacturer, Model, SerialNumber, FirmwareRevision].map((type) => information?.getCharacteristic(type).value),
  ).toEqual(["go-e", "Charger HOME+", "Garage", "56.2"]);
});

test("a cached accessory keeps its UUID and is not registered again", async () => {
  const before = bench({ reading: reading({ temperature: 30, power: 900 }) });
  const made = new Bench(new FakeSite(view({ reading: null })));
  const cached = before.thawed();
  made.integration.restore(cached);
  made.integration.start();
  expect(cached.UUID).toBe(made.api.hap.uuid.generate(`${pluginName}:charger:Garage`));
  expect(made.registered).toEqual([]);
  expect(made.unregistered).toEqual([]);
  expect(cached.services.map(({ subtype }) => subtype)).toEqual(before.accessory.services.map((s) => s.subtype));
  expect(find(cached, "temperature", "Current Temperature")).toBeDefined();
  expect(find(cached, "charger", "Power")).toBeDefined();
  made.site.report({ temperature: 31, power: 1_000 });
  expect(await read(cached, "temperature", "Current Temperature")).toBe(31);
  expect(await read(cached, "charger", "Power")).toBe(1_000);
  expect(made.api.updates).toBe(0);
});

test("a name that was given in Apple Home outlives a restart", () => {
  const before = bench();
  characteristic(before.accessory, "plug", "Configured Name").updateValue("Cable");
  const made = new Bench(new FakeSite(view()));
  const cached = before.thawed();
  made.integration.restore(cached);
  made.integration.start();
  expect(characteristic(cached, "plug", "Configured Name").value).toBe("Cable");
});

test("what an earlier version left in the cache goes", () => {
  const before = bench({ writable: ["phases"], reading: reading({ power: 900 }) });
  const { Service, Characteristic } = before.api.hap;
  before.accessory.addService(new Service.LightSensor("Old", "old"));
  const outlet = before.accessory.getServiceById(Service.Outlet, "charger");
  outlet?.addCharacteristic(
    new Characteristic(
      "Old",
      "EC0000FF-6CEE-41D9-810F-AF3F10CB2E2F",
      characteristic(before.accessory, "charger", "Power").props,
    ),
  );
  const made = new Bench(new FakeSite(view({ writable: [] })));
  const cached = before.thawed();
  made.integration.restore(cached);
  made.integration.start();
  expect(cached.getServiceById(Service.LightSensor, "old")).toBeUndefined();
  expect(find(cached, "charger", "Old")).toBeUndefined();
  expect(find(cached, "charger", "Phases")).toBeUndefined();
  expect(find(cached, "charger", "Power")).toBeDefined();
});

test("limits follow the configuration, and those that are gone are lifted", () => {
  const before = bench({ writable: ["maxAmpere"], reading: reading({ maxAmpere: 10 }) });
  const restarted = (writable: readonly "maxAmpere"[]) => {
    const made = new Bench(
      new FakeSite(view({ writable, current: { min: 6, max: 32, step: 1 }, reading: reading({ maxAmpere: 10 }) })),
    );
    const cached = before.thawed();
    made.integration.restore(cached);
    made.integration.start();
    return characteristic(cached, "charger", "Maximum current").props;
  };
  expect(restarted(["maxAmpere"])).toMatchObject({ maxValue: 32, perms: ["ev", "pr", "pw"] });
  expect(restarted([]).maxValue).toBeUndefined();
  expect(restarted([]).perms).toEqual(["ev", "pr"]);
});

test("the accessory of a charger that is no longer configured goes; that of a silent one stays", () => {
  const before = new Bench(new FakeSite(view(), view({ name: "Carport" })));
  before.integration.start();
  const made = new Bench(new FakeSite(view({ reachable: false, reading: null })));
  before.registered.forEach((accessory) => made.integration.restore(before.thawed(accessory)));
  made.integration.start();
  expect(made.unregistered.map(({ displayName }) => displayName)).toEqual(["Carport"]);
  expect(made.registered).toEqual([]);
});

test("starting twice makes nothing twice", () => {
  const made = bench();
  const services = made.accessory.services.length;
  made.integration.start();
  expect(made.registered).toHaveLength(1);
  expect(made.accessory.services).toHaveLength(services);
  expect(made.site.listeners.size).toBe(1);
});

test("stopping ends the subscription and every timer", async () => {
  const made = bench({ reading: reading({ power: 1_000 }) });
  made.site.report({ power: 2_000 });
  await characteristic(made.accessory, "charger", "On").handleSetRequest(false);
  expect(made.clock.pending).toBe(3); // power, Eve's consumption, and the write that settles
  made.integration.stop();
  expect(made.clock.pending).toBe(0);
  expect(made.site.listeners.size).toBe(0);
});

test("HAP has nothing to complain about", async () => {
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  const made = new Bench(new FakeSite(view({ name: "„Garage“ 🚗" })));
  made.integration.start();
  made.site.report({ power: 1e9, temperature: 400, maxAmpere: 80, error: "x".repeat(300), totalConsumption: 1e7 });
  const all = made.accessory.services.flatMap(({ characteristics }) => characteristics);
  await Promise.all(all.map((one) => one.handleGetRequest().catch(() => undefined)));
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
  expect(names(made)).toEqual(["Garage"]);
  expect(made.api.complaints).toEqual([]);
});

test.each([
  ["Garage", "Garage"],
  ["  Garage (links)  ", "Garage (links"],
  ["Käfer's 2. Box", "Käfer's 2. Box"],
  ["A+B", "A B"],
  ["🚗", "Charger"],
  ["1", "Charger 1"],
  ["", "Charger"],
  ["x".repeat(80), "x".repeat(50)],
])("%p is called %p in Apple Home", (name, expected) => {
  expect(homeName(name)).toBe(expected);
});

test.each([
  ["1.2.3", "1.2.3"],
  ["v5.22", "5.22"],
  ["059", "59"],
  ["1.2.3.4", "0.0.0"],
  ["5.12.3-4711", "0.0.0"],
  ["", "0.0.0"],
])("firmware %p is revision %p", (firmware, expected) => {
  expect(firmwareRevision(firmware)).toBe(expected);
});

test.each([
  ["2C", "2C"],
  ["E", "Charger E"],
  ["", "Charger"],
  ["x".repeat(70), "x".repeat(64)],
])("model %p is given as %p", (text, expected) => {
  expect(identityText(text, "Charger")).toBe(expected);
});
