import { channelNames, chargerChannels, type ChannelName } from "../../../src/model/channels.js";
import type { ChargerMode, Decision } from "../../../src/model/commands.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { bench, find, noResponse, read, reading } from "./support.js";

type Row = readonly [why: string, subtype: string, name: string, reported: Partial<ChargerReading>, value: unknown];

test.each<Row>([
  ["charging is allowed", "charger", "On", { allowCharging: true }, true],
  ["charging is not allowed", "charger", "On", { allowCharging: false }, false],
  ["it does not tell, and was told nothing yet", "charger", "On", { allowCharging: null }, false],
  ["it says that it charges", "charger", "Outlet In Use", { state: "charging" }, true],
  ["current flows on any phase", "charger", "Outlet In Use", { currentL3: 0.6 }, true],
  ["half an ampere is no charging", "charger", "Outlet In Use", { currentL1: 0.5 }, false],
  ["nothing flows", "charger", "Outlet In Use", { state: "connected" }, false],
  ["a car that waits is plugged in: closed", "plug", "Contact Sensor State", { state: "connected" }, 0],
  ["a car that charges is plugged in: closed", "plug", "Contact Sensor State", { state: "charging" }, 0],
  ["no car: open", "plug", "Contact Sensor State", { state: "disconnected" }, 1],
  ["fault with a car on the pilot", "plug", "Contact Sensor State", { state: "fault", pwmSignal: "B2" }, 0],
  ["fault without a car", "plug", "Contact Sensor State", { state: "fault", pwmSignal: "A" }, 1],
  ["fault, and nobody knows", "plug", "Contact Sensor State", { state: "fault", pwmSignal: "F" }, noResponse],
  ["the first phase counts", "charger", "Volt", { voltageL1: 231, voltageL2: 229 }, 231],
  ["the first phase that is known counts", "charger", "Volt", { voltageL2: 229 }, 229],
  ["the highest phase counts", "charger", "Ampere", { currentL1: 9.9, currentL2: 10.2, currentL3: null }, 10.2],
  ["W", "charger", "Consumption", { power: 6_900 }, 6_900],
  ["kWh", "charger", "Total Consumption", { totalConsumption: 1_234.5 }, 1_234.5],
  ["°C", "temperature", "Current Temperature", { temperature: 31.5 }, 31.5],
  ["no limit of its own is 0", "charger", "Session energy limit", { sessionChargeConsumptionLimit: 0 }, 0],
])("%s", async (_why, subtype, name, reported, value) => {
  expect(await read(bench({ reading: reading(reported) }).accessory, subtype, name)).toBe(value);
});

test("a charger that does not tell whether it may charge is on when it was told so", async () => {
  const decision: Decision = { allowCharging: true, current: 10, phases: 3, reasons: [{ code: "fast-mode" }] };
  const { accessory } = bench({ decision, reading: reading({ allowCharging: null }) });
  expect(await read(accessory, "charger", "On")).toBe(true);
  expect(await read(accessory, "charger", "Reason")).toBe("fast charging");
});

test.each<[mode: ChargerMode, on: boolean]>([
  ["off", false],
  ["fast", false],
  ["solar", true],
  ["solar-min", true],
])("in mode %s the sun switch is %s", async (mode, on) => {
  const { accessory } = bench({ mode });
  expect(await read(accessory, "solar", "On")).toBe(on);
  expect(await read(accessory, "charger", "Mode")).toBe(mode);
});

const samples = { number: 7, boolean: true, text: "told" } as const;

function reported(name: ChannelName): Partial<ChargerReading> {
  return { [name]: name === "state" ? "charging" : samples[chargerChannels[name].type] };
}

describe.each(channelNames)("channel %s", (name) => {
  const { label } = chargerChannels[name];

  test("is published as it is told", async () => {
    const { accessory } = bench({ reading: reading(reported(name)) });
    expect(await read(accessory, "charger", label)).toBe(Object.values(reported(name))[0]);
  });

  test("is absent while it was never told", () => {
    const { accessory } = bench({ writable: [], reading: { ...reading(), [name]: null } });
    expect(find(accessory, "charger", label)).toBeUndefined();
  });
});

