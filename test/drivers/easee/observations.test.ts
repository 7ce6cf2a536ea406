import fc from "fast-check";
import { ObservationStore } from "../../../src/drivers/chargers/easee/observations.js";
import { readingOf } from "../../../src/drivers/chargers/easee/reading.js";
import { answerOf } from "../../../src/drivers/decoding/fields.js";
import { DeviceError } from "../../../src/model/errors.js";
import { type ChargerReading, noChargerReading } from "../../../src/model/readings.js";

const now = Date.parse("2026-06-01T12:00:00Z");

/** As `ProductUpdate` brings them, typed from pyeasee's and evcc's descriptions: 10 A on three phases. */
const wire = [
  '{"mid":"EH123456","dataType":2,"id":31,"timestamp":"2026-06-01T11:00:00Z","value":"1"}',
  '{"mid":"EH123456","dataType":4,"id":38,"timestamp":"2026-06-01T11:00:00Z","value":"2"}',
  '{"mid":"EH123456","dataType":3,"id":47,"timestamp":"2026-06-01T11:00:00Z","value":"16"}',
  '{"mid":"EH123456","dataType":3,"id":48,"timestamp":"2026-06-01T11:59:01.1234567Z","value":"10"}',
  '{"mid":"EH123456","dataType":4,"id":80,"timestamp":"2026-06-01T11:00:00Z","value":"333"}',
  '{"mid":"EH123456","dataType":4,"id":96,"timestamp":"2026-06-01T11:00:00Z","value":"0"}',
  '{"mid":"EH123456","dataType":6,"id":100,"timestamp":"2026-06-01T11:59:02Z","value":"C"}',
  '{"mid":"EH123456","dataType":3,"id":104,"timestamp":"2026-06-01T11:00:00Z","value":"32"}',
  '{"mid":"EH123456","dataType":4,"id":109,"timestamp":"2026-06-01T11:59:03+00:00","value":"3"}',
  '{"mid":"EH123456","dataType":4,"id":110,"timestamp":"2026-06-01T11:59:03Z","value":"30"}',
  '{"mid":"EH123456","dataType":3,"id":111,"timestamp":"2026-06-01T11:00:00Z","value":"16"}',
  '{"mid":"EH123456","dataType":3,"id":112,"timestamp":"2026-06-01T11:00:00Z","value":"0"}',
  '{"mid":"EH123456","dataType":3,"id":113,"timestamp":"2026-06-01T11:00:00Z","value":"0"}',
  '{"mid":"EH123456","dataType":3,"id":114,"timestamp":"2026-06-01T11:59:04Z","value":"10"}',
  '{"mid":"EH123456","dataType":3,"id":120,"timestamp":"2026-06-01T11:59:05Z","value":"6.8915"}',
  '{"mid":"EH123456","dataType":3,"id":121,"timestamp":"2026-06-01T11:59:05Z","value":"12.25"}',
  '{"mid":"EH123456","dataType":3,"id":124,"timestamp":"2026-06-01T11:30:05Z","value":"4711.5"}',
  '{"mid":"EH123456","dataType":6,"id":128,"timestamp":"2026-06-01T11:00:00Z","value":"04AABBCC"}',
  '{"mid":"EH123456","dataType":4,"id":150,"timestamp":"2026-06-01T11:00:00Z","value":"41"}',
  '{"mid":"EH123456","dataType":3,"id":182,"timestamp":"2026-06-01T11:59:05Z","value":"0.2"}',
  '{"mid":"EH123456","dataType":3,"id":183,"timestamp":"2026-06-01T11:59:05Z","value":"9.9"}',
  '{"mid":"EH123456","dataType":3,"id":184,"timestamp":"2026-06-01T11:59:05Z","value":"9.8"}',
  '{"mid":"EH123456","dataType":3,"id":185,"timestamp":"2026-06-01T11:59:05Z","value":"9.7"}',
  '{"mid":"EH123456","dataType":3,"id":194,"timestamp":"2026-06-01T11:59:05Z","value":"231.1"}',
  '{"mid":"EH123456","dataType":3,"id":195,"timestamp":"2026-06-01T11:59:05Z","value":"229.2"}',
  '{"mid":"EH123456","dataType":3,"id":196,"timestamp":"2026-06-01T11:59:05Z","value":"233.3"}',
  '{"mid":"EH123456","dataType":3,"id":197,"timestamp":"2026-06-01T11:59:05Z","value":"400.1"}',
  '{"mid":"EH123456","dataType":2,"id":250,"timestamp":"2026-06-01T11:00:00Z","value":"True"}',
];

