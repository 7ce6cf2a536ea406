import {
  expectedValue,
  noIntermittency,
  updateIntermittency,
  type Intermittency,
} from "../../../src/control/estimate/intermittency.js";
const second = 1 / 3_600;

/** The intermittency after charging was worth so much at each second. */
function after(
  seconds: number,
  value: (second: number) => number,
  before: Intermittency = noIntermittency,
): Intermittency {
  let intermittency = before;
  for (let at = 0; at < seconds; at++) intermittency = updateIntermittency(intermittency, value(at), second);
  return intermittency;
}

/** 1 kW of value for so many seconds, then a loss of as much. */
const turns = (seconds: number) => (at: number) => (Math.floor(at / seconds) % 2 === 0 ? 1_000 : -1_000);

test("without any experience what is now is expected to last for a while", () => {
  const expected = expectedValue(noIntermittency, 1_200, 1 / 12);
  expect(expected).toBeGreaterThan(50);
  expect(expected).toBeLessThanOrEqual(100);
});

test("weather that lasted is expected to last", () => {
  expect(
    expectedValue(
      after(7_200, () => 1_000),
      1_000,
      1 / 12,
    ),
  ).toBeGreaterThan(70);
});

test("sun between fast clouds is worth no more than the clouds cost", () => {
  expect(Math.abs(expectedValue(after(3_600, turns(30)), 1_000, 1 / 12))).toBeLessThan(25);
});

test("a loss is expected to end as soon as losses lately did", () => {
  expect(expectedValue(after(3_630, turns(60)), -1_000, 1 / 12)).toBeGreaterThan(-20);
  expect(
    expectedValue(
      after(3_600, () => -1_000),
      -1_000,
      1 / 12,
    ),
  ).toBeLessThan(-70);
});

test("the longer clouds last, the less is expected", () => {
  const expected = [30, 120, 600].map((seconds) => expectedValue(after(7_200, turns(seconds)), 1_000, 1 / 12));
  expect(expected).toEqual([...expected].sort((a, b) => a - b));
});

test("what was long ago is forgotten", () => {
  const windy = after(3_600, turns(30));
  const calm = after(4 * 3_600, () => 1_000, windy);
  expect(expectedValue(calm, 1_000, 1 / 12)).toBeGreaterThan(65);
});

test("no time, no experience; and a night does not wear it out", () => {
  expect(updateIntermittency(noIntermittency, 500, 0)).toEqual(noIntermittency);
  const night = Array.from({ length: 10_000 }).reduce<Intermittency>(
    (intermittency) => updateIntermittency(intermittency, -500, 0.1),
    noIntermittency,
  );
  expect(Number.isFinite(expectedValue(night, 500, 1 / 12))).toBe(true);
});
