import fc from "fast-check";
import type { Claims } from "../../../src/drivers/chargers/openevse/claims.js";
import { Gateway } from "../../../src/drivers/chargers/openevse/gateway.js";
import { readingOf } from "../../../src/drivers/chargers/openevse/reading.js";
import { type Details, detailsOf, factsOf, parseStatus } from "../../../src/drivers/chargers/openevse/status.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type ChargerReading, noChargerReading } from "../../../src/model/readings.js";
import { TestClock } from "../../support/test-clock.js";
import { chargingReading } from "./support.js";

/** Typed from the firmware's "api.yml" and `create_rapi_json`: a box that charges with 16 A on one phase. */
export const status = {
  mode: "STA",
  evse_connected: 1,
  amp: 15840,
  voltage: 231,
  power: 3659.04,
  pilot: 16,
  max_current: 32,
  temp: 282,
  temp_max: 301,
  temp1: 282,
  temp2: false,
  temp3: false,
  state: 3,
  status: "active",
  flags: 0x0140,
  vehicle: 1,
  manual_override: 0,
  session_energy: 2503.4,
  total_energy: 998.125,
  elapsed: 3473,
  wattsec: 1,
  watthour: 1,
  limit: false,
  config_version: 1,
  claims_version: 3,
  override_version: 0,
  limit_version: 0,
  rfid_auth: "04A1B2C3",
  uptime: 86_400,
};

/** Typed from "api.yml", its example of an older firmware. */
const oldStatus = {
  mode: "STA",
  rapi_connected: 1,
  amp: 0,
  pilot: 32,
  temp1: 282,
  temp2: -2560,
  temp3: -2560,
  state: 254,
  vehicle: 1,
  elapsed: 3473,
  wattsec: 9_012_240,
  watthour: 998_000,
  divertmode: 1,
};

const onePhase: Details = { threePhase: false, firmware: "5.1.2" };
const ours = (state: "active" | "disabled"): Claims => ({ ours: { state, chargeCurrent: 16 }, manual: null });

const gateway = new Gateway({ device: "Garage", host: "127.0.0.1", port: 80, deadline: 1_000, clock: new TestClock() });

function read(
  json: unknown,
  {
    details = onePhase,
    claims = ours("active"),
    limit = null,
  }: { details?: Details; claims?: Claims | null; limit?: number | null } = {},
): ChargerReading {
  return readingOf(factsOf(parseStatus(json, gateway), details, claims, limit));
}

test("a status is this reading", () => {
  expect(read(status, { limit: 7.5 })).toEqual({
    ...chargingReading,
    sessionChargeConsumptionLimit: 7.5,
    temperature: 28.2,
    firmware: "5.1.2",
    uptime: 86_400_000,
    tag: "04A1B2C3",
  });
});

test("a status of older firmware is this reading", () => {
  expect(read(oldStatus, { details: { threePhase: false, firmware: "3.3.2" }, claims: null })).toEqual({
    ...noChargerReading,
    maxAmpere: 32,
    pwmSignal: "SLEEPING",
    error: "NONE",
    currentL1: 0,
    phases: 1,
    sessionChargeConsumption: 2.5034,
    totalConsumption: 998,
    allowCharging: false,
    temperature: 28.2,
    firmware: "3.3.2",
    state: "connected",
    enabled: false,
  });
});

test("a box for three phases measures one, and the others are taken to be like it", () => {
  const { voltage, amp } = status;
  const power = (3 * voltage * amp) / 1_000;
  expect(read({ ...status, power }, { details: { threePhase: true, firmware: null } })).toMatchObject({
    phases: 3,
    voltageL1: 231,
    voltageL2: null,
    currentL1: 15.84,
    currentL2: 15.84,
    currentL3: 15.84,
    powerL1: power / 3,
    powerL3: power / 3,
    power,
  });
});

test("firmware without power: it is reckoned, on as many phases as the box is set up for", () => {
  const rest = { ...status, power: undefined, voltage: 230, amp: 10_000 };
  expect(read(rest).power).toBe(2_300);
  expect(read(rest, { details: { threePhase: true, firmware: null } }).power).toBe(6_900);
});

test.each<[code: number, state: ChargerReading["state"], text: string, error: string | null]>([
  [0, null, "STARTING", null],
  [1, "disconnected", "NOT_CONNECTED", "NONE"],
  [2, "connected", "CONNECTED", "NONE"],
  [3, "charging", "CHARGING", "NONE"],
  [4, "fault", "VENT_REQUIRED", "VENT_REQUIRED"],
  [5, "fault", "DIODE_CHECK_FAILED", "DIODE_CHECK_FAILED"],
  [6, "fault", "GFCI_FAULT", "GFCI_FAULT"],
  [7, "fault", "NO_GROUND", "NO_GROUND"],
  [8, "fault", "STUCK_RELAY", "STUCK_RELAY"],
  [9, "fault", "GFCI_SELF_TEST_FAILED", "GFCI_SELF_TEST_FAILED"],
  [10, "fault", "OVER_TEMPERATURE", "OVER_TEMPERATURE"],
  [11, "fault", "OVER_CURRENT", "OVER_CURRENT"],
  [12, "fault", "UNKNOWN 12", "UNKNOWN 12"],
  [14, "fault", "RELAY_CLOSURE_FAULT", "RELAY_CLOSURE_FAULT"],
  [254, "connected", "SLEEPING", "NONE"],
  [255, "connected", "DISABLED", "NONE"],
])("state %i", (code, state, text, error) => {
  expect(read({ ...status, state: code })).toMatchObject({ state, pwmSignal: text, error });
});

