import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateFile } from "../../src/site/state-file.js";
import { MemoryLog } from "../support/memory-log.js";
import { noPersistentChargerState } from "../../src/control/observe/charger-memory.js";

const now = 1_750_000_000_000;

let folder = "";
let path = "";
let log = new MemoryLog();
let file = new StateFile(path, log);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "state-file-"));
  path = join(folder, "state.json");
  log = new MemoryLog();
  file = new StateFile(path, log);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Saves this cap, so many seconds after the start. */
async function save(cap: number, seconds: number, urgent = false): Promise<void> {
  file.save(
    { chargers: { Garage: { ...noPersistentChargerState, cap } }, alarms: {}, powerLimit: null },
    now + seconds * 1_000,
    urgent,
  );
  await file.settled();
}

/** The cap on the disk; `null`: there is no file. */
async function capOnDisk(): Promise<number | null> {
  const seen = await new StateFile(path, new MemoryLog()).load(["Garage"], now);
  return seen.chargers["Garage"]?.cap ?? null;
}

test("what changes by itself is written once a minute at most, and then as it is by now", async () => {
  const onDisk = new Set<number | null>();
  for (let second = 0; second <= 180; second++) {
    await save(second, second);
    onDisk.add(await capOnDisk());
  }
  expect([...onDisk]).toEqual([0, 60, 120, 180]);
});

test("what a person chose is written at once", async () => {
  await save(1, 0);
  await save(2, 1, true);
  expect(await capOnDisk()).toBe(2);
});

test("after an urgent write a calm minute begins anew", async () => {
  await save(1, 0);
  await save(2, 50, true);
  await save(3, 70);
  expect(await capOnDisk()).toBe(2);
  await save(3, 110);
  expect(await capOnDisk()).toBe(3);
});

test("what did not change is not written, urgent or not", async () => {
  await save(1, 0);
  const before = await stat(path);
  await rm(path);
  for (let minute = 1; minute <= 60; minute++) await save(1, minute * 60, minute % 2 === 0);
  await expect(stat(path)).rejects.toThrow("ENOENT");
  expect(before.size).toBeGreaterThan(0);
});

test("what was loaded and did not change is not written", async () => {
  await save(1, 0);
  const next = new StateFile(path, log);
  const loaded = await next.load(["Garage"], now);
  await rm(path);
  next.save(loaded, now + 3_600_000, true);
  await next.settled();
  await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("writes follow each other: the newest is the last", async () => {
  for (let cap = 0; cap < 100; cap++)
    file.save({ chargers: { Garage: { ...noPersistentChargerState, cap } }, alarms: {}, powerLimit: null }, now, true);
  await file.settled();
  expect(await capOnDisk()).toBe(99);
});

describe("a folder that can't be written to", () => {
  let obstacle = "";

  beforeEach(async () => {
    obstacle = join(folder, "obstacle");
    await writeFile(obstacle, "a file where the folder should be");
    path = join(obstacle, "state.json");
    file = new StateFile(path, log);
  });

  test("one warning, and it goes on", async () => {
    for (let minute = 0; minute < 10; minute++) await save(minute, minute * 60);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain(`warn: ${path} can't be written, a restart will forget`);
  });

  test("once it can be, the next change is written, and the next failure is told again", async () => {
    await save(1, 0);
    await rm(obstacle);
    await save(2, 60);
    expect(await capOnDisk()).toBe(2);
    await rm(obstacle, { recursive: true });
    await writeFile(obstacle, "again");
    await save(3, 120);
    expect(log.lines).toHaveLength(2);
  });

  test("once it can be, what failed to be written is, although it did not change since", async () => {
    await save(1, 0, true);
    await rm(obstacle);
    await save(1, 60);
    expect(await capOnDisk()).toBe(1);
  });
});

test("a disk that fails leaves the old state whole", async () => {
  await save(1, 0);
  const before = await readFile(path, "utf8");
  await rm(path);
  await mkdir(path);
  await save(2, 60);
  await rm(path, { recursive: true });
  await writeFile(path, before);
  expect(await capOnDisk()).toBe(1);
  expect(log.lines).toHaveLength(1);
});
