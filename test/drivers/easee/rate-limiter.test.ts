import {
  budget,
  RateLimiter,
  longestWait,
  RetryLater,
  type Urgency,
} from "../../../src/drivers/chargers/easee/rate-limiter.js";
import { DeviceError } from "../../../src/model/errors.js";
import { TestClock } from "../../support/test-clock.js";

function setUp() {
  const clock = new TestClock();
  const limiter = new RateLimiter(clock);
  const admitted = (urgency: Urgency, operation = "state"): boolean => {
    try {
      limiter.admit(operation, urgency, "Garage");
      return true;
    } catch (error) {
      if (error instanceof RetryLater) return false;
      throw error;
    }
  };
  /** How many of them go through before the first that does not. */
  const burst = (urgency: Urgency): number => {
    for (let count = 0; ; count += 1) if (!admitted(urgency)) return count;
  };
  return { clock, limiter, admitted, burst };
}

test("reads leave something for raises, and raises for what lowers a current", () => {
  const { burst } = setUp();
  expect([burst("read"), burst("raise"), burst("lower")]).toEqual([20, 5, 5]);
});

test("the budget comes back in time, and not beyond its size", async () => {
  const { clock, burst } = setUp();
  burst("lower");
  await clock.advance(budget.refill * 2 + 1);
  expect(burst("lower")).toBe(2);
  await clock.advance(budget.refill * 1_000);
  expect(burst("lower")).toBe(budget.capacity);
});

test("a day at the limit stays far below what Easee bore from others", async () => {
  const { clock, burst } = setUp();
  let requests = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    requests += burst("lower");
    await clock.advance(60_000);
  }
  expect(requests).toBeLessThanOrEqual(60 * 12 + budget.capacity);
});

test.each<[why: string, retryAfter: number | null, wait: number]>([
  ["as long as it asks", 30_000, 30_000],
  ["never longer than 15 minutes", 86_400_000, longestWait],
  ["not at all if it asks for nothing", 0, 0],
])("after 429 nothing goes out for so long: %s", async (_why, retryAfter, wait) => {
  const { clock, limiter, admitted } = setUp();
  expect(limiter.limited(retryAfter, "Garage").until).toBe(clock.now() + wait);
  if (wait > 0) expect(admitted("lower")).toBe(false);
  await clock.advance(wait);
  expect(admitted("lower")).toBe(true);
});

test("429 that does not say how long: ever longer, until something works", () => {
  const { clock, limiter } = setUp();
  const waits = Array.from({ length: 12 }, () => limiter.limited(null, "Garage").until - clock.now());
  expect(waits[0]).toBeGreaterThanOrEqual(5_000);
  expect(waits[0]).toBeLessThanOrEqual(6_000);
  expect(waits[2]).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...waits)).toBe(longestWait);
  limiter.succeeded("state");
  expect(limiter.limited(null, "Garage").until - clock.now()).toBeLessThanOrEqual(longestWait);
});

test("403 keeps that operation back for a long time, and no other", async () => {
  const { clock, limiter, admitted } = setUp();
  expect(limiter.forbidden("dynamicCurrent", "Garage").message).toContain("may control the charger");
  expect(admitted("lower", "dynamicCurrent")).toBe(false);
  expect(admitted("lower", "pause_charging")).toBe(true);
  await clock.advance(longestWait * 1.2);
  expect(admitted("lower", "dynamicCurrent")).toBe(true);
  limiter.forbidden("dynamicCurrent", "Garage");
  await clock.advance(longestWait * 1.2);
  expect(admitted("lower", "dynamicCurrent")).toBe(false);
});

test("after server errors only what lowers a current goes out", async () => {
  const { clock, limiter, admitted } = setUp();
  limiter.serverFailed(500, null);
  expect([admitted("read"), admitted("raise"), admitted("lower")]).toEqual([false, false, true]);
  await clock.advance(6_000);
  expect(admitted("read")).toBe(true);
});

test("503 may say when to come again", async () => {
  const { clock, limiter, admitted } = setUp();
  limiter.serverFailed(503, 120_000);
  await clock.advance(119_000);
  expect(admitted("read")).toBe(false);
  await clock.advance(1_000);
  expect(admitted("read")).toBe(true);
});

test("no connection: a minute at most, since it is likely our own", async () => {
  const { clock, limiter, admitted } = setUp();
  const what = "no connection to api.easee.com: ENOTFOUND";
  const error = new DeviceError({ code: "unreachable", device: "Car: port", what, advice: "Look" });
  for (let attempt = 0; attempt < 20; attempt += 1) limiter.networkFailed(error);
  expect(() => limiter.admit("state", "read", "Garage")).toThrow(
    /^Garage: no connection to api.easee.com: ENOTFOUND; the next/,
  );
  await clock.advance(72_000);
  expect(admitted("read")).toBe(true);
});