const expected: ChargerReading = {
  ...noChargerReading,
  maxAmpere: 10,
  pwmSignal: "C",
  error: "NONE",
  voltageL1: 231.1,
  voltageL2: 229.2,
  voltageL3: 233.3,
  currentL1: 9.9,
  currentL2: 9.8,
  currentL3: 9.7,
  power: 6_891.5,
  phases: 3,
  sessionChargeConsumption: 12.25,
  totalConsumption: 4_711.5,
  allowCharging: true,
  cableEncoding: 32,
  temperature: 41,
  firmware: "333",
  state: "charging",
  enabled: true,
  tag: "04AABBCC",
};

function take(store: ObservationStore, update: unknown): boolean {
  const answer = answerOf(update);
  return answer !== null && store.takeUpdate(answer, now);
}

function storeOf(lines: readonly string[] = wire): ObservationStore {
  const store = new ObservationStore();
  for (const line of lines) take(store, JSON.parse(line));
  return store;
}

/** The same charger, with some observations different. */
function changed(changes: Readonly<Record<number, string>>): ObservationStore {
  const store = storeOf();
  for (const [id, value] of Object.entries(changes))
    take(store, { id: Number(id), timestamp: "2026-06-01T12:00:00Z", value });
  return store;
}

const read = (store: ObservationStore) => readingOf(store, "charger", "Garage");

test("updates off the wire are this reading", () => {
  expect(read(storeOf())).toEqual(expected);
});

test("set by the circuit, current and phases are what its limits are", () => {
  expect(readingOf(storeOf(), "circuit", "Garage")).toEqual({ ...expected, maxAmpere: 16, phases: 1 });
});

test("a state off the REST interface is this reading", () => {
  const store = new ObservationStore();
  const state = {
    smartCharging: false,
    chargerOpMode: 3,
    totalPower: 2.3,
    sessionEnergy: 1.5,
    outputPhase: 10,
    latestPulse: "2026-06-01T11:59:00Z",
    chargerFirmware: 321,
    inCurrentT2: 10.1,
    inCurrentT3: 10.1,
    inCurrentT4: 0,
    inCurrentT5: null,
    inVoltageT2T3: 230.5,
    inVoltageT2T4: 0.4,
    isOnline: true,
    cableRating: 20,
    dynamicChargerCurrent: 10,
    reasonForNoCurrent: 0,
    lifetimeEnergy: 99,
    dynamicCircuitCurrentP1: 40,
    fatalErrorCode: 0,
  };
  store.takeState(new Map(Object.entries(state)));
  expect(read(store)).toEqual({
    ...noChargerReading,
    maxAmpere: 10,
    error: "NONE",
    voltageL1: 230.5,
    voltageL2: 0.4,
    currentL1: 10.1,
    currentL2: 0,
    power: 2_300,
    phases: 1,
    sessionChargeConsumption: 1.5,
    totalConsumption: 99,
    allowCharging: true,
    cableEncoding: 20,
    firmware: "321",
    state: "charging",
    enabled: true,
  });
});

