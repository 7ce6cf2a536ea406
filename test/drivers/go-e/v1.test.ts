import { goE } from "../../../src/drivers/chargers/go-e/index.js";
import { parseStatusV1, readingV1 } from "../../../src/drivers/chargers/go-e/v1.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { webFaults } from "../../support/device-faults.js";
import { failureOf } from "../../support/failure.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { connectCharger } from "../../support/test-bench.js";
import { chargersOf, expectOnlyDeviceErrors, source, type Write } from "./support.js";

/** Typed from the vendor's "go-eCharger API v1 EN.md": a HOME+ that charges with 10 A on three phases. */
const status = {
  version: "B",
  rbc: "251",
  rbt: "2208867",
  car: "2",
  amp: "16",
  amx: "10",
  err: "0",
  ast: "1",
  alw: "1",
  stp: "2",
  cbl: "32",
  pha: "63",
  tmp: "30",
  dws: "1800000",
  dwo: "105",
  adi: "0",
  uby: "2",
  rna: "Ioniq",
  rnm: "Zoe",
  ama: "16",
  eto: "12345",
  wst: "3",
  // U L1-3 N in V · I L1-3 in 0.1 A · P L1-3 N in 0.1 kW · P in 0.01 kW · power factors in %
  nrg: [231, 229, 233, 1, 101, 99, 103, 23, 22, 24, 0, 693, 100, 99, 98, 0],
  fwv: "041",
  sse: "012345",
  somethingNew: { from: "the next firmware" },
};

const expected: ChargerReading = {
  maxAmpere: 10,
  pwmSignal: "CHARGING",
  error: "NONE",
  voltageL1: 231,
  voltageL2: 229,
  voltageL3: 233,
  currentL1: 10.1,
  currentL2: 9.9,
  currentL3: 10.3,
  powerL1: 2_300,
  powerL2: 2_200,
  powerL3: 2_400,
  power: 6_930,
  phases: 3,
  sessionChargeConsumptionLimit: 10.5,
  priceLimit: null,
  sessionChargeConsumption: 5,
  totalConsumption: 1_234.5,
  allowCharging: true,
  cableEncoding: 32,
  temperature: 30,
  temperatureType2: null,
  firmware: "041",
  accessState: "RFID",
  transaction: null,
  forceState: null,
  state: "charging",
  enabled: true,
  uptime: 2_208_867,
  tag: "Zoe",
  currentLimit: 16,
  hold: null,
};

const { box, expectUnsupported, virtual } = chargersOf(1);

const read = (changes: object): ChargerReading => readingV1(parseStatusV1({ ...status, ...changes }, source));

test("a status off the wire is this reading", async () => {
  const { charger, server } = await box({ "/status": status });
  expect(await charger.read()).toEqual(expected);
  expect(server.urls).toEqual(["/status"]);
});

test("scalars that come as numbers are the same reading", () => {
  const numbers = Object.fromEntries(
    Object.entries(status).map(([key, value]) =>
      typeof value === "string" && /^\d+$/.test(value) && key !== "fwv" ? [key, Number(value)] : [key, value],
    ),
  );
  expect(readingV1(parseStatusV1(numbers, source))).toEqual(expected);
});

