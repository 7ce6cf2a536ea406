import fc from "fast-check";
import { connectGoE } from "../../../src/drivers/chargers/go-e/charger.js";
import { goE } from "../../../src/drivers/chargers/go-e/index.js";
import type { Charger } from "../../../src/drivers/driver.js";
import type { Clock } from "../../../src/model/clock.js";
import { DeviceError } from "../../../src/model/errors.js";
import { Car } from "../../../src/simulator/house/car.js";
import { Evse } from "../../../src/simulator/house/evse.js";
import { startVirtualGoECloud } from "../../../src/simulator/devices/go-e/cloud.js";
import { startVirtualGoE } from "../../../src/simulator/devices/go-e/server.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { sendJson } from "../../support/raw-http.js";
import { connectCharger, closeAfterTest, serveHttp } from "../../support/test-bench.js";
import { hastyClock, TestClock } from "../../support/test-clock.js";

const token = "hidden-token";

function connectTo(cloudUrl: string, apiVersion?: 1 | 2, more: object = {}, clock: Clock = hastyClock()): Charger {
  return connectCharger(goE, { cloud: true, serial: "012345", token, cloudUrl, apiVersion, ...more }, { clock });
}

async function virtual(apiVersion: 1 | 2, more: object = {}, clock?: Clock) {
  const evse = new Evse({ current: 16, maxCurrent: 16 });
  const device = closeAfterTest(await startVirtualGoE({ evse, apiVersion }));
  const cloud = closeAfterTest(await startVirtualGoECloud(device, { token }));
  return { charger: connectTo(cloud.url, apiVersion, more, clock), cloud, device, evse };
}

const filter2 =
  "car%2Cerr%2Csse%2Calw%2Cfrc%2Cpsm%2Cpnp%2Cfwv%2Camp%2Cnrg%2Cdwo%2Cawp%2Cwh%2Ceto%2Ccbl%2Ctma%2Ctrx%2Crbt%2CmodelStatus%2Cacs%2Cama";

test("version 2 is asked with the token in a header, and answers with the charger's status", async () => {
  const { charger, cloud, evse } = await virtual(2);
  evse.plug(new Car());
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ state: "charging", power: 11_040, firmware: "055.5", priceLimit: 3 });
  expect(cloud.requests).toEqual([{ url: `/api/status?filter=${filter2}`, authorization: "Bearer hidden-token" }]);
});

test("version 1 is asked for what its cloud has, and answers with the whole status", async () => {
  const { charger, cloud } = await virtual(1);
  expect(await charger.read()).toMatchObject({ state: "disconnected", maxAmpere: 16, accessState: "OPEN" });
  expect(cloud.requests).toEqual([{ url: "/api_status?token=hidden-token&wait=0", authorization: undefined }]);
});

test("requests begin no less than a second after each other, and never overlap", async () => {
  const clock = new TestClock();
  const { charger, cloud } = await virtual(2, {}, clock);
  const second = new Promise<void>((resolve) => {
    cloud.onRequest(() => {
      if (cloud.requests.length === 2) resolve();
    });
  });
  const reads = [charger.read(), charger.read()];
  await reads[0];
  await clock.advance(999);
  expect(cloud.requests).toHaveLength(1);
  await clock.advance(1);
  await second;
  await Promise.all(reads);
  expect(cloud.inFlightPeak).toBe(1);
});

describe.each([1, 2] as const)("a write through the cloud of version %i", (apiVersion) => {
  const key = apiVersion === 1 ? "amx" : "amp";

  test("is done once the charger shows it", async () => {
    const { charger, cloud, device, evse } = await virtual(apiVersion);
    cloud.writesTake = 2;
    const written: string[] = [];
    device.onWrite((name, value) => written.push(`${name}=${String(value)}`));
    await charger.writes.maxAmpere(9);
    expect(written).toEqual([`${key}=9`]);
    expect(evse.current).toBe(9);
    expect(cloud.requests[1]?.url).toBe(
      apiVersion === 1 ? "/api?token=hidden-token&payload=amx%3D9" : "/api/set?amp=9",
    );
  });

  test("that never arrives was not taken over", async () => {
    const { charger, device } = await virtual(apiVersion);
    device.fault = "ignore-writes";
    const failure = await failureOf(charger.writes.maxAmpere(9));
    expect(failure.code).toBe("not-taken-over");
    expect(failure.message).toContain(`${key}=9 was not taken over`);
  });

  test("goes to no other charger", async () => {
    const { charger, device } = await virtual(apiVersion, { serial: "054321" });
    const written: string[] = [];
    device.onWrite((name) => written.push(name));
    expect((await failureOf(charger.writes.maxAmpere(9))).code).toBe("wrong-device");
    expect(written).toEqual([]);
  });
});

test("what the charger refuses is refused at once, with its reason", async () => {
  const { charger, cloud } = await virtual(2);
  const failure = await failureOf(charger.writes.maxAmpere(32));
  expect(failure.code).toBe("refused");
  expect(failure.message).toContain("amp=32 was refused: value must be between 6 and 16");
  expect(cloud.requests).toHaveLength(2);
});

test("no limit is sent as null", async () => {
  const { charger, cloud, device } = await virtual(2);
  device.box.energyLimit = 5_000;
  device.box.autoStop = true;
  await charger.writes.sessionChargeConsumptionLimit?.(null);
  expect(cloud.requests.at(1)?.url).toBe("/api/set?dwo=null");
});

