import { openEvse } from "../../../src/drivers/chargers/openevse/index.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { startVirtualOpenEvse } from "../../../src/simulator/devices/openevse/server.js";
import { driverContext } from "../../support/driver-context.js";

const written = { host: "192.168.1.50" };

test("what is left out is safe", () => {
  expect(openEvse.options.parse(written)).toEqual({ host: "192.168.1.50", port: 80, api: "wifi" });
});

test.each<[why: string, options: object, fits: boolean]>([
  ["a voltage", { voltage: 230 }, true],
  ["a meter's name", { voltage: "Grid" }, true],
  ["a voltage of nothing", { voltage: 0 }, false],
  ["a voltage that there is not", { voltage: 501 }, false],
  ["RAPI", { api: "rapi" }, true],
  ["another language", { api: "mqtt" }, false],
])("options: %s", (_why, options, fits) => {
  expect(openEvse.options.safeParse({ ...written, ...options }).success).toBe(fits);
});

test.each([230, "Grid", undefined])("its voltage comes from %p", (voltage) => {
  expect(openEvse.voltageFrom?.(openEvse.options.parse({ ...written, voltage }))).toBe(voltage);
});

test("a password alone opens nothing", () => {
  const options = openEvse.options.parse({ ...written, password: "secret" });
  expect(openEvse.check?.(options)).toEqual([expect.objectContaining({ path: "username" })]);
});

test.each([
  ["wifi", ["maxAmpere", "allowCharging", "sessionChargeConsumptionLimit"]],
  ["rapi", ["maxAmpere", "allowCharging"]],
] as const)("%s: phases are not among what can be changed", (api, channels) => {
  expect(openEvse.writable(openEvse.options.parse({ ...written, api }))).toEqual(channels);
});

test.each(["wifi", "rapi"] as const)(
  "%s: what is declared to be writable is there, and the login is used",
  async (api) => {
    const login = { username: "admin", password: "secret" };
    const device = await startVirtualOpenEvse({ evse: new Evse({ phases: 1 }), login });
    const options = openEvse.options.parse({ host: "127.0.0.1", port: device.port, api, ...login });
    const charger = openEvse.connect(options, driverContext());
    expect(device.requests).toEqual([]);
    expect((await charger.read()).state).toBe("disconnected");
    expect(Object.keys(charger.writes)).toEqual(openEvse.writable(options));
    await charger.close();
    await device.close();
  },
);
