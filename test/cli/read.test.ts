import { channelNames } from "../../src/model/channels.js";
import { deadPort, exportingRead, goEBlock, startGoE, startHttpMeter, startMqttMeter } from "./devices.js";
import { configFile, documentOf, errorIn, linesOf, runCli } from "./support.js";
import { z } from "zod";

const readings = z.object({
  chargers: z.record(z.string(), z.record(z.string(), z.unknown())),
  meters: z.record(z.string(), z.record(z.string(), z.unknown())),
  residualCurrentMonitors: z.object({}).strict(),
});

async function read(
  devices: { readonly chargers?: readonly object[]; readonly meters?: readonly object[] },
  ...args: string[]
) {
  return runCli(["read", ...args, "--config", configFile({ site: { mainFuse: 25 }, ...devices })]);
}

/** The channels of a go-e that charges at 10 A on one phase. */
const charging = {
  maxAmpere: 10,
  pwmSignal: "CHARGING",
  error: "NONE",
  voltageL1: 230,
  currentL1: 10,
  currentL2: 0,
  currentL3: 0,
  powerL1: 2_300,
  powerL2: 0,
  powerL3: 0,
  power: 2_300,
  phases: 1,
  sessionChargeConsumptionLimit: null,
  allowCharging: true,
  cableEncoding: 32,
  state: "charging",
};

describe("go-e", () => {
  test.each([
    [1, { ...charging, firmware: "040.0", accessState: "OPEN", transaction: null }],
    [2, { ...charging, firmware: "055.5", accessState: null, transaction: null }],
  ] as const)("with API version %s: every channel, null where it has none", async (apiVersion, expected) => {
    const { block, writes } = await startGoE(apiVersion);
    const said = await read({ chargers: [block] }, "--json");
    expect(said).toMatchObject({ code: 0, errors: "" });
    const { chargers, meters } = readings.parse(documentOf(said));
    expect(Object.keys(chargers["Garage"] ?? {})).toEqual(channelNames);
    expect(chargers).toEqual({ Garage: expect.objectContaining(expected) });
    expect(chargers["Garage"]).toMatchObject({
      sessionChargeConsumption: expect.closeTo(0.035, 1),
      totalConsumption: expect.closeTo(1_234, 0),
      temperature: expect.closeTo(20.5, -1),
    });
    expect(meters).toEqual({});
    expect(writes()).toEqual([]);
  });

  test("without a car: no cable, state disconnected", async () => {
    const garage = await startGoE(2);
    garage.charger.evse.unplug();
    garage.charger.evse.advance(5);
    const said = await read({ chargers: [garage.block] }, "--json");
    expect(documentOf(said)).toMatchObject({
      chargers: { Garage: { state: "disconnected", cableEncoding: null, power: 0, currentL1: 0 } },
    });
  });

  test("that detects its version", async () => {
    const { apiVersion, ...block } = goEBlock((await startGoE(1)).charger.port, 1);
    expect(apiVersion).toBe(1);
    expect(documentOf(await read({ chargers: [block] }, "--json"))).toMatchObject({
      chargers: { Garage: { maxAmpere: 10, firmware: "040.0" } },
    });
  });
});

describe("Shelly 3EM", () => {
  test.each([
    ["HTTP", startHttpMeter],
    ["MQTT", startMqttMeter],
  ] as const)("over %s: its quantities are directly under its name", async (_what, start) => {
    const { block } = await start();
    const said = await read({ meters: [block] }, "--json");
    expect(said).toMatchObject({ code: 0, errors: "" });
    expect(documentOf(said)).toEqual({ chargers: {}, meters: { Grid: exportingRead }, residualCurrentMonitors: {} });
  });
});

describe("names", () => {
  test("select the devices that are read", async () => {
    const [garage, grid] = [await startGoE(2), await startHttpMeter()];
    const devices = { chargers: [garage.block], meters: [grid.block] };
    expect(documentOf(await read(devices, "Grid", "--json"))).toEqual({
      chargers: {},
      meters: { Grid: exportingRead },
      residualCurrentMonitors: {},
    });
    expect(garage.charger.requests).toEqual([]);
    const both = readings.parse(documentOf(await read(devices, "--json", "Garage", "Grid")));
    expect([Object.keys(both.chargers), Object.keys(both.meters)]).toEqual([["Garage"], ["Grid"]]);
  });

  test("of unknown devices are a usage error, and nothing is read", async () => {
    const garage = await startGoE(2);
    const said = await read({ chargers: [garage.block] }, "Garage", "Garge", "--json");
    expect(said).toEqual({
      code: 2,
      out: "",
      errors: 'ev-charging: no device is named "Garge"; did you mean "Garage"?\n',
    });
    expect(garage.charger.requests).toEqual([]);
  });

  test("in another case are answered with the device's name", async () => {
    const { code, errors } = await read({ chargers: [goEBlock(80, 2)] }, "garage");
    expect(code).toBe(2);
    expect(errors).toContain('did you mean "Garage"?');
  });
});

describe("a device that does not answer", () => {
  test("is an error among the readings of the others", async () => {
    const grid = await startHttpMeter();
    const said = await read({ meters: [grid.block], chargers: [goEBlock(await deadPort(), 2)] }, "--json");
    expect(said).toMatchObject({ code: 1, errors: "" });
    const { chargers, meters } = readings.parse(documentOf(said));
    expect(errorIn(chargers["Garage"])).toMatch(/^Garage: .*\(unreachable\)$/);
    expect(meters).toEqual({ Grid: exportingRead });
  });

  test("is reported on standard error", async () => {
    const grid = await startHttpMeter();
    const { code, out, errors } = await read({ meters: [grid.block], chargers: [goEBlock(await deadPort(), 2)] });
    expect(code).toBe(1);
    expect(out).toMatch(/^Grid\n/);
    expect(linesOf(errors)).toEqual([expect.stringMatching(/^Garage: .*Check that it is on/)]);
  });

  test.each(["garbage", "html", { status: 500 }, "refuse"] as const)("or answers with %j", async (fault) => {
    const garage = await startGoE(2);
    garage.charger.fault = fault;
    const said = await read({ chargers: [garage.block] }, "--json");
    expect(said).toMatchObject({ code: 1, errors: "" });
    expect(errorIn(readings.parse(documentOf(said)).chargers["Garage"])).toMatch(/^Garage: /);
  });
});

test("the text output is a table of the values with units", async () => {
  const [garage, grid] = [await startGoE(1), await startHttpMeter()];
  const { code, out, errors } = await read({ chargers: [garage.block], meters: [grid.block] });
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(out).toMatch(/^Garage\n +Maximum current +10 A\n/);
  expect(out).toMatch(/^ +Charging allowed +yes$/m);
  expect(out).toMatch(/^ +State +charging$/m);
  expect(out).toMatch(/\n\nGrid\n +power +-3450 W\n/);
  expect(out).toMatch(/^ +current L2 +-5 A$/m);
  expect(out).not.toMatch(/null|undefined|\d\.\d{4}| $/m);
  const columns = linesOf(out)
    .filter((line) => line.startsWith(" "))
    .slice(0, 5)
    .map((line) => /^ +\S.*? {2,}/.exec(line)?.[0].length);
  expect(new Set(columns).size).toBe(1);
});

test("without devices there is nothing to read", async () => {
  const said = await read({}, "--json");
  expect(said).toMatchObject({ code: 0, errors: "" });
  expect(documentOf(said)).toEqual({ chargers: {}, meters: {}, residualCurrentMonitors: {} });
});
