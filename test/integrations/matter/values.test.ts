/** Small things: limits, faults, tags, names, forecasts, and what is kept. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnergyEvse } from "@matter/main/clusters/energy-evse";
import { forecastOf } from "../../../src/integrations/matter/device-energy-management.js";
import { faultOf } from "../../../src/integrations/matter/faults.js";
import { capOf, highestOf, reconciled, type Limits } from "../../../src/integrations/matter/limits.js";
import { isUrgent, PersistentStateFile, initialState } from "../../../src/integrations/matter/persistent-state.js";
import { clipped } from "../../../src/integrations/matter/names.js";
import { tagBytes } from "../../../src/integrations/matter/tag.js";
import { noChargerReading } from "../../../src/model/readings.js";
import { MemoryLog } from "../../support/memory-log.js";

const { FaultState } = EnergyEvse;

const range = { min: 6, max: 16, step: 1 };

test.each<[why: string, limits: Limits, cap: number | null]>([
  ["none at all", { command: null, user: null }, null],
  ["the command's", { command: 10, user: null }, 10],
  ["the user's", { command: null, user: 8 }, 8],
  ["the lower of both", { command: 10, user: 12 }, 10],
  ["none, where both are more than the charger gives", { command: 60, user: 32 }, null],
])("the house's cap is %s", (_why, limits, cap) => expect(capOf(limits, range)).toBe(cap));

test.each<[why: string, cap: number | null, after: Limits]>([
  ["as it was set here, it stays", 10, { command: 10, user: 12 }],
  ["lowered elsewhere, it is the user's", 7, { command: null, user: 7 }],
  ["lifted elsewhere, there is none", null, { command: null, user: null }],
])("%s", (_why, cap, after) => expect(reconciled({ command: 10, user: 12 }, cap, range)).toEqual(after));

test("a thin cable limits too", () => {
  expect(highestOf({ command: null, user: null }, range, 13)).toBe(13);
  expect(highestOf({ command: 10, user: null }, range, 13)).toBe(10);
  expect(highestOf({ command: null, user: null }, range, 63)).toBe(16);
});

test.each<[error: string | null, fault: EnergyEvse.FaultState]>([
  ["RCCB", FaultState.GroundFault],
  ["FiDc", FaultState.GroundFault],
  ["Overvolt", FaultState.OverVoltage],
  ["STUCK_RELAY", FaultState.ContactWetFailure],
  ["BACKEND_OFFLINE, CONTACTOR_WELDED", FaultState.ContactWetFailure],
  ["NO_MAINS", FaultState.PowerLoss],
  ["NO_GROUND", FaultState.Other],
  ["UNKNOWN 77", FaultState.Other],
  [null, FaultState.Other],
])("a charger that refuses to charge for %p", (error, fault) => {
  expect(faultOf({ ...noChargerReading, state: "fault", error })).toBe(fault);
});

test("an error that keeps nobody from charging is no fault", () => {
  expect(faultOf({ ...noChargerReading, state: "charging", error: "BACKEND_OFFLINE" })).toBe(FaultState.NoError);
});

test.each<[tag: string, bytes: number | null]>([
  ["04A2B3C4", 4],
  ["04 a2 b3 c4 d5 e6 f7", 7],
  ["04a2b3c4d5e6f708090a", 10],
  ["04a2b3", null],
  ["04a2b3c4d5", null],
  ["Anna", null],
  ["", null],
])("tag %p has %p bytes", (tag, bytes) => expect(tagBytes(tag)?.length ?? null).toBe(bytes));

test.each([
  ["Garage", "Garage"],
  ["a name that has more than thirty-two bytes", "a name that has more than thirty"],
  ["Ladestation für die Straßenseite", "Ladestation für die Straßensei"],
  ["   ", "-"],
])("%p is called %p", (name, called) => {
  expect(clipped(name)).toBe(called);
  expect(Buffer.byteLength(clipped(name))).toBeLessThanOrEqual(32);
});

describe("the forecast", () => {
  const powers = { min: 1_380, max: 11_040 };
  const from = 1_750_000_000_000;
  const by = from + 2 * 3_600_000;

  test("is none without a plan, without an amount, and without time", () => {
    expect(forecastOf(null, powers, from)).toBeNull();
    expect(forecastOf({ by, energy: null, from }, powers, from)).toBeNull();
    expect(forecastOf({ by, energy: 5, from: by }, powers, from)).toBeNull();
  });

  test("says how far it has come, and draws no more than the charger can", () => {
    expect(forecastOf({ by, energy: 40, from }, powers, from + 1_800_000)).toMatchObject({
      activeSlotNumber: 0,
      slots: [{ elapsedSlotTime: 1_800, remainingSlotTime: 5_400, nominalPower: 11_040_000 }],
    });
  });
});

describe("what is kept", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ev-charging-kept-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("is there after a restart, for each charger", async () => {
    const path = join(folder, "chargers.json");
    const file = new PersistentStateFile(path, new MemoryLog());
    const kept = { ...initialState, until: 5, limits: { command: 10, user: null } };
    file.save("Garage", kept);
    file.save("Carport", initialState);
    await file.settled();
    const again = new PersistentStateFile(path, new MemoryLog());
    await again.load(0);
    expect(again.of("Garage")).toEqual(kept);
    expect(again.knows("Carport")).toBe(true);
    expect(again.knows("Street")).toBe(false);
  });

  test.each(["", "{", '{"version":2,"chargers":{}}', '{"version":1,"chargers":{"Garage":{"until":"soon"}}}'])(
    "a file like %p is as good as none, and that is told",
    async (text) => {
      const path = join(folder, "chargers.json");
      await writeFile(path, text);
      const log = new MemoryLog();
      const file = new PersistentStateFile(path, log);
      await file.load(0);
      expect(file.of("Garage")).toEqual(initialState);
      expect(log.lines).toEqual([expect.stringContaining(`${path} could not be understood`)]);
    },
  );

  test("nothing is told of a file that is not there yet", async () => {
    const log = new MemoryLog();
    const file = new PersistentStateFile(join(folder, "chargers.json"), log);
    await file.load(0);
    expect(file.of("Garage")).toEqual(initialState);
    expect(log.lines).toEqual([]);
  });

  test("what is the same is not written again", async () => {
    const path = join(folder, "chargers.json");
    const file = new PersistentStateFile(path, new MemoryLog());
    file.save("Garage", initialState);
    await file.settled();
    await rm(path);
    file.save("Garage", { ...initialState });
    await file.settled();
    await expect(readFile(path)).rejects.toThrow("ENOENT");
  });

  test("a folder that can't be written is told once", async () => {
    const log = new MemoryLog();
    // Not even a folder can have a name like this.
    const file = new PersistentStateFile(join(folder, "no", "\0", "chargers.json"), log);
    file.save("Garage", initialState);
    file.save("Garage", { ...initialState, until: 1 });
    await file.settled();
    expect(log.lines).toHaveLength(1);
    await expect(readFile(join(folder, "no"))).rejects.toThrow("ENOENT");
  });

  test("what only counts on is no news", () => {
    const session = {
      id: 1,
      open: true,
      since: 0,
      until: null,
      energy: 1,
      counter: null,
      transferFrom: 0,
      wanting: true,
      idleSince: null,
    };
    const before = { ...initialState, session };
    expect(isUrgent(before, { ...before, session: { ...session, energy: 2 } })).toBe(false);
    expect(isUrgent(before, { ...before, session: { ...session, transferFrom: null } })).toBe(true);
    expect(isUrgent(before, { ...before, session: { ...session, id: 2 } })).toBe(true);
    expect(isUrgent(before, { ...before, mode: "solar" })).toBe(true);
  });
});
