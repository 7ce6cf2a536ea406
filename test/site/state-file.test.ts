import { mkdtemp, readdir, readFile, rm, stat, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PersistentState } from "../../src/control/memory.js";
import type { ManualOverride } from "../../src/model/commands.js";
import { StateFile } from "../../src/site/state-file.js";
import { MemoryLog } from "../support/memory-log.js";
import type { PersistentChargerState } from "../../src/control/observe/charger-memory.js";
import { noPersistentChargerState } from "../../src/control/observe/charger-memory.js";

function house(chargers: PersistentState["chargers"]): PersistentState {
  return { chargers, alarms: {}, powerLimit: null };
}

const now = 1_750_000_000_000;

const persistent: PersistentChargerState = {
  mode: "solar-min",
  phases: "auto",
  cap: 13,
  minimum: 8,
  powerLimit: 7_400,
  energyLimit: 12.5,
  manual: { kind: "start", until: now + 600_000 },
  session: { since: now - 3_600_000, countsFrom: 2.5, due: now + 7_200_000, targetActiveSince: null },
  vehicleLimit: { current: 13, phases: 2 },
  targets: [{ days: [1, 2, 3, 4, 5], time: 420, energy: 20 }],
  lastCommand: { at: now - 5_000, current: 8, phases: 3 },
  commandConfirmed: true,
  startedAt: now - 600_000,
  pausedAt: now - 900_000,
  switchedAt: null,
};

/** The same in the file, as this and earlier versions write it. */
const written = {
  mode: "solar-min",
  phases: "auto",
  cap: 13,
  minimum: 8,
  powerLimit: 7_400,
  energyLimit: 12.5,
  manual: "start",
  until: now + 600_000,
  session: { since: now - 3_600_000, countsFrom: 2.5, due: now + 7_200_000, pursuedSince: null },
  appetite: { current: 13, phases: 2 },
  targets: [{ days: [1, 2, 3, 4, 5], time: 420, energy: 20 }],
  given: { at: now - 5_000, current: 8, phases: 3 },
  confirmed: true,
  startedAt: now - 600_000,
  pausedAt: now - 900_000,
  switchedAt: null,
};

const stopped = { ...noPersistentChargerState, manual: { kind: "stop", endedStart: null } as const };

let folder = "";
let path = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "state-file-"));
  path = join(folder, "state.json");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function open(log = new MemoryLog()): StateFile {
  return new StateFile(path, log);
}

describe("what is kept", () => {
  test("comes back as it was", async () => {
    const file = open();
    const state = house({ Garage: persistent, Carport: noPersistentChargerState });
    file.save(state, now, true);
    await file.settled();
    expect(await open().load(["Garage", "Carport"], now)).toEqual(state);
  });

  test("is written under the keys of every version so far", async () => {
    const file = open();
    file.save(house({ Garage: persistent }), now, true);
    await file.settled();
    const kept: unknown = JSON.parse(await readFile(path, "utf8"));
    expect(kept).toEqual({ version: 1, chargers: { Garage: written }, alarms: {}, powerLimit: null });
  });

  test.each<[why: string, manual: ManualOverride | null, keys: object]>([
    ["nothing by hand", null, { manual: null, until: null }],
    ["a start", { kind: "start", until: null }, { manual: "start", until: null }],
    ["a start for a time", { kind: "start", until: now }, { manual: "start", until: now }],
    ["a stop", { kind: "stop", endedStart: null }, { manual: "stop", until: null }],
    ["a start for a time that has ended", { kind: "stop", endedStart: now }, { manual: "stop", until: now }],
  ])("%s is kept in two keys", async (_why, manual, keys) => {
    const file = open();
    const state = house({ Garage: { ...persistent, manual } });
    file.save(state, now, true);
    await file.settled();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ chargers: { Garage: keys } });
    expect(await open().load(["Garage"], now)).toEqual(state);
  });

  test("a time without a start, as earlier versions left it, is dropped", async () => {
    await writeFile(path, JSON.stringify({ version: 1, chargers: { Garage: { ...written, manual: null } } }));
    const { chargers } = await open().load(["Garage"], now);
    expect(chargers.Garage).toEqual({ ...persistent, manual: null });
  });

  test("is for its owner's eyes only, and leaves no other file behind", async () => {
    const file = open();
    file.save(house({ Garage: persistent }), now, true);
    await file.settled();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["state.json"]);
  });

  test("with the grid operator's limit", async () => {
    const file = open();
    file.save({ ...house({}), powerLimit: 4_200 }, now, true);
    await file.settled();
    expect((await open().load([], now)).powerLimit).toBe(4_200);
  });

  test("before sessions and limits were kept, is understood", async () => {
    const { session, appetite, minimum, until, targets, ...before } = written;
    await writeFile(path, JSON.stringify({ version: 1, chargers: { Garage: before } }));
    const { chargers, powerLimit } = await open().load(["Garage"], now);
    expect({ chargers, powerLimit }).toEqual({
      powerLimit: null,
      chargers: {
        Garage: {
          ...persistent,
          session: null,
          vehicleLimit: noPersistentChargerState.vehicleLimit,
          minimum: null,
          manual: { kind: "start", until: null },
          targets: null,
        },
      },
    });
    expect([session, appetite, minimum, until, targets]).not.toContain(undefined);
  });

  test("finds its folder, or makes it", async () => {
    path = join(folder, "new", "folder", "state.json");
    const file = open();
    file.save(house({ Garage: persistent }), now, true);
    await file.settled();
    expect(await open().load(["Garage"], now)).toEqual(house({ Garage: persistent }));
  });

  test("no file: nothing was kept, and nobody is told", async () => {
    const log = new MemoryLog();
    expect(await open(log).load(["Garage"], now)).toEqual(house({}));
    expect(log.lines).toEqual([]);
  });

  test("a charger that is new starts like any other", async () => {
    const file = open();
    file.save(house({ Garage: persistent }), now, true);
    await file.settled();
    expect(Object.keys((await open().load(["Garage", "Carport"], now)).chargers)).toEqual(["Garage"]);
  });
});

