import { atMost, pause, within } from "../../src/transport/deadlines.js";
import { settle, TestClock } from "../support/test-clock.js";

const aborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve("too late")));

test("work is aborted at its deadline", async () => {
  const clock = new TestClock();
  const outcome = within(clock, 1_000, aborted);
  await clock.advance(1_000);
  expect(await outcome).toBe("too late");
});

test.each<[how: string, work: () => Promise<string>, outcome: string]>([
  ["well", async () => "done", "done"],
  ["badly", () => Promise.reject(new Error("broken")), "broken"],
])("work that ends %s in time leaves no timer", async (_how, work, outcome) => {
  const clock = new TestClock();
  const ended = within(clock, 1_000, work).catch((error: unknown) => (error instanceof Error ? error.message : ""));
  expect(await ended).toBe(outcome);
  expect(clock.pending).toBe(0);
});

test("work that does not end is waited for until the deadline", async () => {
  const clock = new TestClock();
  let over = false;
  const waiting = atMost(clock, 1_000, new Promise(() => undefined)).then(() => (over = true));
  await clock.advance(999);
  expect(over).toBe(false);
  await clock.advance(1);
  await waiting;
});

test.each<[how: string, work: Promise<unknown>]>([
  ["well", Promise.resolve()],
  ["badly", Promise.reject(new Error("broken"))],
])("work that ends %s ends the wait", async (_how, work) => {
  const clock = new TestClock();
  await atMost(clock, 1_000, work);
  expect(clock.pending).toBe(0);
});

test("a pause lasts its duration, or until it is aborted", async () => {
  const clock = new TestClock();
  const closing = new AbortController();
  const ends: string[] = [];
  void pause(clock, 1_000, closing.signal).then(() => ends.push("first"));
  void pause(clock, 2_000, closing.signal).then(() => ends.push("second"));
  await clock.advance(1_000);
  expect(ends).toEqual(["first"]);
  closing.abort();
  await settle();
  expect(ends).toEqual(["first", "second"]);
  await pause(clock, 1_000, closing.signal);
  expect(clock.pending).toBe(0);
});
