import { goE } from "../../../src/drivers/chargers/go-e/index.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { startVirtualGoE } from "../../../src/simulator/devices/go-e/server.js";
import { failureOf } from "../../support/failure.js";
import { connectCharger, closeAfterTest } from "../../support/test-bench.js";

async function undeclared(apiVersion: 1 | 2 | "both") {
  const device = closeAfterTest(await startVirtualGoE({ evse: new Evse({ current: 16 }), apiVersion }));
  return { charger: connectCharger(goE, { host: "127.0.0.1", port: device.port }), device };
}

test.each([
  [1, "/status"],
  [2, "/api/status"],
  ["both", "/api/status"],
] as const)("a charger that speaks %s is read at %s, and asked for its version once", async (apiVersion, path) => {
  const { charger, device } = await undeclared(apiVersion);
  await charger.read();
  await charger.read();
  const paths = device.requests.map(({ url }) => url.split("?")[0]);
  expect(device.requests[0]?.url).toBe("/api/status?filter=alw");
  expect(paths.slice(1)).toEqual([path, path]);
});

test("what only one version can is offered once the version is known", async () => {
  const { charger } = await undeclared(2);
  expect(charger.writes.phases).toBeUndefined();
  await charger.read();
  expect(charger.writes.phases).toBeDefined();
  expect(charger.writes.accessState).toBeUndefined();
});

test("a write before the first read asks for the version, too", async () => {
  const { charger, device } = await undeclared(1);
  await charger.writes.maxAmpere(9);
  expect(device.requests.map(({ url }) => url)).toEqual(["/api/status?filter=alw", "/mqtt?payload=amx=9"]);
});

test("a charger that is away has no version yet: it is asked again", async () => {
  const { charger, device } = await undeclared(2);
  device.fault = "refuse";
  expect((await failureOf(charger.read())).code).toBe("unreachable");
  device.fault = null;
  expect((await charger.read()).phases).toBe(3);
});

test.each([
  [1, ["maxAmpere", "allowCharging", "sessionChargeConsumptionLimit", "accessState"]],
  [2, ["maxAmpere", "allowCharging", "phases", "sessionChargeConsumptionLimit", "transaction"]],
  [undefined, ["maxAmpere", "allowCharging", "sessionChargeConsumptionLimit"]],
] as const)("with API version %s these can be changed: %j", (apiVersion, channels) => {
  const options = goE.options.parse({ host: "127.0.0.1", ...(apiVersion === undefined ? {} : { apiVersion }) });
  expect(goE.writable(options)).toEqual(channels);
});

test.each([1, 2] as const)("what version %i declares is what it can write", async (apiVersion) => {
  const written = { host: "127.0.0.1", apiVersion };
  const channels = goE.writable(goE.options.parse(written));
  expect(Object.keys(connectCharger(goE, written).writes).sort()).toEqual([...channels].sort());
});

test.each([3, "2", null])("%p is no API version", (apiVersion) =>
  expect(goE.options.safeParse({ host: "127.0.0.1", apiVersion }).success).toBe(false),
);
