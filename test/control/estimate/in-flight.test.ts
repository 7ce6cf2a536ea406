import { drawRange, likelyDraw, type DrawRange } from "../../../src/control/estimate/in-flight.js";
import type { Lag } from "../../../src/control/estimate/meter-lag.js";
import type { ChargerFacts } from "../../../src/control/estimate/situation.js";
import { facts, type FactOverrides } from "../facts.js";
import { start } from "../support.js";

interface Case {
  /** A on one phase, after the second at which the charger reported it; `!`: it had not answered before. */
  readonly draws: string;
  /** Likewise what it was told. */
  readonly commands?: string;
  readonly lag?: Lag | null;
  /** Second of the meter's reading. */
  readonly measuredAt?: number;
  /** s */
  readonly later?: number;
  readonly unplugged?: boolean;
  readonly charger?: FactOverrides;
}

const at = (second: number) => start + second * 1_000;

/** "-20s 6A" is 6 A, 20 s ago. */
function samplesIn(text: string) {
  return [...text.matchAll(/(-?[\d.]+)s ([\d.]+)A(!?)/g)].map(([, second, current, mark]) => {
    return { at: at(Number(second)), current: Number(current), isAfterFailure: mark === "!" };
  });
}

function chargerOf({ draws, commands = "", lag = null, unplugged = false, charger }: Case): ChargerFacts {
  const base = facts(charger);
  const samples = samplesIn(draws).map(({ at, current, isAfterFailure }) => {
    return { at, currents: [current, 0, 0] as const, power: current * 230, isAfterFailure };
  });
  const sent = samplesIn(commands).map(({ at, current }) => ({ at, current, phases: 1 as const }));
  const memory = { ...base.memory, draws: samples, commands: sent, lag: { fit: [], own: [], lag } };
  return { ...base, plugged: !unplugged, memory };
}

/** A on L1: at least, at most, and at most by what was reported. */
function onL1({ low, high, reported, lowPower, highPower }: DrawRange) {
  expect([lowPower, highPower]).toEqual([low[0] * 230, high[0] * 230]);
  return [low[0], high[0], reported[0]];
}

