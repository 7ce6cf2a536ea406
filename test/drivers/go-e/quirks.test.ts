/** What firmware and models of go-e do otherwise than their documents, as their users met it. */

import { parseStatusV1, readingV1 } from "../../../src/drivers/chargers/go-e/v1.js";
import { parseStatusV2, readingV2 } from "../../../src/drivers/chargers/go-e/v2.js";
import { connectGoE } from "../../../src/drivers/chargers/go-e/charger.js";
import { Car } from "../../../src/simulator/house/car.js";
import type { Evse } from "../../../src/simulator/house/evse.js";
import { driverContext } from "../../support/driver-context.js";
import { failureOf } from "../../support/failure.js";
import { advanceUntilSettled } from "../../support/deadlines.js";
import { closeAfterTest } from "../../support/test-bench.js";
import { chargersOf, source } from "./support.js";

const v1 = chargersOf(1);
const v2 = chargersOf(2);

function plugIn(evse: Evse): void {
  evse.plug(new Car());
  evse.advance(60);
}

describe("PRO and CORE", () => {
  test("answer with 400 and all keys that they have: that is a reading", async () => {
    const { charger, device, evse } = await v2.virtual({ firmware: "60.3", quirks: ["lacks-keys"] });
    plugIn(evse);
    expect(await charger.read()).toMatchObject({
      state: "charging",
      maxAmpere: 16,
      power: 11_040,
      cableEncoding: null,
    });
    const { temperature, temperatureType2 } = await charger.read();
    expect({ isNumber: typeof temperature, temperatureType2 }).toEqual({ isNumber: "number", temperatureType2: null });
    expect(device.requests).toHaveLength(2);
  });

  test("are found to speak version 2", async () => {
    const { device } = await v2.virtual({ firmware: "60.3", quirks: ["lacks-keys"] });
    const { port } = device;
    const charger = closeAfterTest(connectGoE({ route: { by: "local", host: "127.0.0.1", port } }, driverContext()));
    expect((await charger.read()).state).toBe("disconnected");
    expect(charger.writes.phases).toBeDefined();
  });

  test("a 400 with something else is none", async () => {
    const { charger, device } = await v2.virtual();
    device.fault = { status: 400 };
    expect((await failureOf(charger.read())).message).toContain("HTTP 400");
  });
});

test.each(["refuses-with-500", "refuses-with-400"] as const)("a charger that %s says why", async (quirk) => {
  const { charger, device } = await v2.virtual({ quirks: [quirk] });
  const failure = await failureOf(charger.writes.maxAmpere(32));
  expect(failure).toMatchObject({ code: "refused", message: expect.stringContaining("between 6 and 16") });
  expect(failure.message).not.toContain("in the network");
  expect(device.requests).toHaveLength(1);
});

describe("firmware 040 and 041 of V2", () => {
  test.each(["040.0", "041.0"])("%s: amx shows as amp alone, and is taken over", async (firmware) => {
    const { charger, device, evse } = await v1.virtual({ firmware, current: 6, quirks: ["amx-shows-as-amp"] });
    await charger.writes.maxAmpere(10);
    expect((await charger.read()).maxAmpere).toBe(10);
    expect({ current: evse.current, flashWrites: device.flashWrites }).toEqual({ current: 10, flashWrites: 0 });
  });
});

test("a write that the legacy API shows some seconds later was taken over", async () => {
  const { charger, clock, device, evse } = await v1.virtual({ firmware: "050" });
  device.legacyWritesShowAfter = 3;
  await advanceUntilSettled(clock, charger.writes.maxAmpere(13));
  expect(evse.current).toBe(13);
  device.legacyWritesShowAfter = 3;
  await advanceUntilSettled(clock, charger.writes.allowCharging(false));
  expect(evse.allowed).toBe(false);
});

