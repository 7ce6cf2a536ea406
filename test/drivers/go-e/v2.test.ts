import { parseStatusV2, readingV2 } from "../../../src/drivers/chargers/go-e/v2.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { failureOf } from "../../support/failure.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { sendJson } from "../../support/raw-http.js";
import { serveHttp } from "../../support/test-bench.js";
import { chargersOf, expectOnlyDeviceErrors, source, type Write } from "./support.js";

/** Typed from the vendor's "apikeys-en.md": a Gemini that charges with 10 A on three phases. */
const status = {
  car: 2,
  err: 0,
  alw: true,
  frc: 2,
  psm: 2,
  pnp: 3,
  fwv: "055.5",
  amp: 10,
  nrg: [231.4, 229.1, 233.2, 1.2, 10.1, 9.9, 10.3, 2311, 2205.5, 2399, 0, 6915.5, 100, 99, 98, 0],
  dwo: 10500,
  awp: 12.5,
  sse: "012345",
  wh: 5123.4,
  eto: 1234567,
  cbl: 32,
  tma: [28.25, 31.5],
  trx: 1,
  rbt: 2208867,
  modelStatus: 3,
  acs: 1,
  ama: 16,
};

/** As a firmware up to 059 names its cards. */
const cards = {
  cards: [
    { name: "Zoe", energy: 1234, cardId: true },
    { name: "", energy: 0, cardId: false },
  ],
};

const expected: ChargerReading = {
  maxAmpere: 10,
  pwmSignal: "CHARGING",
  error: "NONE",
  voltageL1: 231.4,
  voltageL2: 229.1,
  voltageL3: 233.2,
  currentL1: 10.1,
  currentL2: 9.9,
  currentL3: 10.3,
  powerL1: 2_311,
  powerL2: 2_205.5,
  powerL3: 2_399,
  power: 6_915.5,
  phases: 3,
  sessionChargeConsumptionLimit: 10.5,
  priceLimit: 12.5,
  sessionChargeConsumption: 5.1234,
  totalConsumption: 1_234.567,
  allowCharging: true,
  cableEncoding: 32,
  temperature: 31.5,
  temperatureType2: 28.25,
  firmware: "055.5",
  accessState: null,
  transaction: 1,
  forceState: "ON",
  state: "charging",
  enabled: true,
  uptime: 2_208_867,
  tag: "Zoe",
  currentLimit: 16,
  hold: null,
};

const commaFilter =
  "/api/status?filter=car,err,sse,alw,frc,psm,pnp,fwv,amp,nrg,dwo,awp,wh,eto,cbl,tma,trx,rbt,modelStatus,acs,ama";
const cardFilter = "/api/status?filter=cards,c0n";

const { box, connectTo, expectUnsupported, virtual } = chargersOf(2);

const read = (changes: object): ChargerReading => readingV2(parseStatusV2({ ...status, ...changes }, source));

test("a status off the wire is this reading, and only its keys are asked for", async () => {
  const { charger, server } = await box({ [commaFilter]: status, [cardFilter]: cards });
  expect(await charger.read()).toEqual(expected);
  expect(server.urls).toEqual([commaFilter, cardFilter]);
});

