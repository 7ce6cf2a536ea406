import { Car } from "../../../src/simulator/house/car.js";
import { failureOf } from "../../support/failure.js";
import { jsonAt } from "../../support/raw-http.js";
import { serveHttp } from "../../support/test-bench.js";
import { chargersBy } from "./support.js";

const { connectTo, virtual } = chargersBy("wifi");

/** 0x45560001, which fits the 31 bits that the firmware reads. */
const ours = 1_163_264_001;

test("a status off the wire is this reading", async () => {
  const server = await serveHttp(
    jsonAt({
      "/status": {
        state: 3,
        status: "active",
        vehicle: 1,
        amp: 9950,
        voltage: 230,
        power: 6865.5,
        pilot: 10,
        limit: true,
      },
      "/config": { is_threephase: true, version: "v5.1.2", firmware: "8.2.1" },
      "/claims": [
        { client: 65538, priority: 50, state: "active", charge_current: 6, auto_release: true },
        { client: ours, priority: 500, state: "active", charge_current: 10, auto_release: false },
      ],
      "/limit": { type: "energy", value: 12_500, auto_release: true },
    }),
  );
  expect(await connectTo(server.port).read()).toMatchObject({
    state: "charging",
    maxAmpere: 10,
    currentL1: 9.95,
    currentL2: 9.95,
    currentL3: 9.95,
    power: 6_865.5,
    phases: 3,
    firmware: "v5.1.2",
    allowCharging: true,
    enabled: true,
    sessionChargeConsumptionLimit: 12.5,
  });
});

test("a poll asks for status and claims; configuration only when it may have changed", async () => {
  const { charger, device, asked } = await virtual();
  await charger.read();
  expect(asked()).toEqual(["GET /status", "GET /config", "GET /claims"]);
  device.requests.length = 0;
  await charger.read();
  expect(asked()).toEqual(["GET /status", "GET /claims"]);
  device.requests.length = 0;
  device.box.configVersion += 1;
  await charger.read();
  expect(asked()).toContain("GET /config");
});

test("one request is open at a time", async () => {
  const { charger, device } = await virtual();
  await Promise.all([charger.read(), charger.read(), charger.writes.maxAmpere(10), charger.setMeasuredVoltage?.(230)]);
  expect(device.inFlightPeak).toBe(1);
});

test("a car that charges is read as it is, on one phase and on three", async () => {
  for (const phases of [1, 3] as const) {
    const { charger, evse, device } = await virtual({ box: { phases, current: 16 } });
    device.box.toldVoltage = 230;
    evse.plug(new Car({ maxCurrent: 16 }));
    evse.advance(60);
    const power = 16 * 230 * phases;
    const reading = await charger.read();
    expect(reading).toMatchObject({ state: "charging", phases, currentL1: 16, power, voltageL1: 230, maxAmpere: 16 });
    expect(reading.currentL3).toBe(phases === 3 ? 16 : null);
    expect(reading.totalConsumption).toBeCloseTo(evse.totalEnergy / 1_000, 2);
    expect(reading.sessionChargeConsumption).toBeCloseTo(evse.sessionEnergy / 1_000, 3);
  }
});

test.each([
  ["lowest current", 6],
  ["highest current", 80],
])("%s on the wire: a claim of our own with nothing else", async (_why, amperes) => {
  const { charger, device, asked, bodies } = await virtual({ box: { maxCurrent: 80, current: 80 } });
  await charger.writes.maxAmpere(amperes);
  expect(asked()).toEqual(["GET /claims", `POST /claims/${ours}`, "GET /claims"]);
  expect(bodies()).toEqual([{ charge_current: amperes, auto_release: false }]);
  expect(device.box.pilot).toBe(amperes);
});

test("a claim keeps its other properties: it would be replaced as a whole", async () => {
  const { charger, device, bodies } = await virtual();
  await charger.writes.allowCharging(false);
  await charger.writes.maxAmpere(10);
  await charger.writes.allowCharging(true);
  expect(bodies()).toEqual([
    { state: "disabled", auto_release: false },
    { state: "disabled", charge_current: 10, auto_release: false },
    { state: "active", charge_current: 10, auto_release: false },
  ]);
  expect(device.box.standing).toHaveLength(1);
});