describe("what a fuse has to reckon with", () => {
  test.each<[why: string, facts: Case, low: number, high: number, reported: number]>([
    ["a charger that never reported draws nothing", { draws: "" }, 0, 0, 0],
    ["steady", { draws: "-20s 6A 0s 6A" }, 6, 6, 6],
    ["it moved within the dead time: both", { draws: "-15s 6A -5s 10A 0s 10A" }, 6, 10, 10],
    ["it moved at the beginning of the dead time: the new draw", { draws: "-30s 6A -10s 10A 0s 10A" }, 10, 10, 10],
    ["just after that: both", { draws: "-30s 6A -9.9s 10A 0s 10A" }, 6, 10, 10],
    [
      "a meter with a longer lag may still show the draw before",
      { draws: "-30s 6A -15s 10A 0s 10A", lag: { from: 0, to: 20_000 } },
      6,
      10,
      10,
    ],
    [
      "a shorter lag does not shorten the dead time",
      { draws: "-30s 6A -8s 10A 0s 10A", lag: { from: 0, to: 2_000 } },
      6,
      10,
      10,
    ],
    ["what makes up for the meter may be later still", { draws: "-30s 6A -20s 10A 0s 10A", later: 15 }, 6, 10, 10],
    [
      "of the reports after the reading the first one counts, too",
      { draws: "-30s 6A -4s 10A 0s 16A", measuredAt: -5 },
      6,
      10,
      10,
    ],
    ["a raise that has not shown yet", { draws: "-20s 6A 0s 6A", commands: "-5s 16A" }, 6, 16, 6],
    ["a decrease that has not shown yet", { draws: "-20s 16A 0s 16A", commands: "-5s 6A" }, 6, 16, 16],
    [
      "a command within the dead time, though it has shown",
      { draws: "-20s 6A -4s 16A 0s 16A", commands: "-5s 12A" },
      6,
      16,
      16,
    ],
    ["an older one that has shown is over", { draws: "-15s 10A 0s 10A", commands: "-20s 10A" }, 10, 10, 10],
    ["shown is what comes within 2 A of it", { draws: "-15s 10.1A 0s 10.1A", commands: "-20s 12A" }, 10.1, 10.1, 10.1],
    ["and not what does not", { draws: "-15s 10A 0s 10A", commands: "-20s 12A" }, 10, 12, 10],
    [
      "what was drawn before the command shows nothing of it",
      { draws: "-30s 10A -20s 10A", commands: "-20s 10A", measuredAt: -15 },
      10,
      10,
      10,
    ],
    ["the slowest charger has 25 s", { draws: "-24s 6A 0s 6A", commands: "-25s 16A" }, 6, 16, 6],
    ["then its car takes less than it may", { draws: "-24s 6A 0s 6A", commands: "-25.1s 16A" }, 6, 6, 6],
    ["two commands within the dead time: both", { draws: "-20s 10A 0s 10A", commands: "-8s 16A -3s 6A" }, 6, 16, 10],
    ["of older ones only the newest", { draws: "-24s 10A 0s 10A", commands: "-20s 16A -15s 6A" }, 6, 10, 10],
    [
      "without a car no command takes effect",
      { draws: "-20s 0A 0s 0A", commands: "-5s 16A", unplugged: true },
      0,
      0,
      0,
    ],
    [
      "a vehicle that overdraws does so with a new command",
      { draws: "0s 6A", commands: "-5s 16A", charger: { overdrawRatio: 1.25 } },
      6,
      20,
      6,
    ],
  ])("%s", (_why, facts, low, high, reported) => {
    const { measuredAt = 0, later = 0 } = facts;
    const range = drawRange(chargerOf(facts), at(measuredAt), 230, later * 1_000);
    expect(onL1(range)).toEqual([low, high, reported]);
  });

  test("a command for three phases may draw on all of them", () => {
    const base = chargerOf({ draws: "0s 6A" });
    const commands = [{ at: at(-5), current: 10, phases: 3 as const }];
    const range = drawRange({ ...base, memory: { ...base.memory, commands } }, at(0), 230);
    expect(range).toMatchObject({ low: [6, 0, 0], high: [10, 10, 10], highPower: 3 * 10 * 230 });
  });
});

describe("what only the sun depends on", () => {
  const lag = { from: 2_000, to: 4_000 };

  test.each<[why: string, facts: Case, low: number, high: number, isConfirmed: boolean]>([
    [
      "the reports of the time that the meter shows, and those around it",
      { draws: "-10s 6A -3s 10A 0s 16A", lag },
      6,
      16,
      true,
    ],
    ["of those before only the last", { draws: "-10s 16A -5s 6A -3s 10A -1s 10A 0s 16A", lag }, 6, 10, true],
    [
      "while it has not reported since, it may have come to take what it is offered",
      { draws: "-10s 6A -3s 6A", commands: "-60s 16A", lag },
      6,
      16,
      false,
    ],
    ["without a car it can't", { draws: "-10s 6A -3s 6A", commands: "-60s 16A", lag, unplugged: true }, 6, 6, false],
    ["it was never offered anything", { draws: "-10s 6A -3s 6A", lag }, 6, 6, false],
    ["it has reported since: that counts", { draws: "-10s 6A -2s 6A", commands: "-60s 16A", lag }, 6, 6, true],
    [
      "between two reports it did not answer: who knows what it drew",
      { draws: "-10s 6A -3s 6A! 0s 6A", lag },
      6,
      6,
      false,
    ],
    ["that was before", { draws: "-10s 6A -5s 6A! 0s 6A", lag }, 6, 6, true],
    ["as long as the lag is not known, it is as for the fuse", { draws: "-15s 6A -5s 10A 0s 10A" }, 6, 10, true],
    ["a battery may show its part later", { draws: "-30s 6A -10s 10A 0s 10A", lag, later: 15 }, 6, 10, true],
  ])("%s", (_why, facts, low, high, isConfirmed) => {
    const range = likelyDraw(chargerOf(facts), at(0), 230, (facts.later ?? 0) * 1_000);
    expect(onL1(range).slice(0, 2)).toEqual([low, high]);
    expect(range.isConfirmed).toBe(isConfirmed);
  });
});
