import { jest } from "@jest/globals";
import { poll, type PollerOptions } from "../../src/site/poller.js";
import { TestClock } from "../support/test-clock.js";

/** A device that answers when a test lets it. */
class Device {
  /** s since the start at which it was asked. */
  readonly asked: number[] = [];
  readonly readings: string[] = [];
  readonly failures: string[] = [];
  open = 0;
  peak = 0;
  readonly clock = new TestClock();
  readonly #start = this.clock.now();
  answer: () => Promise<string> = async () => "here";

  get seconds(): number {
    return (this.clock.now() - this.#start) / 1_000;
  }

  /** Answers so many seconds after the question. */
  after(seconds: number): () => Promise<string> {
    return () => new Promise((resolve) => this.clock.after(seconds * 1_000, () => resolve("late")));
  }

  poll(overrides: Partial<PollerOptions<string>> = {}): () => void {
    return poll({
      clock: this.clock,
      interval: 5_000,
      longestWait: 30_000,
      read: async () => {
        this.asked.push(this.seconds);
        this.open += 1;
        this.peak = Math.max(this.peak, this.open);
        return this.answer().finally(() => (this.open -= 1));
      },
      onReading: (reading) => void this.readings.push(reading),
      onFailure: (error) => void this.failures.push(String(error)),
      ...overrides,
    });
  }
}

const gone = async (): Promise<never> => {
  throw new Error("gone");
};

beforeEach(() => {
  jest.spyOn(Math, "random").mockReturnValue(0);
});

afterEach(() => {
  jest.restoreAllMocks();
});

test("it asks at once, and then from start to start", async () => {
  const device = new Device();
  device.answer = device.after(2);
  device.poll();
  await device.clock.advance(16_000);
  expect(device.asked).toEqual([0, 5, 10, 15]);
  expect(device.readings).toEqual(["late", "late", "late"]);
});

test("it never asks twice at a time: who answers late is asked late", async () => {
  const device = new Device();
  device.answer = device.after(7);
  device.poll();
  await device.clock.advance(22_000);
  expect(device.asked).toEqual([0, 7, 14, 21]);
  expect(device.peak).toBe(1);
});

test("a device that never answers is asked once", async () => {
  const device = new Device();
  device.answer = () => new Promise(() => undefined);
  device.poll();
  await device.clock.advance(3_600_000);
  expect(device.asked).toEqual([0]);
});

test("it asks less and less often while nobody answers, up to the longest wait", async () => {
  const device = new Device();
  device.answer = gone;
  device.poll();
  await device.clock.advance(120_000);
  const waits = device.asked.slice(1).map((at, i) => Math.round((at - (device.asked[i] ?? 0)) * 100) / 100);
  expect(waits).toEqual([5, 7.5, 11.25, 16.88, 25.31, 30]);
  expect(device.failures).toHaveLength(device.asked.length);
});

test("chance adds no more than a tenth to a wait", async () => {
  jest.spyOn(Math, "random").mockReturnValue(0.999);
  const device = new Device();
  device.answer = gone;
  device.poll({ longestWait: 5_000 });
  await device.clock.advance(20_000);
  expect(device.asked[1]).toBeGreaterThan(5);
  expect(device.asked[1]).toBeLessThanOrEqual(5.5);
});

test("the longest wait never makes it ask more often than the interval", async () => {
  const device = new Device();
  device.answer = gone;
  device.poll({ interval: 60_000, longestWait: 30_000 });
  await device.clock.advance(130_000);
  expect(device.asked).toEqual([0, 60, 120]);
});

test("one answer brings back the interval, and the next failure starts short again", async () => {
  const device = new Device();
  device.answer = gone;
  device.poll();
  await device.clock.advance(23_000);
  expect(device.asked).toEqual([0, 5, 12.5]);
  device.answer = async () => "back";
  await device.clock.advance(1_000);
  expect(device.readings).toEqual(["back"]);
  device.answer = gone;
  await device.clock.advance(10_000);
  expect(device.asked).toEqual([0, 5, 12.5, 23.75, 28.75, 33.75]);
});

test("nothing is asked, told or left waiting after the stop", async () => {
  const device = new Device();
  const stop = device.poll();
  await device.clock.advance(6_000);
  stop();
  await device.clock.advance(60_000);
  expect(device.asked).toEqual([0, 5]);
  expect(device.clock.pending).toBe(0);
});

test.each([
  ["an answer", async () => "late"],
  ["a failure", gone],
])("%s that comes after the stop is nobody's business", async (_what, outcome) => {
  const device = new Device();
  let end = (): void => undefined;
  device.answer = async () => {
    await new Promise<void>((resolve) => (end = resolve));
    return outcome();
  };
  const stop = device.poll();
  await device.clock.advance(1_000);
  stop();
  end();
  await device.clock.advance(60_000);
  expect([device.readings, device.failures]).toEqual([[], []]);
  expect(device.asked).toEqual([0]);
});

test("who stops it from within an answer is not asked again", async () => {
  const device = new Device();
  let answers = 0;
  const stop = device.poll({
    onReading: () => {
      answers += 1;
      stop();
    },
  });
  await device.clock.advance(60_000);
  expect(answers).toBe(1);
  expect(device.clock.pending).toBe(0);
});

test("a read that throws before it promises anything is a failure like any other", async () => {
  const device = new Device();
  device.poll({
    read: () => {
      throw new Error("at once");
    },
  });
  await device.clock.advance(5_000);
  expect(device.failures).toEqual(["Error: at once", "Error: at once"]);
});
