import { Waiting } from "../../src/transport/waiting.js";
import { TestClock } from "../support/test-clock.js";

function setUp() {
  const clock = new TestClock();
  const waiting = new Waiting(clock, () => new Error("closed"));
  let value: number | null = null;
  return {
    clock,
    waiting,
    become: (next: number) => {
      value = next;
      waiting.check();
    },
    wait: (last = (): number => -1) => waiting.until(() => value, 1_000, last),
  };
}

test("a value that is available resolves at once, and leaves no timer", async () => {
  const { clock, become, wait } = setUp();
  become(5);
  expect(await wait()).toBe(5);
  expect(clock.pending).toBe(0);
});

test("a value that becomes available resolves all waits", async () => {
  const { clock, become, wait } = setUp();
  const both = Promise.all([wait(), wait()]);
  become(5);
  expect(await both).toEqual([5, 5]);
  expect(clock.pending).toBe(0);
});

test.each<[what: string, last: () => number, outcome: object]>([
  ["gives a value", () => 7, { value: 7 }],
  [
    "throws",
    () => {
      throw new Error("late");
    },
    { error: "late" },
  ],
])("after the timeout the last call %s", async (_what, last, outcome) => {
  const { clock, wait } = setUp();
  const settled = wait(last).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : "" }),
  );
  await clock.advance(1_000);
  expect(await settled).toEqual(outcome);
});

test("an error of `find` rejects, at once or later", async () => {
  const { clock, waiting } = setUp();
  let broken = true;
  const find = (): null => {
    if (broken) throw new Error("broken");
    return null;
  };
  await expect(waiting.until(find, 1_000, () => null)).rejects.toThrow("broken");
  broken = false;
  const later = expect(waiting.until(find, 1_000, () => null)).rejects.toThrow("broken");
  broken = true;
  waiting.check();
  await later;
  expect(clock.pending).toBe(0);
});

test("`fail` rejects all pending waits, and no later ones", async () => {
  const { waiting, become, wait } = setUp();
  const now = expect(wait()).rejects.toThrow("lost");
  waiting.fail(new Error("lost"));
  await now;
  const later = wait();
  become(5);
  expect(await later).toBe(5);
});

test("closing rejects all waits, pending and later ones", async () => {
  const { clock, waiting, wait } = setUp();
  const before = expect(wait()).rejects.toThrow("closed");
  waiting.close();
  await before;
  await expect(wait()).rejects.toThrow("closed");
  expect(clock.pending).toBe(0);
});
