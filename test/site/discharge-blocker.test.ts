import { DischargeBlocker } from "../../src/site/discharge-blocker.js";
import { MemoryLog } from "../support/memory-log.js";
import { settle, TestClock } from "../support/test-clock.js";

class Device {
  failure: Error | null = null;
  hold: Promise<void> | null = null;
}

/** A battery whose block ends by itself after two minutes. */
function battery() {
  const clock = new TestClock();
  const log = new MemoryLog();
  const writes: [seconds: number, blocked: boolean][] = [];
  const begun = clock.now();
  const device = new Device();
  const blocker = new DischargeBlocker(
    "Inverter",
    {
      expiry: 120_000,
      async set(blocked) {
        writes.push([(clock.now() - begun) / 1_000, blocked]);
        await device.hold;
        if (device.failure) throw device.failure;
      },
    },
    log,
    clock,
  );
  /** Passes, one each second. */
  const live = async (seconds: number, blocked: boolean) => {
    for (let passed = 0; passed < seconds; passed++) {
      blocker.request(blocked);
      await clock.advance(1_000);
    }
  };
  return { blocker, clock, log, writes, device, live };
}

test("nothing is written as long as nothing is to be blocked", async () => {
  const { live, writes } = battery();
  await live(300, false);
  expect(writes).toEqual([]);
});

test("a block is set at once, again in half of its time, and let go once", async () => {
  const { live, writes } = battery();
  await live(130, true);
  await live(300, false);
  expect(writes).toEqual([
    [0, true],
    [60, true],
    [120, true],
    [130, false],
  ]);
});

test("without passes that decide nothing is set again", async () => {
  const { blocker, clock, writes } = battery();
  blocker.request(true);
  await clock.advance(600_000);
  expect(writes).toEqual([[0, true]]);
});

test("a write that fails is tried again after 10 s, and told once", async () => {
  const { live, writes, device, log } = battery();
  device.failure = new Error("no answer");
  await live(25, true);
  device.failure = null;
  await live(10, true);
  expect(writes.map(([seconds]) => seconds)).toEqual([0, 10, 20, 30]);
  expect(log.entries.filter(({ level }) => level !== "debug")).toEqual([
    { level: "warn", message: "The battery's discharge can't be blocked. no answer" },
    { level: "info", message: "Inverter: takes orders for its battery again." },
  ]);
});

test("a block that failed may hold all the same: it is let go", async () => {
  const { live, writes, device } = battery();
  device.failure = new Error("no answer");
  await live(1, true);
  device.failure = null;
  await live(5, false);
  expect(writes).toEqual([
    [0, true],
    [1, false],
  ]);
});

test("a block that can't be let go is left to end by itself", async () => {
  const { live, writes, device } = battery();
  await live(1, true);
  device.failure = new Error("no answer");
  await live(300, false);
  expect(writes.at(-1)).toEqual([111, false]);
});

test("what is asked for during a write follows it, and idle waits for both", async () => {
  const { blocker, writes, device } = battery();
  let go: () => void = () => undefined;
  device.hold = new Promise((resolve) => (go = resolve));
  blocker.request(true);
  blocker.request(false);
  let isIdle = false;
  const idle = blocker.idle().then(() => (isIdle = true));
  await settle();
  expect([writes, isIdle]).toEqual([[[0, true]], false]);
  go();
  await idle;
  expect(writes).toEqual([
    [0, true],
    [0, false],
  ]);
});