test("closing ends the wait for a write to show", async () => {
  const { charger, clock, device } = await v1.virtual({ firmware: "050" });
  device.fault = "ignore-writes";
  const failure = failureOf(charger.writes.maxAmpere(13));
  while (device.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await charger.close();
  await failure;
  expect(clock.pending).toBe(0);
});

describe("nrg of the legacy API", () => {
  const read = (nrg: readonly number[]) => readingV1(parseStatusV1({ car: "2", nrg }, source));

  test.each<[why: string, nrg: number[], currents: number[], power: number]>([
    [
      "in 0.1 A and 0.01 kW",
      [230, 230, 230, 0, 160, 160, 160, 36, 36, 36, 0, 1104, 100, 100, 100, 0],
      [16, 16, 16],
      11_040,
    ],
    ["in 0.1 A, unevenly", [230, 230, 230, 0, 160, 60, 0, 36, 13, 0, 0, 506, 100, 100, 0, 0], [16, 6, 0], 5_060],
    ["rounded, at rest", [230, 231, 229, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0], [0.1, 0, 0], 40],
    ["in A and W", [230, 230, 230, 0, 16, 16, 16, 3680, 3680, 3680, 0, 11040, 100, 100, 100, 0], [16, 16, 16], 11_040],
    ["in A and W on one phase", [218, 218, 218, 1, 6.1, 0, 0, 1320, 0, 0, 0, 1320, 99, 0, 0, 0], [6.1, 0, 0], 1_320],
    ["in A and W at rest", [230, 230, 230, 0, 0.3, 0.3, 0.3, 4, 3, 3, 0, 10, 5, 5, 5, 0], [0.3, 0.3, 0.3], 10],
  ])("%s", (_why, nrg, [currentL1, currentL2, currentL3], power) =>
    expect(read(nrg)).toMatchObject({ currentL1, currentL2, currentL3, power }),
  );

  test("is understood from a charger", async () => {
    const { charger, evse } = await v1.virtual({ quirks: ["plain-nrg"] });
    plugIn(evse);
    expect(await charger.read()).toMatchObject({ power: 11_040, powerL1: 3_680, currentL3: 16, voltageL1: 230 });
  });
});

describe("nothing but zeros measured", () => {
  const unknown = { power: null, currentL1: null, currentL3: null, voltageL1: null, powerL2: null };

  test.each([v1, v2])("while it charges is not reported", async ({ virtual }) => {
    const { charger, evse } = await virtual({ quirks: ["zero-nrg"] });
    plugIn(evse);
    expect(await charger.read()).toMatchObject({ state: "charging", maxAmpere: 16, ...unknown });
  });

  test("while nothing is charged is a power of 0 W", async () => {
    const { charger } = await v2.virtual({ quirks: ["zero-nrg"] });
    expect(await charger.read()).toMatchObject({ state: "disconnected", power: 0, currentL1: 0 });
  });
});

describe("a change of phases", () => {
  test("does not look like unplugging", async () => {
    const { charger, evse } = await v2.virtual({ quirks: ["no-car-while-switching"] });
    plugIn(evse);
    await charger.writes.phases?.(1);
    evse.advance(2);
    expect(await charger.read()).toMatchObject({ state: "connected", phases: 1 });
    evse.advance(30);
    expect((await charger.read()).state).toBe("charging");
    evse.unplug();
    expect((await charger.read()).state).toBe("disconnected");
  });

  const read = (changes: object) => readingV2(parseStatusV2({ car: 1, err: 0, alw: false, ...changes }, source));

  test.each<[modelStatus: number, state: string]>([
    [22, "connected"],
    [23, "connected"],
    [4, "disconnected"],
  ])("modelStatus %i without a car: %s", (modelStatus, state) => expect(read({ modelStatus }).state).toBe(state));

  test("an error goes before it", () => expect(read({ modelStatus: 23, err: 3 }).state).toBe("fault"));
});

describe("codes of newer firmware", () => {
  const read = (changes: object) => readingV2(parseStatusV2({ car: 3, ...changes }, source));

  test.each<[firmware: string, err: number, error: string]>([
    ["055.5", 12, "Unknown"],
    ["055.5", 13, "Overtemp"],
    ["055.5", 14, "NoComm"],
    ["59.4", 12, "StatusLockStuckOpen"],
    ["60.3", 16, "Overtemp"],
    ["60.4", 14, "FiUnknown"],
    ["60.4", 17, "NoComm"],
    ["60.4", 23, "RdcSelfTestFailed"],
    ["60.4", 9, "ContactorStuck"],
    ["60.4", 11, "UNKNOWN 11"],
  ])("%s: error %i is %s", (fwv, err, error) => expect(read({ fwv, err })).toMatchObject({ error, state: "fault" }));

  test("a charger that is initializing does not know yet whether there is a car", () =>
    expect(read({ car: 6, err: 0 })).toMatchObject({ state: null, pwmSignal: "INITIALIZING" }));
});

describe("the charger's own reason not to charge", () => {
  const read = (changes: object) =>
    readingV2(parseStatusV2({ car: 3, err: 0, alw: false, frc: 2, ...changes }, source)).hold;

  test.each<[modelStatus: number | undefined, hold: string | null]>([
    [1, "temperature"],
    [2, "authorization"],
    [5, "schedule"],
    [6, "energy-limit"],
    [17, "price"],
    [24, "minimum-pause"],
    [27, "load-management"],
    [28, "backend"],
    [30, "adapter"],
    [31, "grid"],
    [41, "failsafe"],
    [4, null],
    [26, null],
    [99, null],
    [undefined, null],
  ])("modelStatus %s: %s", (modelStatus, hold) => expect(read({ modelStatus })).toBe(hold));

  test("it has none while it lets the car charge", () => expect(read({ modelStatus: 2, alw: true })).toBeNull());

  test("older firmware shows that it waits for a card", () => {
    expect(read({ acs: 1, trx: null })).toBe("authorization");
    expect(read({ acs: 1, trx: 0 })).toBeNull();
    expect(read({ acs: 0, trx: null })).toBeNull();
  });

  test("version 1 shows that, too", () => {
    const hold = (changes: object) =>
      readingV1(parseStatusV1({ car: "3", ast: "1", alw: "0", uby: "0", ...changes }, source)).hold;
    expect(hold({})).toBe("authorization");
    expect(hold({ uby: "2" })).toBeNull();
    expect(hold({ ast: "0" })).toBeNull();
    expect(hold({ alw: "1" })).toBeNull();
  });
});

describe("the card that opened the session", () => {
  const cards = [{ name: "Zoe" }, { name: "" }, { name: "Ioniq" }];

  test.each(["055.5", "051.3", "60.0", "60.4"])(
    "firmware %s: is known by its name, asked for once",
    async (firmware) => {
      const { charger, device, evse } = await v2.virtual({ firmware, cards });
      plugIn(evse);
      device.box.transaction = 3;
      expect((await charger.read()).tag).toBe("Ioniq");
      expect((await charger.read()).tag).toBe("Ioniq");
      expect(device.requests.filter(({ url }) => url.includes("cards"))).toHaveLength(1);
      device.box.transaction = 1;
      expect((await charger.read()).tag).toBe("Zoe");
      device.box.transaction = 0;
      expect((await charger.read()).tag).toBeNull();
    },
  );

  test("has its number where it has no name", async () => {
    const { charger, device, evse } = await v2.virtual({ cards });
    plugIn(evse);
    device.box.transaction = 2;
    expect((await charger.read()).tag).toBe("2");
  });

  test("version 1: is known by its name", async () => {
    const { charger, device, evse } = await v1.virtual({ cards });
    plugIn(evse);
    expect((await charger.read()).tag).toBeNull();
    device.box.transaction = 3;
    expect((await charger.read()).tag).toBe("Ioniq");
    device.box.transaction = 9;
    expect((await charger.read()).tag).toBe("9");
  });
});

test.each([v1, v2])("the limit that is set in the charger is read", async ({ virtual }) => {
  const { charger, device } = await virtual();
  device.box.maxCurrent = 13;
  expect((await charger.read()).currentLimit).toBe(13);
});
