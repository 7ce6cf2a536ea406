import { Health } from "../../src/site/health.js";
import { MemoryLog } from "../support/memory-log.js";

const start = 1_750_000_000_000;
const failure = new Error("Garage: no answer from 192.168.1.36 within 5 s. (unreachable)");

function watched(): { log: MemoryLog; health: Health } {
  const log = new MemoryLog();
  return { log, health: new Health("Garage", log, start) };
}

test("it is given the benefit of the doubt at first", () => {
  const { health, log } = watched();
  expect(health.reachable).toBe(true);
  expect(log.entries).toEqual([]);
});

test("one line when it goes, one when it is back, none in between", () => {
  const { health, log } = watched();
  for (let minute = 0; minute < 24 * 60; minute++) health.failed(failure);
  expect(health.reachable).toBe(false);
  expect(log.lines).toEqual([`warn: ${failure.message}`]);
  health.answered(start + 86_400_000);
  health.answered(start + 86_405_000);
  expect(health.reachable).toBe(true);
  expect(log.lines).toEqual([`warn: ${failure.message}`, "info: Garage: answers again."]);
});

test.each([
  [1, true],
  [2, true],
  [3, false],
])("after %i failures in a row, reachable is %s", (failures, reachable) => {
  const { health, log } = watched();
  for (let i = 0; i < failures; i++) health.failed(failure);
  expect(health.reachable).toBe(reachable);
  expect(log.lines).toHaveLength(reachable ? 0 : 1);
});

test("who fails two times out of three is not away", () => {
  const { health, log } = watched();
  for (let round = 0; round < 100; round++) {
    health.failed(failure);
    health.failed(failure);
    health.answered(start + round * 15_000);
  }
  expect(health.reachable).toBe(true);
  expect(log.lines).toEqual([]);
});

test("every going has its own coming back", () => {
  const { health, log } = watched();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 5; i++) health.failed(failure);
    health.answered(start);
  }
  expect(log.lines.map((line) => line.slice(0, 4))).toEqual(["warn", "info", "warn", "info"]);
});

test("failures that say nothing new are for the debug log", () => {
  const { health, log } = watched();
  for (let i = 0; i < 5; i++) health.failed(failure);
  expect(log.entries.filter(({ level }) => level === "debug")).toHaveLength(4);
});

test.each([
  [30_000, true],
  [30_001, false],
])("a device that speaks by itself, %i ms silent: reachable is %s", (silence, reachable) => {
  const { health } = watched();
  health.answered(start + 1_000);
  health.checkSilence(start + 1_000 + silence);
  expect(health.reachable).toBe(reachable);
});

test("silence is told once, however often one looks, and so is the first word after it", () => {
  const { health, log } = watched();
  for (let second = 1; second <= 600; second++) health.checkSilence(start + second * 1_000);
  health.answered(start + 601_000);
  for (let second = 602; second <= 620; second++) health.checkSilence(start + second * 1_000);
  expect(log.lines).toEqual(["warn: Garage: silent for 31 s.", "info: Garage: answers again."]);
});

test("failures on top of silence are not a second going", () => {
  const { health, log } = watched();
  health.checkSilence(start + 31_000);
  for (let i = 0; i < 5; i++) health.failed(failure);
  expect(log.lines).toHaveLength(1);
});

test("what somebody else had to tell already is not told again before its next answer", () => {
  const { health, log } = watched();
  health.warnOnce(failure.message);
  for (let i = 0; i < 3; i++) health.failed(failure);
  health.warnOnce("Garage: it accepted the command and does not keep to it.");
  expect(log.lines).toEqual([
    `warn: ${failure.message}`,
    "warn: Garage: it accepted the command and does not keep to it.",
  ]);
  health.answered(start);
  health.warnOnce(failure.message);
  expect(log.lines.at(-1)).toBe(`warn: ${failure.message}`);
});
