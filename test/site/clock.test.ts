import { jest } from "@jest/globals";
import { systemClock } from "../../src/site/clock.js";

const start = 1_750_000_000_000;

/** The two clocks of the computer, moved by hand. */
class Computer {
  wall = start;
  monotonic = 5_000;

  constructor() {
    jest.spyOn(Date, "now").mockImplementation(() => this.wall);
    jest.spyOn(performance, "now").mockImplementation(() => this.monotonic);
  }

  pass(wall: number, monotonic = wall): void {
    this.wall += wall;
    this.monotonic += monotonic;
  }
}

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test("it begins with the wall clock", () => {
  new Computer();
  expect(systemClock().now()).toBe(start);
});

test.each<[what: string, wall: number, monotonic: number, moved: number]>([
  ["an ordinary second", 1_000, 1_000, 1_000],
  ["set forward by an hour: readings get older", 3_601_000, 1_000, 3_601_000],
  ["set back by an hour: it goes on, a hundredth slower", -3_599_000, 1_000, 990],
  ["a sleep that only the wall clock saw", 600_000, 10, 600_000],
  ["set back to 1970", -start, 1_000, 990],
  ["nothing at all", 0, 0, 0],
])("%s", (_what, wall, monotonic, moved) => {
  const computer = new Computer();
  const clock = systemClock();
  computer.pass(wall, monotonic);
  expect(clock.now()).toBe(start + moved);
});

test("it never goes back, whatever is done to the wall clock", () => {
  const computer = new Computer();
  const clock = systemClock();
  let before = clock.now();
  for (const wall of [500, -10_000, 20_000, -3_600_000, 0, 3_600_000, -1, 86_400_000, -86_400_000]) {
    computer.pass(wall, 100);
    const now = clock.now();
    expect(now - before).toBeGreaterThanOrEqual(99);
    before = now;
  }
});

test("asked a million times it is as late as asked once: the wall clock rounds, and nothing adds up", () => {
  const computer = new Computer();
  const clock = systemClock();
  let elapsed = 0;
  for (let asked = 0; asked < 1_000_000; asked++) {
    elapsed += 0.3;
    computer.wall = start + Math.floor(elapsed);
    computer.monotonic = 5_000 + elapsed;
    clock.now();
  }
  expect(Math.abs(clock.now() - computer.wall)).toBeLessThanOrEqual(100);
});

test("a monotonic clock that is too fast does not carry it away", () => {
  const computer = new Computer();
  const clock = systemClock();
  for (let second = 0; second < 24 * 3_600; second++) {
    computer.pass(1_000, 1_000.5);
    clock.now();
  }
  expect(clock.now() - computer.wall).toBeLessThan(200);
});

test("set back by a minute, it has waited for the wall clock two hours later", () => {
  const computer = new Computer();
  const clock = systemClock();
  computer.pass(-60_000, 0);
  for (let second = 0; second < 7_200; second++) {
    computer.pass(1_000);
    clock.now();
  }
  expect(clock.now() - computer.wall).toBeLessThan(200);
});

test("it never goes back when the monotonic clock does", () => {
  const computer = new Computer();
  const clock = systemClock();
  computer.pass(-1_000, -1_000);
  expect(clock.now()).toBe(start);
});

test("setting the wall clock back and forth once more is a jump, never a debt", () => {
  const computer = new Computer();
  const clock = systemClock();
  computer.pass(-3_600_000, 0);
  expect(clock.now()).toBe(start);
  computer.pass(3_600_000, 0);
  expect(clock.now()).toBe(start + 3_600_000);
});

test("ten times faster: time passes tenfold, and timers come ten times sooner", () => {
  jest.useFakeTimers({ doNotFake: ["performance", "Date"] });
  const computer = new Computer();
  const clock = systemClock(10);
  computer.pass(1_000);
  expect(clock.now()).toBe(start + 10_000);
  const calls: string[] = [];
  clock.after(10_000, () => calls.push("called"));
  jest.advanceTimersByTime(999);
  expect(calls).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(calls).toEqual(["called"]);
});

test("a cancelled timer does not call", () => {
  jest.useFakeTimers();
  const calls: string[] = [];
  const timer = systemClock().after(10, () => calls.push("called"));
  timer.cancel();
  timer.cancel();
  jest.advanceTimersByTime(1_000);
  expect(calls).toEqual([]);
});

test.each([1, 30])("waits pass %i times as fast, and deadlines in real time", (speed) => {
  jest.useFakeTimers();
  const clock = systemClock(speed);
  const fired: string[] = [];
  clock.after(30_000, () => fired.push("wait"));
  clock.deadline(30_000, () => fired.push("deadline"));
  clock.deadline(10_000, () => fired.push("cancelled")).cancel();
  jest.advanceTimersByTime(30_000 / speed);
  expect(fired).toEqual(speed === 1 ? ["wait", "deadline"] : ["wait"]);
  jest.advanceTimersByTime(30_000);
  expect(fired).toEqual(["wait", "deadline"]);
});
