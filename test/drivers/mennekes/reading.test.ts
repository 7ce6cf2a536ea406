import fc from "fast-check";
import { readingOf } from "../../../src/drivers/chargers/mennekes/reading.js";
import { before522, since522 } from "../../../src/drivers/chargers/mennekes/registers.js";
import { readRegisters, type RegisterTable } from "../../../src/drivers/decoding/registers.js";
import { DeviceError } from "../../../src/model/errors.js";
import type { ChargerReading } from "../../../src/model/readings.js";
import { Car } from "../../../src/simulator/house/car.js";
import type { RegisterStore } from "../../../src/simulator/servers/modbus/server.js";
import type { ModbusRegisters } from "../../../src/transport/modbus.js";
import { failureOf } from "../../support/failure.js";
import { newCharger, newReading, oldCharger, oldReading } from "./registers.js";
import { box, connectTo, virtual } from "./support.js";

test("firmware 5.22 off the wire is this reading, and only what it has is asked for", async () => {
  const { charger, server } = await box(newCharger());
  expect(await charger.read()).toEqual(newReading);
  expect(server.requests.map(({ address, count }) => [address, count])).toEqual([
    [100, 2],
    [131, 2],
    [142, 10],
    [104, 9],
    [122, 1],
    [1_000, 1],
    [140, 1],
    [206, 16],
    [720, 10],
    [222, 6],
    [716, 2],
  ]);
  expect(new Set(server.requests.map(({ functionCode }) => functionCode))).toEqual(new Set([3]));
});

test("firmware 5.12 off the wire is this reading, and nothing newer is asked for", async () => {
  const { charger, server } = await box(oldCharger(), { unknown: "close" });
  expect(await charger.read()).toEqual(oldReading);
  expect(server.accepted).toBe(1);
  expect(server.requests.map(({ address }) => address)).not.toContain(142);
});

test("a second reading does not ask anew who it is", async () => {
  const { charger, server } = await box(newCharger());
  await charger.read();
  const first = server.requests.length;
  await charger.read();
  expect(server.requests.slice(first).map(({ address }) => address)).toEqual([
    104, 122, 1_000, 140, 206, 720, 222, 716,
  ]);
  expect(server.inFlightPeak).toBe(1);
});

/** Registers at hand, without a wire. */
function registersOf(store: RegisterStore): ModbusRegisters {
  const words = async (address: number, count: number) => store.words(address, count);
  const nothing = async () => undefined;
  return { device: "Garage", readHolding: words, readInput: words, writeRegister: nothing, writeRegisters: nothing };
}

async function readWith(store: RegisterStore, changes: Readonly<Record<number, readonly number[]>>) {
  for (const [address, words] of Object.entries(changes)) store.setWords(Number(address), words);
  return readingOf(await readRegisters(registersOf(store), since522), "5.22", "Garage");
}

const nothing32 = [0xffff, 0xffff];