test.each<[why: string, changes: Readonly<Record<number, string>>, reading: Partial<ChargerReading>]>([
  ["no car", { 109: "1" }, { state: "disconnected", error: "NONE", tag: null }],
  ["awaiting start", { 109: "2" }, { state: "connected", allowCharging: true }],
  ["completed", { 109: "4" }, { state: "connected" }],
  ["error", { 109: "5" }, { state: "fault", error: "ERROR" }],
  ["error with a code", { 109: "5", 118: "7", 119: "0" }, { state: "fault", error: "ERROR 7" }],
  ["ready to charge", { 109: "6" }, { state: "connected" }],
  [
    "awaiting authentication: nobody stopped it, and yet it does not charge",
    { 109: "7" },
    { state: "connected", enabled: true, allowCharging: false, accessState: "AWAITING_AUTHENTICATION" },
  ],
  ["de-authenticating", { 109: "8" }, { state: "connected", allowCharging: false }],
  ["awaiting load balancing", { 109: "103" }, { state: "connected" }],
  ["a fault of the ground", { 109: "161" }, { state: "fault", error: "ERROR_PEN_FAULT" }],
  ["a mode of a later firmware is no reason to start", { 109: "42" }, { state: "fault", error: "UNKNOWN 42" }],
  ["a pause, ours or by the app", { 48: "0", 109: "2" }, { enabled: false, allowCharging: false, maxAmpere: null }],
  ["disabled in the app", { 31: "0" }, { enabled: false, allowCharging: false, maxAmpere: 10 }],
  ["a flag that is none", { 31: "2" }, { enabled: true }],
  ["the current jumps up after a restart", { 48: "40" }, { maxAmpere: 40, enabled: true }],
  ["a limit of an Easee Charge after a restart", { 48: "80" }, { maxAmpere: 40 }],
  ["no limit", { 48: "1000" }, { maxAmpere: 40 }],
  ["no output: phases are what it is locked to", { 110: "0", 38: "1" }, { phases: 1 }],
  ["no output, chosen by the charger: not known", { 110: "0" }, { phases: null }],
  ["two phases", { 110: "20" }, { phases: 2 }],
  ["one phase on an IT grid", { 110: "13" }, { phases: 1 }],
  ["an output of a later firmware", { 110: "99", 38: "3" }, { phases: 3 }],
  ["no energy of a session begins with 0 in its middle", { 121: "0" }, { sessionChargeConsumption: 12.25 }],
  ["an energy below nothing", { 121: "-1", 124: "-5" }, { sessionChargeConsumption: null, totalConsumption: null }],
  ["a power that there is not", { 120: "70" }, { power: null }],
  [
    "a current that is no number",
    { 183: "NaN", 184: "", 185: "1,5" },
    { currentL1: null, currentL2: null, currentL3: null },
  ],
  ["a voltage beyond all grids", { 194: "2310" }, { voltageL1: null }],
  ["an empty tag", { 128: "" }, { tag: null }],
])("%s", (_why, changes, reading) => expect(read(changed(changes))).toMatchObject(reading));

test.each<[why: string, changes: Readonly<Record<number, string>>]>([
  ["offline", { 109: "0" }],
  ["offline, by its longer code", { 109: "102" }],
  ["without contact to the cloud", { 250: "0" }],
])("%s: its last words are no reading", (_why, changes) => {
  expect(() => read(changed(changes))).toThrow(expect.objectContaining({ code: "unreachable", device: "Garage" }));
});

test.each<[why: string, store: ObservationStore]>([
  ["nothing said", new ObservationStore()],
  ["a mode that is no number", changed({ 109: "charging" })],
])("%s: what it does is not known", (_why, store) => {
  expect(() => read(store)).toThrow(expect.objectContaining({ code: "protocol" }));
});