test.each<[why: string, changes: object, reading: Partial<ChargerReading>]>([
  ["no car", { car: "1" }, { state: "disconnected", pwmSignal: "READY_NO_CAR" }],
  ["waiting", { car: "3" }, { state: "connected", pwmSignal: "WAITING_FOR_CAR" }],
  ["done", { car: "4" }, { state: "connected", pwmSignal: "CHARGING_DONE_CAR_CONNECTED" }],
  ["defective", { car: "0" }, { state: "fault", pwmSignal: "UNKNOWN/ERROR" }],
  ["a state of a later firmware", { car: "42" }, { state: "fault", pwmSignal: "UNKNOWN 42" }],
  ["residual current", { err: "1" }, { state: "fault", error: "RCCB" }],
  ["phase", { err: "3" }, { state: "fault", error: "PHASE" }],
  ["no ground", { err: "8" }, { state: "fault", error: "NO_GROUND" }],
  ["internal", { err: "10" }, { state: "fault", error: "INTERNAL" }],
  ["an error that is not listed is internal", { err: "77" }, { state: "fault", error: "INTERNAL" }],
  ["an error that is not reported is none", { err: undefined }, { state: "charging", error: null }],
  ["old firmware has no amx", { amx: undefined }, { maxAmpere: 16 }],
  ["stopped", { alw: "0" }, { allowCharging: false, enabled: false }],
  ["a malformed switch", { alw: "yes" }, { allowCharging: null, enabled: null }],
  ["a limit that is not in force", { stp: "0" }, { sessionChargeConsumptionLimit: null }],
  ["a limit of 0 is none", { dwo: "0" }, { sessionChargeConsumptionLimit: null }],
  [
    "several sensors: the second is the board's",
    { tma: [20, 31.5, 22, 23] },
    { temperature: 31.5, temperatureType2: 20 },
  ],
  ["a list of one sensor is not valid", { tmp: undefined, tma: [20] }, { temperature: null, temperatureType2: null }],
  ["open", { ast: "0" }, { accessState: "OPEN" }],
  ["price", { ast: "2" }, { accessState: "AWATTAR" }],
  ["timer", { ast: "3" }, { accessState: "TIMER" }],
  ["an access state of a later firmware", { ast: "9" }, { accessState: "UNKNOWN 9" }],
  ["no measurements at all", { nrg: undefined }, { power: null, currentL1: null, phases: null }],
  ["too few measurements", { nrg: [230, 230] }, { voltageL1: 230, voltageL3: null, power: null, phases: null }],
  [
    "two phases carry current",
    { nrg: [230, 230, 230, 0, 60, 0, 60, 14, 0, 14, 0, 280, 0, 0, 0, 0] },
    { phases: 2, currentL2: 0 },
  ],
  ["a malformed value is not 0", { eto: "12,5", dws: "", cbl: null }, { totalConsumption: null, cableEncoding: null }],
  ["a voltage that there is not", { nrg: [501, 230, 230, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, { voltageL1: null }],
  ["a current that there is not", { nrg: [0, 0, 0, 0, 1001, 0, 0, 0, 0, 0, 0, 0] }, { currentL1: null }],
  ["a power that there is not", { nrg: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10001] }, { power: null }],
  ["an energy below nothing", { dws: "-1" }, { sessionChargeConsumption: null }],
])("%s", (_why, changes, reading) => expect(read(changes)).toMatchObject(reading));

test.each<[why: string, json: unknown]>([
  ["car missing", { ...status, car: undefined }],
  ["car null", { ...status, car: null }],
  ["car no number", { ...status, car: "charging" }],
  ["car with decimals", { ...status, car: 1.5 }],
  ["nrg no list", { ...status, nrg: "231" }],
  ["nrg with a gap", { ...status, nrg: [231, null, 233] }],
  ["nrg of texts", { ...status, nrg: ["231"] }],
  ["an empty object", {}],
  ["a list", [status]],
  ["a text", "go-e"],
  ["null", null],
])("not a status: %s", (_why, json) => {
  expect(() => readingV1(parseStatusV1(json, source))).toThrow(
    expect.objectContaining({ code: "protocol", device: "Garage" }),
  );
});

test("whatever JSON comes, reading it fails as a device does or not at all", () => {
  expectOnlyDeviceErrors(Object.keys(status), (json) => readingV1(parseStatusV1(json, source)));
});

const taken = (changes: object) => ({ ...status, ...changes });

test.each<[why: string, write: Write, urls: string[], answer: object]>([
  ["lowest current", (c) => c.writes.maxAmpere(6), ["/mqtt?payload=amx=6"], { amx: "6" }],
  ["highest current", (c) => c.writes.maxAmpere(32), ["/mqtt?payload=amx=32"], { amx: "32" }],
  ["start", (c) => c.writes.allowCharging(true), ["/mqtt?payload=alw=1"], { alw: "1" }],
  ["stop", (c) => c.writes.allowCharging(false), ["/mqtt?payload=alw=0"], { alw: "0" }],
  [
    "a limit where limits are in force",
    (c) => c.writes.sessionChargeConsumptionLimit?.(10.5),
    ["/mqtt?payload=dwo=105"],
    { dwo: "105", stp: "2" },
  ],
  [
    "a limit is rounded, not cut off",
    (c) => c.writes.sessionChargeConsumptionLimit?.(7.26),
    ["/mqtt?payload=dwo=73"],
    { dwo: "73", stp: "2" },
  ],
  [
    "the largest limit",
    (c) => c.writes.sessionChargeConsumptionLimit?.(6_553.5),
    ["/mqtt?payload=dwo=65535"],
    { dwo: "65535", stp: "2" },
  ],
  ["no limit", (c) => c.writes.sessionChargeConsumptionLimit?.(null), ["/mqtt?payload=dwo=0"], { dwo: "0" }],
  ["access", (c) => c.writes.accessState?.("rfid"), ["/mqtt?payload=ast=1"], { ast: "1" }],
])("%s on the wire", async (_why, write, urls, answer) => {
  const { charger, server } = await box(Object.fromEntries(urls.map((url) => [url, taken(answer)])));
  await write(charger);
  expect(server.urls).toEqual(urls);
});

test("a limit where limits are not in force switches them on, after it is set", async () => {
  const { charger, server } = await box({
    "/mqtt?payload=dwo=80": taken({ dwo: "80", stp: "0" }),
    "/mqtt?payload=stp=2": taken({ dwo: "80", stp: "2" }),
  });
  await charger.writes.sessionChargeConsumptionLimit?.(8);
  expect(server.urls).toEqual(["/mqtt?payload=dwo=80", "/mqtt?payload=stp=2"]);
});

test.each<[string, Write]>([
  ["5 A", (c) => c.writes.maxAmpere(5)],
  ["0 A", (c) => c.writes.maxAmpere(0)],
  ["33 A", (c) => c.writes.maxAmpere(33)],
  ["6.5 A", (c) => c.writes.maxAmpere(6.5)],
  ["no number of A", (c) => c.writes.maxAmpere(NaN)],
  ["a limit under one count", (c) => c.writes.sessionChargeConsumptionLimit?.(0.04)],
  ["a limit below nothing", (c) => c.writes.sessionChargeConsumptionLimit?.(-1)],
  ["a limit over 16 bits", (c) => c.writes.sessionChargeConsumptionLimit?.(6_554)],
  ["an access state that there is not", (c) => c.writes.accessState?.("closed")],
])("%s is refused before anything is sent", (_what, write) => expectUnsupported(write));

test("an unchanged answer is a write that was not taken over", async () => {
  const { charger, clock } = await box({ "/mqtt?payload=alw=0": taken({ alw: "1" }), "/status": status });
  const failure = await advanceUntilSettled(clock, failureOf(charger.writes.allowCharging(false)));
  expect(failure.code).toBe("not-taken-over");
  expect(failure.message).toContain("alw=0 was not taken over, it is 1");
});

test("firmware without amx is reported as too old, and amp is left alone", async () => {
  const old = taken({ amx: undefined });
  const { charger, clock, server } = await box({ "/mqtt?payload=amx=10": old, "/status": old });
  const failure = await advanceUntilSettled(clock, failureOf(charger.writes.maxAmpere(10)));
  expect(failure.code).toBe("not-taken-over");
  expect(failure.message).toContain("Update the charger's firmware");
  expect(new Set(server.urls)).toEqual(new Set(["/mqtt?payload=amx=10", "/status"]));
});

test("firmware 042 takes no current over the stored one, and the error says what to do", async () => {
  const { charger, clock, device } = await virtual({ firmware: "042", current: 10 });
  await charger.writes.maxAmpere(8);
  const failure = await advanceUntilSettled(clock, failureOf(charger.writes.maxAmpere(16)));
  expect(failure.code).toBe("not-taken-over");
  expect(failure.message).toContain("Set the highest current that is wanted in the go-e app once");
  expect(device.flashWrites).toBe(0);
});

test("what is written to a charger is read back from it, and wears no flash", async () => {
  const { charger, device } = await virtual();
  await charger.writes.maxAmpere(11);
  await charger.writes.allowCharging(false);
  await charger.writes.sessionChargeConsumptionLimit?.(12.3);
  await charger.writes.accessState?.("OPEN");
  expect(await charger.read()).toMatchObject({
    maxAmpere: 11,
    allowCharging: false,
    enabled: false,
    sessionChargeConsumptionLimit: 12.3,
    accessState: "OPEN",
    state: "disconnected",
  });
  await charger.writes.sessionChargeConsumptionLimit?.(null);
  expect((await charger.read()).sessionChargeConsumptionLimit).toBeNull();
  expect(device.flashWrites).toBe(0);
});

test.each(webFaults)("a charger whose fault is %j: %s", async (fault, code) => {
  const { charger, clock, device } = await virtual();
  device.fault = fault;
  const failures = await advanceUntilSettled(
    clock,
    Promise.all([failureOf(charger.read()), failureOf(charger.writes.maxAmpere(10))]),
  );
  expect(failures.map((failure) => failure.code)).toEqual([code, code]);
  device.fault = null;
  expect((await charger.read()).state).toBe("disconnected");
});

test("reads and writes at one moment reach the charger one after the other", async () => {
  const { charger, device } = await virtual();
  await Promise.all([charger.read(), charger.writes.maxAmpere(9), charger.read(), charger.writes.allowCharging(true)]);
  expect(device.requests).toHaveLength(4);
  expect(device.inFlightPeak).toBe(1);
});

test("connecting makes no contact, and closing ends", async () => {
  const { device } = await virtual();
  const charger = connectCharger(goE, { host: "127.0.0.1", port: device.port, apiVersion: 1 });
  await charger.close();
  expect(device.requests).toEqual([]);
});