test.each<[why: string, changes: Readonly<Record<number, readonly number[]>>, reading: Partial<ChargerReading>]>([
  ["no car", { 104: [0], 122: [1] }, { state: "disconnected", pwmSignal: "A" }],
  ["reserved, and no car", { 104: [2], 122: [1] }, { state: "disconnected" }],
  ["a car that waits for the tag", { 104: [5], 122: [2] }, { state: "connected", pwmSignal: "B" }],
  ["available, and a car just came", { 104: [0], 122: [2] }, { state: "connected" }],
  ["occupied, as OCPP 1.5 says for all that follows", { 104: [1], 122: [3] }, { state: "charging" }],
  ["ventilation needed", { 104: [6], 122: [4] }, { state: "charging", pwmSignal: "D" }],
  ["suspended by us, the car still wants", { 104: [7], 122: [3] }, { state: "connected" }],
  ["suspended by the car", { 104: [8], 122: [3] }, { state: "connected" }],
  ["finishing", { 104: [9], 122: [2] }, { state: "connected" }],
  ["out of service", { 104: [3], 122: [2] }, { state: "fault" }],
  ["faulted", { 104: [4], 122: [2] }, { state: "fault" }],
  ["vehicle state E", { 104: [6], 122: [5] }, { state: "fault", pwmSignal: "E" }],
  ["a status that no document knows", { 104: [10] }, { state: "fault" }],
  ["a vehicle state that no document knows", { 122: [6] }, { state: "fault", pwmSignal: "UNKNOWN 6" }],
  ["vehicle state 0", { 122: [0] }, { state: "fault", pwmSignal: "UNKNOWN 0" }],
  [
    "bits 0 and 6, bytes and words turned round",
    { 111: [0x4100, 0] },
    { error: "RCMB, CONTACTOR_WELDED", state: "fault" },
  ],
  ["bit 8, in the second byte", { 111: [0x0001, 0] }, { error: "LOCK_FAILED", state: "fault" }],
  ["bit 20, in the second word", { 111: [0, 0x1000] }, { error: "PHASE_ROTATION", state: "fault" }],
  ["bit 21", { 111: [0, 0x2000] }, { error: "NO_MAINS", state: "fault" }],
  ["the backend is away: it charges on", { 111: [0x8000, 0] }, { error: "BACKEND_OFFLINE", state: "charging" }],
  ["a bit without a meaning is shown", { 111: [0, 0x4000] }, { error: "UNKNOWN 22", state: "charging" }],
  ["a register without a meaning is shown", { 107: [0x0100] }, { error: "UNKNOWN 107:1", state: "charging" }],
  ["errors are not reported", { 111: nothing32 }, { error: null, state: "charging" }],
  ["contactor open", { 140: [0] }, { phases: null }],
  ["one phase", { 140: [5] }, { phases: 1 }],
  ["a contactor that no program knows", { 140: [3] }, { phases: null }],
  ["a pause has no current", { 1000: [0] }, { allowCharging: false, maxAmpere: null, enabled: null }],
  ["less than a car can be offered is a pause", { 1000: [5] }, { allowCharging: false, maxAmpere: null }],
  ["the least", { 1000: [6] }, { allowCharging: true, maxAmpere: 6 }],
  ["a limit that is not reported", { 1000: [0xffff] }, { allowCharging: null, maxAmpere: null }],
  ["a limit that can't be", { 1000: [81] }, { allowCharging: null, maxAmpere: null }],
  ["no total power: the phases' together", { 220: nothing32 }, { power: 6_915 }],
  ["neither total nor one phase", { 220: nothing32, 208: nothing32 }, { power: null, powerL2: null, powerL1: 2_311 }],
  ["no energy", { 218: nothing32 }, { totalConsumption: null }],
  [
    "a meter without voltages",
    { 222: nothing32, 224: nothing32 },
    { voltageL1: null, voltageL2: null, voltageL3: 233 },
  ],
  ["a current is missing", { 214: nothing32 }, { currentL1: 10.1, currentL2: null }],
  ["a current that can't be", { 212: [0x0001, 0x86a1] }, { currentL1: null }],
  ["no tag", { 720: [0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x2020, 0x2020] }, { tag: null }],
  [
    "a tag of 20 characters",
    { 720: [0x3030, 0x3030, 0x3030, 0x3030, 0x3030, 0x3030] },
    { tag: "00000000000004A1B2C3" },
  ],
  ["a tag that is no text", { 720: [0x0001, 0xff00] }, { tag: null }],
])("%s", async (_why, changes, reading) => expect(await readWith(newCharger(), changes)).toMatchObject(reading));

test.each<[why: string, changes: Readonly<Record<number, readonly number[]>>, reading: Partial<ChargerReading>]>([
  ["the meter counts all in the first", { 202: nothing32, 204: nothing32 }, { totalConsumption: 500 }],
  ["one count is missing", { 204: nothing32 }, { totalConsumption: null }],
  ["no meter", { 200: nothing32, 202: nothing32, 204: nothing32 }, { totalConsumption: null }],
  ["the session's count has come to its end", { 705: [0xffff] }, { sessionChargeConsumption: null }],
  ["a phase's power is missing", { 210: nothing32 }, { power: null, powerL1: 1_380 }],
])("before 5.22: %s", async (_why, changes, reading) => {
  const store = oldCharger();
  for (const [address, words] of Object.entries(changes)) store.setWords(Number(address), words);
  const values = await readRegisters(registersOf(store), before522);
  expect(readingOf(values, "5.12", "Garage")).toMatchObject(reading);
});

test.each<[firmware: string, isNew: boolean]>([
  ["4.40", false],
  ["5.12", false],
  ["5.21", false],
  ["5.22", true],
  ["5.33", true],
  ["6.00", true],
])("firmware %s has the registers of 5.22: %s", async (firmware, isNew) => {
  const { charger, device } = await virtual({ firmware });
  expect((await charger.read()).firmware).toBe(firmware);
  expect(device.modbus.requests.some(({ address }) => address === 716)).toBe(isNew);
});

test.each([
  ["has the model's register", newCharger, 231],
  ["does not", oldCharger, null],
])("a firmware without a number is judged by its registers: it %s", async (_why, make, voltageL1) => {
  const store = make();
  store.setWords(100, [0x6465, 0x7631]); // "dev1"
  const { charger } = await box(store);
  expect(await charger.read()).toMatchObject({ firmware: "dev1", voltageL1 });
});