test.each<[why: string, update: object, changes: boolean]>([
  ["newer", { id: 48, timestamp: "2026-06-01T12:00:00Z", value: "16" }, true],
  ["older, come late", { id: 48, timestamp: "2026-06-01T11:59:00Z", value: "16" }, false],
  ["the same once more", { id: 48, timestamp: "2026-06-01T11:59:01.1234567Z", value: "10" }, false],
  ["stamped next week", { id: 48, timestamp: "2026-06-08T12:00:00Z", value: "16" }, false],
  ["without a stamp", { id: 48, value: "16" }, false],
  ["with a stamp that is none", { id: 48, timestamp: "yesterday", value: "16" }, false],
  ["an id of a later firmware", { id: 9_999, timestamp: "2026-06-01T12:00:00Z", value: "16" }, false],
  ["an id that is none", { id: "x", timestamp: "2026-06-01T12:00:00Z", value: "16" }, false],
])("an update that is %s", (_why, update, changes) => {
  const store = storeOf();
  expect(take(store, update)).toBe(changes);
  expect(read(store).maxAmpere).toBe(changes ? 16 : 10);
});

test("a session's energy begins anew with the next car", () => {
  const store = changed({ 109: "1" });
  expect(read(store).sessionChargeConsumption).toBe(12.25);
  take(store, { id: 109, timestamp: "2026-06-01T12:00:01Z", value: "2" });
  expect(read(store).sessionChargeConsumption).toBe(0);
});

test("the order in which updates arrive makes no difference", () => {
  const lines = wire.map((line): { id: number; timestamp: string } => JSON.parse(line));
  const twice = lines.flatMap((line) => [line, { ...line, timestamp: "2026-06-01T09:00:00Z", value: "7" }]);
  fc.assert(
    fc.property(fc.shuffledSubarray(twice, { minLength: twice.length }), (shuffled) => {
      const store = new ObservationStore();
      // The session's energy alone is kept from falling to 0 by what came before.
      for (const update of shuffled) take(store, update);
      expect(read(store)).toMatchObject({ ...expected, sessionChargeConsumption: 12.25 });
    }),
  );
});

test("a commanded value outlives the echo of an older one, and yields to what the charger says later", () => {
  const store = storeOf();
  store.takeCommanded("dynamicChargerCurrent", 6, Date.parse("2026-06-01T12:00:00Z"));
  take(store, { id: 48, timestamp: "2026-06-01T11:59:59Z", value: "16" });
  expect(read(store).maxAmpere).toBe(6);
  take(store, { id: 48, timestamp: "2026-06-01T12:00:02Z", value: "40" });
  expect(read(store).maxAmpere).toBe(40);
});

test("whatever comes, a charger is read as devices are or not at all", () => {
  const update = fc.record(
    {
      id: fc.oneof(fc.constantFrom(31, 48, 100, 109, 120, 121, 128, 250), fc.anything()),
      timestamp: fc.oneof(fc.constant("2026-06-01T12:00:00Z"), fc.anything()),
      value: fc.oneof(fc.constantFrom("0", "1", "3", "x"), fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(update, fc.anything())), fc.anything(), (updates, state) => {
      const store = new ObservationStore();
      for (const one of updates) take(store, one);
      const answer = answerOf(state);
      if (answer) store.takeState(answer);
      try {
        read(store);
      } catch (error) {
        expect(error).toBeInstanceOf(DeviceError);
      }
    }),
  );
});

describe("power and currents of before", () => {
  const before = { 120: "3.6", 183: "15.9", 184: "0", 185: "0" };
  const nothing = { power: 0, currentL1: 0, currentL2: 0, currentL3: 0 };

  test.each([
    ["an error", { 109: "5", 118: "2048" }, { state: "fault", ...nothing }],
    ["a fault by a newer code", { 109: "160" }, { state: "fault", ...nothing }],
    ["unplugging", { 109: "1" }, { state: "disconnected", ...nothing }],
  ])("%s opens the relays: nothing flows, whatever was reported last", (_why, changes, reading) => {
    expect(read(changed({ ...before, ...changes }))).toMatchObject(reading);
  });

  test("a mode that nobody knows may still charge", () => {
    expect(read(changed({ ...before, 109: "77" }))).toMatchObject({ state: "fault", power: 3_600, currentL1: 15.9 });
  });
});