describe("a crash", () => {
  test("at any moment of a save leaves the old state or the new one", async () => {
    const file = open();
    const caps = new Set<number | null>();
    file.save(house({ Garage: { ...persistent, cap: 0 } }), now, true);
    await file.settled();
    for (let cap = 1; cap <= 50; cap++) file.save(house({ Garage: { ...persistent, cap } }), now, true);
    const saved = file.settled().then(() => true);
    for (let done = false; !done;) {
      done = await Promise.race([saved, new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
      const log = new MemoryLog();
      const seen = await open(log).load(["Garage"], now);
      expect(log.lines).toEqual([]);
      expect(seen.chargers["Garage"]).toEqual({ ...persistent, cap: expect.any(Number) });
      caps.add(seen.chargers["Garage"]?.cap ?? null);
    }
    expect(caps).toContain(50);
  });

  test("before the new state was in its place: what was written halfway is in nobody's way", async () => {
    const file = open();
    file.save(house({ Garage: persistent }), now, true);
    await file.settled();
    await writeFile(`${path}.1234567`, (await readFile(path, "utf8")).slice(0, 40));
    expect(await open().load(["Garage"], now)).toEqual(house({ Garage: persistent }));
  });
});

describe("a file that can't be understood", () => {
  const text = (changes: object) => JSON.stringify({ version: 1, chargers: { Garage: { ...written, ...changes } } });

  test.each<[what: string, content: string]>([
    ["empty", ""],
    ["cut off", text({}).slice(0, -20)],
    ["zeros, as a lost journal leaves them", "\0".repeat(512)],
    ["no object", "[]"],
    ["null", "null"],
    ["a newer version", JSON.stringify({ version: 2, chargers: {} })],
    ["no version", JSON.stringify({ chargers: {} })],
    ["a negative limit", text({ cap: -1 })],
    ["a huge current", text({ given: { at: now, current: 1e9, phases: 3 } })],
    ["a number where a word belongs", text({ manual: 1 })],
    ["an unknown mode", text({ mode: "turbo" })],
    ["two phases", text({ phases: 2 })],
    ["a session without its parts", text({ session: { since: now } })],
    ["a target on an eighth day", text({ targets: [{ days: [7], time: 0, energy: null }] })],
    ["something missing", JSON.stringify({ version: 1, chargers: { Garage: { mode: null } } })],
  ])("%s: it is put aside, and nothing starts by itself", async (_what, content) => {
    await writeFile(path, content);
    const log = new MemoryLog();
    expect(await open(log).load(["Garage", "Carport"], now)).toEqual(house({ Garage: stopped, Carport: stopped }));
    expect(await readdir(folder)).toEqual([`state.json.bad-${now}`]);
    expect(await readFile(`${path}.bad-${now}`, "utf8")).toBe(content);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain(`${path}.bad-${now}`);
  });

  test("zero is a limit that can be understood", async () => {
    await writeFile(path, text({ cap: 0, powerLimit: 0, energyLimit: 0 }));
    const log = new MemoryLog();
    expect((await open(log).load(["Garage"], now)).chargers["Garage"]?.cap).toBe(0);
    expect(log.lines).toEqual([]);
  });

  test("what can't be read at all: nothing starts by itself, and the file stays", async () => {
    await mkdir(path);
    const log = new MemoryLog();
    expect(await open(log).load(["Garage"], now)).toEqual(house({ Garage: stopped }));
    expect(log.lines).toHaveLength(1);
  });

  test("times that lie ahead of the clock are over", async () => {
    const later = now + 365 * 86_400_000;
    const given = { at: later, current: 8, phases: 3 };
    const session = { since: later, countsFrom: 0, due: later, pursuedSince: later };
    await writeFile(path, text({ given, startedAt: later, pausedAt: later, switchedAt: later, session }));
    const seen = (await open().load(["Garage"], now)).chargers["Garage"];
    const { since, targetActiveSince } = seen?.session ?? {};
    for (const time of [
      seen?.lastCommand?.at,
      seen?.startedAt,
      seen?.pausedAt,
      seen?.switchedAt,
      since,
      targetActiveSince,
    ])
      expect(time).toBeLessThanOrEqual(now);
  });
});

describe("what killed and wrong writes have left", () => {
  test("leftovers are removed with the first write, other files are not", async () => {
    for (const name of ["state.json.123456", "state.json.bad-1", "other.json.12"])
      await writeFile(join(folder, name), "{");
    const file = open();
    await file.load(["Garage"], now);
    file.save(house({ Garage: persistent }), now, true);
    await file.settled();
    expect((await readdir(folder)).sort()).toEqual(["other.json.12", "state.json", "state.json.bad-1"]);
  });

  test.each([
    ["a version of later", { version: 2, chargers: {} }],
    ["a time that can't be", { version: 1, chargers: { Garage: { ...written, until: 1e300 } } }],
    ["an energy that can't be", { version: 1, chargers: { Garage: { ...written, energyLimit: 1e300 } } }],
    ["a power that can't be", { version: 1, chargers: {}, powerLimit: 1e300 }],
  ])("%s: the file is put aside", async (_what, content) => {
    await writeFile(path, JSON.stringify(content));
    const log = new MemoryLog();
    expect(await open(log).load(["Garage"], now)).toMatchObject({ chargers: { Garage: stopped } });
    expect(log.about(path)).toEqual([expect.stringContaining(`${path}.bad-${now}`)]);
  });
});