test.each<[why: string, changes: object, reading: Partial<ChargerReading>]>([
  ["no car", { car: 1 }, { state: "disconnected", pwmSignal: "IDLE" }],
  ["waiting", { car: 3 }, { state: "connected", pwmSignal: "WAITING_FOR_CAR" }],
  ["done", { car: 4 }, { state: "connected", pwmSignal: "COMPLETE" }],
  ["error", { car: 5 }, { state: "fault", pwmSignal: "ERROR" }],
  ["unknown", { car: 0 }, { state: "fault", pwmSignal: "UNKNOWN/ERROR" }],
  ["internal error", { car: null }, { state: "fault", pwmSignal: "INTERNAL" }],
  ["a state of a later firmware", { car: 42 }, { state: "fault", pwmSignal: "UNKNOWN 42" }],
  ["no error is not the car's idle state", { err: 0 }, { error: "NONE" }],
  ["residual current", { err: 1 }, { state: "fault", error: "FiAc" }],
  ["stuck contactor", { err: 9 }, { state: "fault", error: "ContactorStuck" }],
  ["lock", { err: 16 }, { state: "fault", error: "StatusLockStuckLocked" }],
  ["an error of a later firmware", { err: 20 }, { state: "fault", error: "UNKNOWN 20" }],
  ["an error that is null", { err: null }, { state: "fault", error: "INTERNAL" }],
  ["an error that is not reported", { err: undefined }, { state: "charging", error: null }],
  ["stopped", { frc: 1, alw: false }, { enabled: false, allowCharging: false }],
  ["neutral", { frc: 0 }, { enabled: true }],
  ["a switch that is not reported", { frc: undefined, alw: undefined }, { enabled: null, allowCharging: null }],
  ["a malformed switch", { alw: 1 }, { allowCharging: null }],
  ["one phase", { psm: 1 }, { phases: 1 }],
  ["the charger chooses: what it uses", { psm: 0, pnp: 1 }, { phases: 1 }],
  ["no mode is reported: what it uses", { psm: undefined, pnp: 3 }, { phases: 3 }],
  ["the charger chooses, and reports nothing: what is measured", { psm: 0, pnp: undefined }, { phases: 3 }],
  [
    "the charger chooses, and is at rest: not known",
    { psm: 0, pnp: 0, nrg: [230, 230, 230, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    { phases: null },
  ],
  ["no limit", { dwo: null }, { sessionChargeConsumptionLimit: null }],
  ["no cable", { cbl: null }, { cableEncoding: null }],
  ["no transaction", { trx: null }, { transaction: null }],
  ["a transaction without a card", { trx: 0 }, { transaction: 0 }],
  ["a limit of nothing is a limit", { dwo: 0 }, { sessionChargeConsumptionLimit: 0 }],
  ["a list of one sensor is not valid", { tma: [28.25] }, { temperature: null, temperatureType2: null }],
  ["an empty list of sensors", { tma: [] }, { temperature: null, temperatureType2: null }],
  ["null among the sensors", { tma: [20, null] }, { temperature: null, temperatureType2: 20 }],
  ["no sensors", { tma: undefined }, { temperature: null, temperatureType2: null }],
  ["a price below zero, as the market knows it", { awp: -3.5 }, { priceLimit: -3.5 }],
  ["no price limit", { awp: null }, { priceLimit: null }],
  ["neutral is a force state", { frc: 0 }, { forceState: "NEUTRAL" }],
  ["off is one", { frc: 1 }, { forceState: "OFF" }],
  ["a force state of a later firmware", { frc: 3 }, { forceState: null }],
  ["a firmware that is no text", { fwv: 55 }, { firmware: null }],
  ["an energy below nothing", { wh: -5, eto: -1 }, { sessionChargeConsumption: null, totalConsumption: null }],
  ["a power that there is not", { nrg: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100_001] }, { power: null }],
])("%s", (_why, changes, reading) => expect(read(changes)).toMatchObject(reading));

test.each<[why: string, json: unknown]>([
  ["car missing", { ...status, car: undefined }],
  ["car a text", { ...status, car: "2" }],
  ["nrg no list", { ...status, nrg: {} }],
  ["nrg with a gap", { ...status, nrg: [null] }],
  ["an empty object", {}],
  ["a list", []],
])("not a status: %s", (_why, json) => {
  expect(() => readingV2(parseStatusV2(json, source))).toThrow(
    expect.objectContaining({ code: "protocol", device: "Garage" }),
  );
});

test("whatever JSON comes, reading it fails as a device does or not at all", () => {
  expectOnlyDeviceErrors(Object.keys(status), (json) => readingV2(parseStatusV2(json, source)));
});

test.each<[why: string, write: Write, url: string, key: string]>([
  ["lowest current", (c) => c.writes.maxAmpere(6), "/api/set?amp=6", "amp"],
  ["highest current", (c) => c.writes.maxAmpere(32), "/api/set?amp=32", "amp"],
  ["start", (c) => c.writes.allowCharging(true), "/api/set?frc=2", "frc"],
  ["stop", (c) => c.writes.allowCharging(false), "/api/set?frc=1", "frc"],
  ["one phase", (c) => c.writes.phases?.(1), "/api/set?psm=1", "psm"],
  ["three phases", (c) => c.writes.phases?.(3), "/api/set?psm=2", "psm"],
  ["a limit", (c) => c.writes.sessionChargeConsumptionLimit?.(10.5), "/api/set?dwo=10500", "dwo"],
  ["a limit is rounded", (c) => c.writes.sessionChargeConsumptionLimit?.(7.2567), "/api/set?dwo=7257", "dwo"],
  ["no limit", (c) => c.writes.sessionChargeConsumptionLimit?.(null), "/api/set?dwo=null", "dwo"],
  ["0 is no limit either", (c) => c.writes.sessionChargeConsumptionLimit?.(0), "/api/set?dwo=null", "dwo"],
  ["a transaction", (c) => c.writes.transaction?.(3), "/api/set?trx=3", "trx"],
  ["no transaction", (c) => c.writes.transaction?.(null), "/api/set?trx=null", "trx"],
])("%s on the wire", async (_why, write, url, key) => {
  const { charger, server } = await box({ [url]: { [key]: true } });
  await write(charger);
  expect(server.urls).toEqual([url]);
});

test.each<[string, Write]>([
  ["5 A", (c) => c.writes.maxAmpere(5)],
  ["33 A", (c) => c.writes.maxAmpere(33)],
  ["10.5 A", (c) => c.writes.maxAmpere(10.5)],
  ["a limit under 1 Wh", (c) => c.writes.sessionChargeConsumptionLimit?.(0.0004)],
  ["a limit that is no number", (c) => c.writes.sessionChargeConsumptionLimit?.(NaN)],
  ["card 11", (c) => c.writes.transaction?.(11)],
  ["card -1", (c) => c.writes.transaction?.(-1)],
])("%s is refused before anything is sent", (_what, write) => expectUnsupported(write));

test.each<[why: string, answer: unknown, code: string, said: string]>([
  ["a no", { amp: "value must be\nbetween 6 and 16" }, "refused", "amp=16 was refused: value must be between 6 and 16"],
  ["neither yes nor no", { amp: false }, "protocol", "not answered with a yes or a no"],
  ["an answer to something else", { frc: true }, "protocol", "not answered with a yes or a no"],
  ["nothing", {}, "protocol", "not answered with a yes or a no"],
  ["a list", [true], "protocol", "not answered with a yes or a no"],
])("a write that is answered with %s", async (_why, answer, code, said) => {
  const { charger } = await box({ "/api/set?amp=16": answer });
  const failure = await failureOf(charger.writes.maxAmpere(16));
  expect(failure.code).toBe(code);
  expect(failure.message).toContain(said);
});

test("what a charger refuses, it says why", async () => {
  const { charger, device } = await virtual();
  const failure = await failureOf(charger.writes.maxAmpere(32));
  expect(failure.code).toBe("refused");
  expect(failure.message).toContain("value must be between 6 and 16");
  expect(device.requests).toHaveLength(1);
});

test("what is written to a charger is read back from it", async () => {
  const { charger, evse } = await virtual();
  await charger.writes.maxAmpere(7);
  await charger.writes.phases?.(1);
  await charger.writes.allowCharging(false);
  await charger.writes.sessionChargeConsumptionLimit?.(4.2);
  evse.advance(2); // its logic looks at settings once per second
  expect(await charger.read()).toMatchObject({
    maxAmpere: 7,
    phases: 1,
    enabled: false,
    allowCharging: false,
    sessionChargeConsumptionLimit: 4.2,
  });
});

test("older firmware is asked in its own way, found out once", async () => {
  const { charger, device } = await virtual({ firmware: "051.3" });
  expect((await charger.read()).firmware).toBe("051.3");
  const first = device.requests.length;
  expect((await charger.read()).state).toBe("disconnected");
  expect(device.requests.slice(first).every(({ url }) => url.includes("filter=[%22"))).toBe(true);
  expect(device.requests.map(({ url }) => url.includes("filter=car,")).filter(Boolean)).toHaveLength(1);
});

test("no question to older firmware asks for more than ten keys", async () => {
  const { charger, device } = await virtual({ firmware: "051.3" });
  await charger.read();
  const lists = device.requests.slice(1).map(({ url }) => decodeURI(url).split(",").length);
  expect(Math.max(...lists)).toBeLessThanOrEqual(10);
});

test("a firmware that has understood commas once is not asked in the old way when it stumbles", async () => {
  let asked = 0;
  const server = await serveHttp((_request, response) => {
    asked += 1;
    sendJson(response, asked === 1 ? { ...status, trx: null } : {});
  });
  const charger = connectTo(server.port);
  await charger.read();
  expect((await failureOf(charger.read())).code).toBe("protocol");
  expect(server.urls).toHaveLength(2);
});

test("a write whose answer is lost is not sent again", async () => {
  const { charger, clock, device } = await virtual();
  device.fault = "silent";
  expect((await advanceUntilSettled(clock, failureOf(charger.writes.maxAmpere(10)))).code).toBe("unreachable");
  expect(device.requests.map(({ url }) => url)).toEqual(["/api/set?amp=10"]);
});

test("a switched-off API is named in the advice", async () => {
  const { charger, device } = await virtual();
  device.fault = { status: 403 };
  const failure = await failureOf(charger.read());
  expect(failure.code).toBe("login-refused");
  expect(failure.message).toContain("Switch on the local HTTP API");
});
