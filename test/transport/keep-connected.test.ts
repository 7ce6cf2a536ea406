import { type Attempt, KeptConnection } from "../../src/transport/keep-connected.js";
import { TestClock } from "../support/test-clock.js";

function keeper() {
  const clock = new TestClock();
  const attempts: Attempt[] = [];
  const kept = new KeptConnection({
    clock,
    retry: { first: 1_000, longest: 8_000, jitter: 0 },
    open: (attempt) => void attempts.push(attempt),
  });
  const newest = (): Attempt => {
    const attempt = attempts.at(-1);
    if (!attempt) throw new Error("no attempt was made");
    return attempt;
  };
  /** Loses a connection that lasted so many ms. @returns the wait before the next attempt */
  const waitAfter = async (lasting: number | null): Promise<number> => {
    if (lasting !== null) newest().connected();
    await clock.advance(lasting ?? 0);
    newest().lost();
    const before = attempts.length;
    const from = clock.now();
    while (attempts.length === before) await clock.advance(100);
    return clock.now() - from;
  };
  return { clock, attempts, kept, newest, waitAfter };
}

test("nothing is opened before the start, and starting twice opens once", () => {
  const { attempts, kept } = keeper();
  expect(attempts).toHaveLength(0);
  kept.start();
  kept.start();
  expect(attempts).toHaveLength(1);
});

test.each<[why: string, lasting: (number | null)[], waits: number[]]>([
  ["that fail: longer each time, up to the longest", [null, null, null, null, null], [1, 2, 4, 8, 8]],
  ["that end at once: the same", [0, 0, 0], [1, 2, 4]],
  ["that do not last for 30 s: the same", [null, 29_999], [1, 2]],
  ["that lasted: short again", [null, null, 30_000, null], [1, 2, 1, 2]],
  ["that failed after one that lasted", [30_000, null], [1, 2]],
])("waits after connections %s", async (_why, lasting, waits) => {
  const { kept, waitAfter } = keeper();
  kept.start();
  for (const [index, wait] of waits.entries()) expect(await waitAfter(lasting[index] ?? null)).toBe(wait * 1_000);
});

test("a loss is reported once, and never that of an earlier connection", async () => {
  const { clock, attempts, kept, newest } = keeper();
  kept.start();
  const first = newest();
  expect([first.lost(), first.lost()]).toEqual([true, false]);
  expect(first.isOver).toBe(true);
  await clock.advance(1_000);
  expect(attempts).toHaveLength(2);
  expect(first.lost()).toBe(false);
  expect(newest().isOver).toBe(false);
  await clock.advance(60_000);
  expect(attempts).toHaveLength(2);
});

test("an attempt has one timer, which ends with it", async () => {
  const { clock, kept, newest } = keeper();
  const fired: string[] = [];
  kept.start();
  newest().setTimer(clock.after(500, () => fired.push("first")));
  newest().setTimer(clock.after(600, () => fired.push("second")));
  await clock.advance(600);
  newest().setTimer(clock.after(500, () => fired.push("third")));
  newest().lost();
  newest().setTimer(clock.after(500, () => fired.push("fourth")));
  expect(clock.pending).toBe(1);
  await clock.advance(999);
  expect(fired).toEqual(["second"]);
});

test.each<[when: string, before: (attempt: Attempt) => void]>([
  ["while it connects", () => undefined],
  ["while it is connected", (attempt) => attempt.connected()],
  ["while it waits", (attempt) => void attempt.lost()],
])("stopping %s leaves no timer, and nothing is opened or reported afterwards", async (_when, before) => {
  const { clock, attempts, kept, newest } = keeper();
  kept.start();
  newest().setTimer(clock.after(500, () => undefined));
  before(newest());
  kept.stop();
  expect(clock.pending).toBe(0);
  expect(newest().isOver).toBe(true);
  expect(newest().lost()).toBe(false);
  kept.start();
  await clock.advance(60_000);
  expect(attempts).toHaveLength(1);
});

test("after a stop before the start, nothing is opened", () => {
  const { attempts, kept } = keeper();
  kept.stop();
  kept.start();
  expect(attempts).toHaveLength(0);
});
