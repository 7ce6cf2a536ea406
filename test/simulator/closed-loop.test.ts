import type { Observation } from "../../src/control/observation.js";
import type { ControlSettings } from "../../src/control/settings.js";
import type { Decision } from "../../src/model/commands.js";
import { ClosedLoop, type ClosedLoopOptions } from "../../src/simulator/closed-loop.js";
import { charger, siteSettings } from "../control/support.js";

const settings: ControlSettings = siteSettings({ chargers: [charger({ name: "Garage", phases: "auto" })] });

const off: Decision = { allowCharging: false, current: 0, phases: 1, reasons: [] };
const on: Decision = { allowCharging: true, current: 10, phases: 1, reasons: [] };

/** What was seen at each second at which something was decided. */
function run(
  seconds: number,
  options: Partial<ClosedLoopOptions> = {},
  decision: (second: number) => Decision = () => off,
) {
  const seen = new Map<number, Observation>();
  const loop = new ClosedLoop({
    settings,
    start: 1_000_000,
    pv: () => 0,
    household: (second) => [second, 0, 0],
    decide(observation) {
      const second = (observation.time - 1_000_000) / 1_000;
      seen.set(second, observation);
      return { Garage: decision(second) };
    },
    ...options,
  });
  const all = Array.from({ length: seconds }, () => loop.advance());
  return { loop, seen, all };
}

const powersAt = (seen: ReadonlyMap<number, Observation>) =>
  [...seen].map(([second, { meters }]) => [second, meters["Grid"]?.grid?.power ?? null]);

test("it decides when the meter is read, on what it read then", () => {
  const { seen } = run(11);
  expect(powersAt(seen)).toEqual([
    [0, 0],
    [5, 5],
    [10, 10],
  ]);
  expect(Object.keys(seen.get(5)?.chargers ?? {})).toEqual(["Garage"]);
});

test("a late meter shows what was", () => {
  expect(powersAt(run(11, { metering: { period: 5, delay: 3 } }).seen)).toEqual([
    [3, 0],
    [8, 5],
  ]);
});

test("a meter that gives nothing from some second on is silent, and a heartbeat decides all the same", () => {
  const given: ClosedLoopOptions["given"] = (reading, second) => (second >= 5 ? null : reading);
  expect(powersAt(run(11, { given }).seen)).toEqual([[0, 0]]);
  expect(powersAt(run(5, { given, heartbeat: 2 }).seen)).toEqual([
    [0, 0],
    [2, null],
    [4, null],
  ]);
});

test("chargers are read in a period of their own, each reading so late", () => {
  const { seen } = run(10, { chargerPeriod: 4, chargerDelay: 1, given: () => null });
  expect([...seen.keys()]).toEqual([1, 5, 9]);
});

test("a battery is read with the grid, or so much later", () => {
  const battery = { capacity: 10_000, soc: 0.5 };
  const secondsOf = (options: Partial<ClosedLoopOptions>) =>
    [...run(8, { battery, ...options }).seen].flatMap(([second, { meters }]) => ("Battery" in meters ? [second] : []));
  expect(secondsOf({})).toEqual([0, 5]);
  expect(secondsOf({ batteryDelay: 2, heartbeat: 1 })).toEqual([2, 7]);
});

test("a command is seen by the next decision, once", () => {
  const { loop, seen } = run(1);
  loop.command({ Garage: { mode: "off" } });
  for (let left = 10; left > 0; left--) loop.advance();
  expect([...seen.values()].map(({ commands }) => commands)).toEqual([{}, { Garage: { mode: "off" } }, {}]);
});

test("chargers do what was decided, and it says what became of them", () => {
  const three: Decision = { ...on, phases: 3 };
  const course = [off, on, three, off, { ...off, phases: 1 } as const];
  const { loop, all } = run(25, { cars: [{ energy: Infinity }] }, (second) => course[second / 5] ?? off);
  const none = { starts: false, switchesCharging: false, switchesIdle: false };
  expect(all.filter(({ decisions }) => decisions !== null).map(({ changes }) => changes[0])).toEqual([
    none,
    { ...none, starts: true },
    { ...none, switchesCharging: true },
    { ...none, switchesIdle: true },
    none,
  ]);
  expect(loop.house.car.energy).toBeGreaterThan(0);
  expect(loop.evse(0).allowed).toBe(false);
  expect(() => loop.evse(1)).toThrow(RangeError);
});

test("cars come when they are told to", () => {
  const { loop } = run(6, { pluggedAt: 6 });
  expect(loop.evse(0).car).toBeNull();
  loop.advance();
  expect(loop.evse(0).car).not.toBeNull();
});