test("what is written is read back", async () => {
  const { charger, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.maxAmpere(9);
  await charger.writes.allowCharging(false);
  evse.advance(1);
  expect(await charger.read()).toMatchObject({
    maxAmpere: 9,
    enabled: false,
    allowCharging: false,
    state: "connected",
  });
  await charger.writes.allowCharging(true);
  evse.advance(1);
  expect(await charger.read()).toMatchObject({ maxAmpere: 9, enabled: true, allowCharging: true });
});

test.each<[string, number]>([
  ["5 A", 5],
  ["81 A", 81],
  ["10.5 A", 10.5],
  ["no number", NaN],
])("%s is refused before anything is sent", async (_what, amperes) => {
  const { charger, device } = await virtual();
  expect((await failureOf(charger.writes.maxAmpere(amperes))).code).toBe("unsupported");
  expect(device.requests).toEqual([]);
});

test("our claim survives unplugging", async () => {
  const { charger, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.maxAmpere(8);
  evse.unplug();
  expect((await charger.read()).maxAmpere).toBe(8);
});

test("a person's stop goes before our start, and a person's start before our pause", async () => {
  const { charger, device, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.allowCharging(true);
  device.personStop();
  evse.advance(1);
  expect(await charger.read()).toMatchObject({ enabled: false, allowCharging: false });
  await charger.writes.allowCharging(false);
  device.personStart(20);
  evse.advance(1);
  expect(await charger.read()).toMatchObject({ enabled: true, allowCharging: true, maxAmpere: 20 });
  device.personRelease();
  evse.advance(1);
  expect(await charger.read()).toMatchObject({ enabled: false, allowCharging: false });
});

test("a button that holds is a stop, a reached limit is none", async () => {
  const { charger, device, evse } = await virtual();
  evse.plug(new Car());
  await charger.writes.allowCharging(true);
  device.pressButton();
  evse.advance(1);
  expect(await charger.read()).toMatchObject({ enabled: false, state: "connected" });
  device.pressButton();
  await charger.writes.sessionChargeConsumptionLimit?.(0.05);
  evse.advance(120);
  expect(await charger.read()).toMatchObject({
    enabled: true,
    allowCharging: false,
    sessionChargeConsumptionLimit: 0.05,
  });
});

test("a gateway that has restarted shows that our claim is gone, and takes it again", async () => {
  const { charger, device, evse } = await virtual();
  evse.advance(100);
  await charger.writes.maxAmpere(7);
  await charger.writes.allowCharging(false);
  const before = await charger.read();
  device.rebootGateway();
  evse.advance(1);
  const after = await charger.read();
  expect(before).toMatchObject({ maxAmpere: 7, enabled: false });
  expect(after).toMatchObject({ maxAmpere: 32, enabled: true });
  expect(after.uptime).toBeLessThan(before.uptime ?? 0);
  await charger.writes.maxAmpere(7);
  expect((await charger.read()).maxAmpere).toBe(7);
});

test("firmware without claims: the manual override, with what stands in it kept", async () => {
  const { charger, device, evse, asked, bodies } = await virtual({ generation: "old" });
  evse.plug(new Car());
  await charger.read();
  device.requests.length = 0;
  await charger.writes.allowCharging(false);
  await charger.writes.maxAmpere(10);
  evse.advance(1);
  expect(asked()).toEqual([
    "GET /override",
    "POST /override",
    "GET /override",
    "GET /override",
    "POST /override",
    "GET /override",
  ]);
  expect(bodies()).toEqual([
    { state: "disabled", auto_release: false },
    { state: "disabled", charge_current: 10, auto_release: false },
  ]);
  expect(await charger.read()).toMatchObject({
    maxAmpere: 10,
    enabled: false,
    allowCharging: false,
    state: "connected",
  });
  expect((await charger.read()).uptime).toBeNull();
});

test("firmware without claims: a person's stop in the same place is seen", async () => {
  const { charger, device, evse } = await virtual({ generation: "old" });
  evse.plug(new Car());
  await charger.writes.allowCharging(true);
  expect((await charger.read()).enabled).toBe(true);
  device.personStop();
  evse.advance(1);
  expect((await charger.read()).enabled).toBe(false);
});

test("a gateway that comes back with newer firmware is asked for claims again", async () => {
  const { charger, device } = await virtual({ generation: "old" });
  await charger.read();
  device.fault = { status: 503 };
  await failureOf(charger.read());
  device.fault = null;
  device.requests.length = 0;
  await charger.read();
  expect(device.requests.map(({ url }) => url)).toContain("/claims");
});

test("a current is claimed again although it stands there: that is what helps boxes that ignore their pilot", async () => {
  const { charger, evse, bodies } = await virtual();
  evse.plug(new Car({ maxCurrent: 32 }));
  await charger.writes.maxAmpere(6);
  evse.ignoresCurrent = { current: 32, writes: 0 };
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ maxAmpere: 6, currentL1: 32 });
  await charger.writes.maxAmpere(6);
  evse.advance(60);
  expect(await charger.read()).toMatchObject({ maxAmpere: 6, currentL1: 6 });
  expect(bodies()).toHaveLength(2);
});
