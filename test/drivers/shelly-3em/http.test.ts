import fc from "fast-check";
import { parseStatus } from "../../../src/drivers/meters/shelly/gen1/http.js";
import { shelly3em } from "../../../src/drivers/meters/shelly/gen1/index.js";
import { DeviceError } from "../../../src/model/errors.js";
import { startVirtualShelly3em } from "../../../src/simulator/devices/shelly-gen1/device.js";
import { failureOf } from "../../support/failure.js";
import { jsonAt } from "../../support/raw-http.js";
import { connectMeter, closeAfterTest, serveHttp } from "../../support/test-bench.js";
import { shellyGrid, shellyGridReading } from "../shelly-grid.js";

/** Typed from the vendor's example of `/status`: sun on L2. */
const status = {
  wifi_sta: { connected: true },
  emeters: [
    { power: 1250.5, pf: 0.98, current: 5.52, voltage: 231.2, is_valid: true, total: 1000500.5, total_returned: 100 },
    { power: -2300, pf: -1, current: 10.01, voltage: 230, is_valid: true, total: 200000, total_returned: 4000000 },
    { power: 0, pf: 0, current: 0, voltage: 229.9, is_valid: true, total: 300000, total_returned: 0 },
  ],
  total_power: -1049.5,
};

const expected = {
  power: -1_049.5,
  currents: [5.52, -10.01, 0],
  voltages: [231.2, 230, 229.9],
  powers: [1_250.5, -2_300, 0],
  importEnergy: 1_500.5005,
  exportEnergy: 4_000.1,
  soc: null,
};

const meterAt = (port: number, more: object = {}) =>
  connectMeter(shelly3em, { transport: "http", host: "127.0.0.1", port, ...more });

test("a status off the wire is this reading", async () => {
  const server = await serveHttp(jsonAt({ "/status": status }));
  expect(await meterAt(server.port).read()).toEqual({ grid: expected });
});

test("the reading stands under what the meter is mounted on", () => {
  expect(parseStatus(status, ["house"], "Grid")).toEqual({ house: expected });
});

function withPhase2(changes: object): object {
  return { emeters: status.emeters.map((emeter, phase) => (phase === 1 ? { ...emeter, ...changes } : emeter)) };
}

test("a phase that is not valid has no values, and there is no sum without it", () => {
  expect(parseStatus(withPhase2({ is_valid: false, power: 0, current: 0 }), ["grid"], "Grid")).toEqual({
    grid: {
      power: null,
      currents: [5.52, null, 0],
      voltages: [231.2, null, 229.9],
      powers: [1_250.5, null, 0],
      importEnergy: null,
      exportEnergy: null,
      soc: null,
    },
  });
});

test.each<[why: string, changes: object, reading: object]>([
  ["no power: no sum, and a current without its sign", { power: null }, { power: null, currents: [5.52, 10.01, 0] }],
  ["a malformed current", { current: "10,01" }, { power: -1_049.5, currents: [5.52, null, 0] }],
  ["a voltage that there is not", { voltage: 5_000 }, { voltages: [231.2, null, 229.9] }],
  ["a power that there is not", { power: 1e9 }, { power: null, powers: [1_250.5, null, 0] }],
  ["a counter that is gone", { total: undefined }, { importEnergy: null, exportEnergy: 4_000.1 }],
])("%s", (_why, changes, reading) =>
  expect(parseStatus(withPhase2(changes), ["grid"], "Grid").grid).toMatchObject(reading),
);

test.each<[string, unknown]>([
  ["two phases", { emeters: status.emeters.slice(0, 2) }],
  ["no phases", { emeters: [] }],
  ["a meter of another sort", { meters: [{ power: 1 }] }],
  ["phases that are no objects", { emeters: [1, 2, 3] }],
  ["a list", []],
  ["null", null],
])("not a status: %s", (_why, json) =>
  expect(() => parseStatus(json, ["grid"], "Grid")).toThrow(
    expect.objectContaining({ code: "protocol", device: "Grid" }),
  ),
);

test("whatever JSON comes, reading it fails as a device does or not at all", () => {
  const nearly = fc.record({ emeters: fc.array(fc.anything(), { maxLength: 4 }) });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything(), nearly), (json) => {
      try {
        parseStatus(json, ["grid"], "Grid");
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
    }),
  );
});

test("a meter with a password is read with it, and without it says so", async () => {
  const login = { username: "hidden-user", password: "hidden-password" };
  const device = closeAfterTest(await startVirtualShelly3em({ grid: () => shellyGrid, http: { login } }));
  const port = device.httpPort ?? 0;
  expect(await meterAt(port, login).read()).toEqual(shellyGridReading);
  const failure = await failureOf(meterAt(port, { ...login, password: "hidden-and-wrong" }).read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).not.toContain("hidden");
});

test("a meter that is asked does not speak by itself", () => {
  expect(meterAt(1).watch).toBeUndefined();
});

test.each<[transport: string, options: object]>([
  ["http", { host: "192.168.1.20" }],
  ["mqtt", { topic: "shellies/a" }],
  ["mqtt", { host: "192.168.1.20", topic: "shellies/a" }],
  ["http", { transport: "http", host: "192.168.1.20", topic: "shellies/a" }],
])("it is reached over %s with %j", (transport, options) => {
  expect(shelly3em.options.parse(options)).toMatchObject({ transport });
});

test.each<[string, object, string[]]>([
  ["mqtt without topic", {}, ["topic"]],
  ["mqtt with a host alone", { transport: "mqtt", host: "192.168.1.20" }, ["topic"]],
  ["a host alone", { host: "192.168.1.20" }, []],
  ["http without host", { transport: "http", topic: "a" }, ["host"]],
  ["mqtt with its topic", { topic: "shellies/a" }, []],
  ["http with its host", { transport: "http", host: "shelly" }, []],
])("options: %s", (_why, options, paths) => {
  const problems = shelly3em.options.safeParse(options).error?.issues ?? [];
  expect(problems.map(({ path }) => path.join("."))).toEqual(paths);
});