test.each<[why: string, changes: object, state: ChargerReading["state"]]>([
  ["asleep with a car", { vehicle: 1 }, "connected"],
  ["asleep without one", { vehicle: 0 }, "disconnected"],
  ["asleep, and only the flags show a car", { vehicle: undefined, flags: 0x0100 }, "connected"],
  ["asleep, and the flags show none", { vehicle: undefined, flags: 0 }, "disconnected"],
  ["asleep, and nothing shows it", { vehicle: undefined, flags: undefined }, null],
])("%s", (_why, changes, state) => expect(read({ ...status, state: 254, ...changes }).state).toBe(state));

const person = (state: "active" | "disabled" | null, us: "active" | "disabled" | null = "active"): Claims => ({
  ours: us === null ? null : { state: us, chargeCurrent: 16 },
  manual: { state, chargeCurrent: null },
});

test.each<[why: string, changes: object, claims: Claims | null, enabled: boolean | null, allowed: boolean | null]>([
  ["we asked it to charge", {}, ours("active"), true, true],
  ["we asked it to stop", { status: "disabled", state: 254 }, ours("disabled"), false, false],
  ["a person stopped it", { status: "disabled", state: 254 }, person("disabled"), false, false],
  ["a person started it over our pause", { status: "active" }, person("active", "disabled"), true, true],
  ["a person only set a current: our claim counts", {}, person(null, "active"), true, true],
  ["a limit is reached: nobody stopped it", { status: "disabled", state: 254 }, ours("active"), true, false],
  ["our claim is gone after a restart, and it charges by itself", {}, { ours: null, manual: null }, true, true],
  ["our claim is gone, and it rests", { status: "disabled", state: 254 }, { ours: null, manual: null }, false, false],
  ["its button was pressed", { state: 254 }, ours("active"), false, false],
  ["its button was pressed, and it disables", { state: 255 }, ours("active"), false, false],
  ["its own timer lets it wait", { state: 254, flags: 0x1100 }, ours("active"), true, false],
  ["its own limit has put it to sleep", { state: 254, flags: 0x0104 }, ours("active"), true, false],
  ["it waits for a card", { state: 254, flags: 0x0108 }, ours("active"), true, false],
  ["no claims: what it is asked for", { status: "disabled", state: 254 }, null, false, false],
  ["no claims, and not reported: what it does", { status: undefined, state: 255 }, null, false, false],
  ["no claims, and not reported: it is awake", { status: undefined, state: 2 }, null, true, true],
  ["a fault, and nothing reported", { status: undefined, state: 6 }, null, null, null],
])("%s", (_why, changes, claims, enabled, allowCharging) => {
  expect(read({ ...status, ...changes }, { claims })).toMatchObject({ enabled, allowCharging });
});

test.each<[why: string, changes: object, reading: Partial<ChargerReading>]>([
  ["no sensor", { temp: false, temp1: false }, { temperature: null }],
  ["no main sensor: another one", { temp: false, temp1: -2560, temp2: 305 }, { temperature: 30.5 }],
  ["a temperature below zero", { temp: -105 }, { temperature: -10.5 }],
  ["no ammeter", { amp: -1, power: undefined }, { currentL1: null, power: null }],
  ["a current that there is not", { amp: 100_001 }, { currentL1: null }],
  ["a voltage that there is not", { voltage: 501 }, { voltageL1: null }],
  ["no voltage", { voltage: 0 }, { voltageL1: null }],
  [
    "an energy below nothing",
    { session_energy: -1, total_energy: -1 },
    { sessionChargeConsumption: null, totalConsumption: null },
  ],
  ["numbers as texts", { pilot: "16", amp: "15840" }, { maxAmpere: 16, currentL1: 15.84 }],
  ["an object in the place of a number", { pilot: {} }, { maxAmpere: null }],
  ["no card", { rfid_auth: "" }, { tag: null }],
  ["no uptime", { uptime: undefined }, { uptime: null }],
])("%s", (_why, changes, reading) => expect(read({ ...status, ...changes })).toMatchObject(reading));

test.each<[why: string, json: unknown]>([
  ["state missing", { ...status, state: undefined }],
  ["state a text", { ...status, state: "3" }],
  ["state beyond a byte", { ...status, state: 256 }],
  ["an empty object", {}],
  ["a list", [status]],
  ["nothing", null],
])("not a status: %s", (_why, json) => {
  expect(() => read(json)).toThrow(expect.objectContaining({ code: "protocol", device: "Garage" }));
});

test("a gateway that does not reach its controller knows nothing of the charger", () => {
  expect(() => read({ ...status, evse_connected: 0 })).toThrow(
    expect.objectContaining({ code: "unreachable", message: expect.stringContaining("controller") }),
  );
});

test.each<[why: string, json: unknown, details: Details]>([
  [
    "three phases",
    { is_threephase: true, version: "v5.1.2", firmware: "8.2.1" },
    { threePhase: true, firmware: "v5.1.2" },
  ],
  ["one phase", { is_threephase: false, version: "v5.1.2" }, { threePhase: false, firmware: "v5.1.2" }],
  ["only the controller's firmware", { firmware: "7.1.3" }, { threePhase: false, firmware: "7.1.3" }],
  ["malformed", { is_threephase: "yes", version: 5 }, { threePhase: false, firmware: null }],
  ["nothing", undefined, { threePhase: false, firmware: null }],
])("a configuration: %s", (_why, json, details) => expect(detailsOf(json)).toEqual(details));

test("whatever JSON comes, reading it fails as a device does or not at all", () => {
  const nearly = fc.record(Object.fromEntries(Object.keys(status).map((key) => [key, fc.anything()])), {
    requiredKeys: [],
  });
  const valid = nearly.map((json) => ({ ...json, state: 3, evse_connected: 1 }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything(), nearly, valid), fc.anything(), (json, config) => {
      try {
        read(json, { details: detailsOf(config) });
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
    }),
  );
});
