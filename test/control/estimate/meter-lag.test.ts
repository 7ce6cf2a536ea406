import { learnLag } from "../../../src/control/estimate/meter-lag.js";
import {
  newChargerMemory,
  noPersistentChargerState,
  type ChargerMemory,
} from "../../../src/control/observe/charger-memory.js";
import { seededRandom } from "../../../src/simulator/house/random.js";

interface Story {
  /** W that the charger draws at a second, as it says every 5 s. */
  readonly draws: (second: number) => number;
  /** s by which the meter shows it later */
  readonly lag: number;
  /** W of the base load */
  readonly baseLoad?: (second: number) => number;
  /** s between two readings of the meter */
  readonly period?: number;
  readonly seconds?: number;
}

/** What is known of the lag at the end. */
function learnt({ draws, lag, baseLoad = () => 300, period = 5, seconds = 600 }: Story): ChargerMemory["lag"]["lag"] {
  let memory: ChargerMemory = newChargerMemory(noPersistentChargerState);
  const shown = (second: number) => baseLoad(second) + draws(second - lag);
  for (let second = 0; second <= seconds; second++) {
    if (second % 5 === 0)
      memory = {
        ...memory,
        draws: [...memory.draws, { at: second * 1_000, power: draws(second), currents: [draws(second) / 230, 0, 0] }],
      };
    if (second % period === 0 && second > 0) {
      const change = shown(second) - shown(second - period);
      const settled = second - 30 - period;
      const old = shown(settled) - shown(settled - period);
      const steps = [{ from: (settled - period) * 1_000, to: settled * 1_000, change: old }];
      const newest = { from: (second - period) * 1_000, to: second * 1_000, change };
      memory = { ...memory, lag: learnLag(memory, newest, settled > period ? steps : []) };
    }
  }
  return memory.lag.lag;
}

const start = (second: number) => (second >= 100 ? 1_380 : 0);
const stairs = (second: number) => (second < 100 ? 0 : 1_380 + 690 * (Math.floor((second - 100) / 60) % 4));

test.each([0, 5, 10, 20, 40, 60])("a single start shows a lag of %i s", (lag) => {
  const known = learnt({ draws: start, lag });
  expect(known?.from).toBeLessThanOrEqual(lag * 1_000);
  expect(known?.to).toBeGreaterThanOrEqual(lag * 1_000);
  expect((known?.to ?? Infinity) - (known?.from ?? 0)).toBeLessThan(10_000);
});

test.each([10, 16, 25])("a meter that is %i s quicker than the charger's own report has no known lag", (lead) => {
  expect(learnt({ draws: stairs, lag: -lead })).toBeNull();
});

test("one that is quicker only because the charger is polled has none", () => {
  expect(learnt({ draws: stairs, lag: -3 })).toMatchObject({ from: 0 });
});

test("it is known as soon as the meter has responded", () => {
  expect(learnt({ draws: start, lag: 20, seconds: 115 })).toBeNull();
  expect(learnt({ draws: start, lag: 20, seconds: 120 })).toMatchObject({ from: expect.any(Number) });
});

test("nothing is learnt while the charger does not move", () => {
  expect(learnt({ draws: () => 1_380, lag: 0, baseLoad: (second) => (second % 60 < 30 ? 2_000 : 0) })).toBeNull();
});

test("from a meter that never responds nothing is learnt", () => {
  expect(learnt({ draws: stairs, lag: 0, baseLoad: (second) => -stairs(second) })).toBeNull();
});

test.each<[share: number, known: boolean]>([
  [1, true],
  [0.4, true],
  [0.25, false],
])("a meter that shows %d of each change: a lag is known: %s", (share, known) => {
  const missing = (second: number) => -(1 - share) * stairs(second);
  expect(learnt({ draws: stairs, lag: 0, baseLoad: missing }) !== null).toBe(known);
});

test("a kettle of about the size of a start is outdone by the start itself", () => {
  const baseLoad = (second: number) => (second >= 105 && second < 400 ? 2_000 : 300);
  const known = learnt({ draws: start, lag: 30, baseLoad });
  expect(known?.from).toBeLessThanOrEqual(30_000);
  expect(known?.to).toBeGreaterThanOrEqual(30_000);
});

test.each([0, 12, 35])("among the noise of the base load a lag of %i s is learnt from many changes", (lag) => {
  const random = seededRandom(lag + 1);
  const noise = Array.from({ length: 1_300 }, () => 200 * random());
  const baseLoad = (second: number) => (noise[second] ?? 0) + (Math.floor(second / 90) % 2) * 1_500;
  const known = learnt({ draws: stairs, lag, baseLoad, period: 2, seconds: 1_200 });
  expect((known?.from ?? -Infinity) / 1_000).toBeGreaterThanOrEqual(lag - 10);
  expect(Math.abs((known?.to ?? Infinity) / 1_000 - lag)).toBeLessThanOrEqual(5);
});