test("UUIDs are unique, and the one of the first channel is as published", () => {
  const everything = Object.assign({}, ...channelNames.map(reported));
  const { accessory } = bench({ reading: reading(everything) });
  const outlet = accessory.services.find(({ subtype }) => subtype === "charger");
  const uuids = outlet?.characteristics.map(({ UUID }) => UUID) ?? [];
  expect(uuids.length).toBe(channelNames.length + 10);
  expect(new Set(uuids).size).toBe(uuids.length);
  expect(find(accessory, "charger", "Maximum current")?.UUID).toBe("EC000001-6CEE-41D9-810F-AF3F10CB2E2F");
});

test("a channel that is told later appears then, and the accessory is stored", async () => {
  const made = bench();
  expect(made.api.updates).toBe(0);
  made.site.report({ power: 6_900, temperature: 30 });
  expect(made.api.updates).toBe(1);
  expect(await read(made.accessory, "charger", "Power")).toBe(6_900);
  expect(await read(made.accessory, "temperature", "Current Temperature")).toBe(30);
  made.site.report({ power: 6_800, temperature: 30 });
  expect(made.api.updates).toBe(1);
});

test("what is not known now is neither old nor invented", async () => {
  const reported = { power: 6_900, error: "cable", transaction: 0, temperature: 30 };
  const { site, accessory } = bench({ reading: reading(reported) });
  site.report({});
  expect(await read(accessory, "charger", "Power")).toBe(noResponse);
  expect(await read(accessory, "charger", "Consumption")).toBe(noResponse);
  expect(await read(accessory, "temperature", "Current Temperature")).toBe(noResponse);
  expect(await read(accessory, "charger", "Error")).toBe("");
  expect(await read(accessory, "charger", "Transaction")).toBe(-1);
  expect(await read(accessory, "charger", "On")).toBe(true);
});

test("units, limits and permissions are declared", () => {
  const { accessory } = bench({ reading: reading({ temperature: 30, power: 0, state: "charging" }) });
  const props = (name: string) => find(accessory, "charger", name)?.props;
  expect(props("Maximum current")).toMatchObject({ format: "float", unit: "A", minValue: 0, maxValue: 16, minStep: 1 });
  expect(props("Maximum current")?.perms).toEqual(["ev", "pr", "pw"]);
  expect(props("Temperature")).toMatchObject({ format: "float", unit: "celsius", perms: ["ev", "pr"] });
  expect(props("Charging allowed")).toMatchObject({ format: "bool", perms: ["ev", "pr", "pw"] });
  expect(props("State")).toMatchObject({ format: "string", perms: ["ev", "pr"] });
});

test("before the first reading the list of accessories has a value of the right format everywhere", () => {
  const { accessory } = bench({ reading: null, writable: ["maxAmpere", "allowCharging", "accessState"] });
  const values = ["Maximum current", "Charging allowed", "Access", "Mode"].map(
    (name) => find(accessory, "charger", name)?.value,
  );
  expect(values).toEqual([0, false, "", ""]);
});

test("numbers beyond the declared limits are held to them, texts beyond HAP's length are cut", async () => {
  const reasons: Decision["reasons"] = [{ code: "monitor-not-heard", monitor: "x".repeat(300) }];
  const decision: Decision = { allowCharging: true, current: 10, phases: 3, reasons };
  const { accessory } = bench({ decision, reading: reading({ maxAmpere: 32 }) });
  expect(await read(accessory, "charger", "Maximum current")).toBe(16);
  expect(await read(accessory, "charger", "Reason")).toHaveLength(256);
});

test.each([
  ["Total energy", { totalConsumption: 12.299999999999999 }, 12.3],
  ["Total Consumption", { totalConsumption: 1234.5678901 }, 1234.568],
  ["Session energy", { sessionChargeConsumption: 0.1 + 0.2 }, 0.3],
  ["Power", { power: 6_899.99999 }, 6_900],
])("%s is rounded", async (name, reported, value) => {
  expect(await read(bench({ reading: reading(reported) }).accessory, "charger", name)).toBe(value);
});