test.each<
  [
    why: string,
    apiVersion: 1 | 2,
    change: (cloud: Awaited<ReturnType<typeof virtual>>["cloud"]) => void,
    code: string,
    said: string,
  ]
>([
  ["an offline charger", 2, (c) => (c.offline = true), "unreachable", "the charger is offline or its cloud API off"],
  ["a charger that keeps quiet", 2, (c) => (c.age = 30_001), "unreachable", "has nothing new from the charger"],
  ["a status from before", 1, (c) => (c.age = 45_000), "unreachable", "last reported to go-e's cloud 45 s ago"],
  ["too many questions", 2, (c) => (c.fault = "rate limiting"), "unreachable", "is asked too often"],
  ["too many questions", 1, (c) => (c.fault = "rate limiting"), "unreachable", 'says "rate limiting"'],
  ["a cloud that is down", 1, (c) => (c.fault = { status: 503 }), "unreachable", "HTTP 503"],
  ["a cloud that is down", 2, (c) => (c.fault = { status: 503 }), "unreachable", "HTTP 503"],
  ["JSON that breaks off", 1, (c) => (c.fault = "garbage"), "protocol", "/api_status is not JSON"],
  ["JSON that breaks off", 2, (c) => (c.fault = "garbage"), "protocol", "/api/status is not JSON"],
  ["a way elsewhere", 2, (c) => (c.fault = "redirect"), "protocol", "/api/status is redirected"],
  ["a strange status", 2, (c) => (c.fault = { status: 418 }), "protocol", "HTTP 418"],
])(
  "%s (version %i) is a failed reading, without the token, and the next one is well again",
  async (_why, apiVersion, change, code, said) => {
    const { charger, cloud } = await virtual(apiVersion);
    change(cloud);
    const failure = await failureOf(charger.read());
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(said);
    expect(failure.message).not.toContain("hidden");
    cloud.fault = null;
    cloud.offline = false;
    cloud.age = 1_000;
    expect((await charger.read()).state).toBe("disconnected");
  },
);

test.each([1, 2] as const)("a wrong token (version %i) is a refused login, and stays unsaid", async (apiVersion) => {
  const { charger } = await virtual(apiVersion, { token: "hidden-and-wrong" });
  const failure = await failureOf(charger.read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).not.toContain("hidden");
});

test.each<[said: unknown, code: string]>([
  [{ success: false, error: "no payload" }, "protocol"],
  [{ success: false, error: "other" }, "refused"],
  [{ success: false, error: "hidden-token is odd" }, "refused"],
  [{ success: "yes" }, "refused"],
  [{ success: true, age: 5 }, "protocol"],
  [{ success: true, data: { car: "1" } }, "protocol"],
  [[], "protocol"],
  [{ success: true, age: 5, data: "{}" }, "protocol"],
])("version 1 says %j: %s", async (said, code) => {
  const server = await serveHttp((_request, response) => sendJson(response, said));
  const failure = await failureOf(connectTo(`http://127.0.0.1:${server.port}`, 1).read());
  expect(failure.code).toBe(code);
  expect(failure.message).not.toContain("hidden");
});

test.each([1, 2] as const)("a charger of version %i that is not declared is asked", async (apiVersion) => {
  const { cloud } = await virtual(apiVersion);
  const charger = connectTo(cloud.url);
  expect((await charger.read()).state).toBe("disconnected");
  expect(charger.writes.accessState === undefined).toBe(apiVersion === 2);
});

test("a charger that neither cloud knows is what the newer one says, and is asked again later", async () => {
  const { cloud } = await virtual(2);
  cloud.offline = true;
  const charger = connectTo(cloud.url);
  expect((await failureOf(charger.read())).message).toContain("offline or its cloud API off");
  cloud.offline = false;
  expect((await charger.read()).forceState).toBe("NEUTRAL");
});

test("a cloud that does not answer in time is unreachable", async () => {
  const { cloud } = await virtual(2);
  cloud.fault = "silent";
  const route = { by: "cloud", serial: "012345", token, url: cloud.url } as const;
  const charger = closeAfterTest(connectGoE({ route, apiVersion: 2 }, driverContext({ clock: hastyClock() }), 50));
  expect(await failureOf(charger.read())).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("within 0.05 s"),
  });
});

test("closing breaks off what is under way and what waits for its turn", async () => {
  const { charger, cloud } = await virtual(2, {}, new TestClock());
  cloud.fault = "silent";
  const arrived = new Promise<void>((resolve) => cloud.onRequest(resolve));
  const reads = [failureOf(charger.read()), failureOf(charger.read())];
  await arrived;
  await charger.close();
  for (const failure of await Promise.all(reads)) expect(failure.message).toContain("has been closed");
});

test("whatever the cloud says, reading it fails as a device does or not at all", async () => {
  let said: unknown = null;
  const server = await serveHttp((_request, response) => sendJson(response, said));
  const chargers = ([1, 2] as const).map((version) => connectTo(`http://127.0.0.1:${server.port}`, version));
  const nearly = fc.record({ success: fc.boolean(), age: fc.jsonValue(), data: fc.jsonValue() }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), nearly), async (json) => {
      said = json;
      for (const charger of chargers) {
        await charger.read().catch((error: unknown) => expect(error).toBeInstanceOf(DeviceError));
      }
    }),
    { numRuns: 40 },
  );
});