test("with another register set the advice is which one to choose", async () => {
  const store = newCharger();
  store.remove(100, 101);
  const { charger } = await box(store);
  const failure = await failureOf(charger.read());
  expect(failure.code).toBe("unsupported");
  expect(failure.message).toContain("choose the register address set “MENNEKES”");
});

test.each([104, 122, 1_000])("without register %i there is no reading", async (address) => {
  const store = newCharger();
  store.remove(address);
  const { charger } = await box(store);
  expect((await failureOf(charger.read())).code).toBe("unsupported");
});

test.each<[missing: number, reading: Partial<ChargerReading>]>([
  [131, {}],
  [140, { phases: null }],
  [206, { powerL1: null }],
  [222, { voltageL1: null }],
  [716, { sessionChargeConsumption: null }],
  [720, { tag: null }],
])("without register %i the rest is read, and it is soon no longer asked for", async (missing, reading) => {
  const store = newCharger();
  store.remove(missing);
  const { charger, server } = await box(store);
  await charger.read();
  expect(await charger.read()).toEqual({ ...newReading, ...reading });
  // Once with its neighbours, and once alone.
  expect(server.requests.filter(({ address }) => address === missing).length).toBeLessThanOrEqual(2);
});

test("one that hangs up at a register that it does not have is left alone with it", async () => {
  const store = newCharger();
  store.remove(140);
  const { charger, server } = await box(store, { unknown: "close" });
  let reading: ChargerReading | null = null;
  for (let turn = 0; turn < 4; turn += 1) reading = await charger.read().catch(() => null);
  expect(reading).toEqual({ ...newReading, phases: null });
  const connections = server.accepted;
  await charger.read();
  expect(server.accepted).toBe(connections);
});

const everyAddress = [104, 106, 111, 112, 122, 140, 206, 212, 218, 220, 222, 705, 716, 720, 725, 1_000];

test.each<[string, RegisterTable]>([
  ["new", since522],
  ["old", before522],
])("whatever stands in the registers (%s), reading them fails as a device does or not at all", async (which) => {
  const word = fc.integer({ min: 0, max: 0xffff });
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...everyAddress.map(String)), fc.tuple(word, word)),
      async (changes) => {
        const store = which === "new" ? newCharger() : oldCharger();
        for (const [address, words] of Object.entries(changes)) store.setWords(Number(address), words);
        const modbus = registersOf(store);
        const values = which === "new" ? await readRegisters(modbus, since522) : await readRegisters(modbus, before522);
        try {
          const { power, maxAmpere } = readingOf(values, null, "Garage");
          expect(power === null || (power >= 0 && power <= 120_000)).toBe(true);
          expect(maxAmpere === null || (maxAmpere >= 6 && maxAmpere <= 80)).toBe(true);
        } catch (error) {
          if (!(error instanceof DeviceError)) throw error;
        }
      },
    ),
  );
});

test("the session of a tag, from plug to unplug", async () => {
  const { charger, device, evse } = await virtual({ firmware: "5.33" });
  expect(await charger.read()).toMatchObject({ state: "disconnected", tag: null, phases: null });
  evse.plug(new Car({ phases: 3 }));
  device.tag = "04A1B2C3";
  evse.advance(60);
  expect(await charger.read()).toMatchObject({
    state: "charging",
    tag: "04A1B2C3",
    phases: 3,
    currentL3: 16,
    power: 11_040,
  });
  evse.unplug();
  expect(await charger.read()).toMatchObject({ state: "disconnected", tag: null, power: 0 });
});

test("a fault of the wallbox is one here, by name", async () => {
  const { charger, evse } = await virtual();
  evse.fault = "residual current";
  expect(await charger.read()).toMatchObject({ state: "fault", error: "RCMB" });
  evse.fault = "overtemperature";
  expect(await charger.read()).toMatchObject({ state: "fault", error: "NONE" });
});

test("a charger whose meter is away charges on, without numbers", async () => {
  const { charger, device } = await virtual();
  device.hasMeter = false;
  expect(await charger.read()).toMatchObject({ power: null, currentL1: null, voltageL1: null, totalConsumption: null });
});

test("one that hangs up when asked for its model is read from the third time on, and without it", async () => {
  const store = newCharger();
  store.remove(142, 151);
  const { charger, log } = await box(store, { unknown: "close" });
  let reading: ChargerReading | null = null;
  for (let turn = 0; turn < 3; turn += 1) reading = await charger.read().catch(() => null);
  expect(reading).toEqual(newReading);
  expect(charger.expiry).toBe(60_000);
  expect(log.lines).toHaveLength(1);
});

test("any unit id will do", async () => {
  const { device } = await virtual();
  const { charger } = connectTo(device.port, { unitId: 255 });
  await charger.read();
  expect(new Set(device.modbus.requests.map(({ unit }) => unit))).toEqual(new Set([255]));
});
