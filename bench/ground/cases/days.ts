/** Whole days: value relative to the clairvoyant bound. */

import { weatherKinds } from "../../../src/simulator/house/weather.js";
import { boundOfHouse, makeHouses, runHouse, startsOfHouse } from "../closed-loop.js";
import { judged, type Controller } from "../controller.js";
import { generateDay, recordedDays, type Day } from "../days.js";
import { boundOfOpenLoop, runOpenLoop, startsOfOpenLoop } from "../open-loop.js";
import type { CaseResult, Row } from "../result.js";
import { mostInAnHour, valueOf, type Score } from "../score.js";
import { auto16, onePhase32, type Charging } from "../settings.js";

export const importPenalties = [0.25, 1, 10] as const;

const columns = [...importPenalties.map((importPenalty) => `λ ${importPenalty}`), "contactor, most in 1 h"];

interface Run {
  readonly score: Score;
  readonly closings: readonly number[];
}

/** Value of one day at one λ, and its bound. In kWh. */
interface Result {
  readonly value: number;
  readonly bound: number;
}

export function recordedDaysCase(controllers: readonly Controller[], folder: string, tick: number): CaseResult {
  const days = recordedDays(folder);
  return openLoopCase(
    controllers,
    `Recorded days (${days.map(({ name }) => name).join(", ")}), ideal car`,
    [onePhase32],
    days,
    tick,
    [0.98, 0.98, 0.9],
  );
}

export function generatedDaysCase(
  controllers: readonly Controller[],
  seeds: readonly number[],
  tick: number,
): CaseResult {
  const days = weatherKinds.flatMap((weather) => seeds.map((seed) => generateDay({ weather, seed, peak: 6 })));
  return openLoopCase(
    controllers,
    `Generated days (${weatherKinds.join(", ")}; seeds ${seeds.join(", ")}; 6 kWp), ideal car`,
    [onePhase32, auto16],
    days,
    tick,
    [0.98, 0.96, 0.8],
  );
}

function openLoopCase(
  controllers: readonly Controller[],
  title: string,
  chargings: readonly Charging[],
  days: readonly Day[],
  tick: number,
  targets: readonly number[],
): CaseResult {
  const rows = chargings.flatMap((charging) => {
    const bounds = importPenalties.map((importPenalty) =>
      days.map((day) => valueOf(boundOfOpenLoop({ day, charging, importPenalty, tick }), importPenalty)),
    );
    const starts = importPenalties.map((importPenalty) =>
      days.map((day) => withoutClosings(startsOfOpenLoop({ day, charging, importPenalty, tick }))),
    );
    const rows = controllers.map((controller) => {
      const runs = everyPenalty(controller, days, (day, importPenalty) =>
        runOpenLoop(controller, { day, charging, importPenalty, tick }),
      );
      const row = ratioRow(`${controller.name}, ${charging.name}`, runs, bounds);
      return { ...row, met: charging === onePhase32 ? judged(controller, reached(row, targets)) : null };
    });
    return [...withBest(rows, charging.name), ratioRow(`${knowsStarts}, ${charging.name}`, starts, bounds)];
  });
  return {
    title,
    how:
      `Value against the clairvoyant optimum: ratio of the sums (lowest of a day). A reading every ${tick} s; charger and car follow ` +
      "at once. The bound shares levels, tick, minimum run and prices. " +
      whatStartsMeans,
    target: `≥ ${targets.join(" / ")} at λ ${importPenalties.join(" / ")}, on one phase`,
    columns,
    rows,
  };
}

export function housesCase(controllers: readonly Controller[], count: number, firstSeed: number): CaseResult {
  const targets = [0.95, 0.9, 0.6];
  const mostCycles = 6;
  const houses = makeHouses(count, firstSeed);
  const bounds = importPenalties.map((importPenalty) =>
    houses.map((house) => valueOf(boundOfHouse(house, importPenalty), importPenalty)),
  );
  const starts = importPenalties.map((importPenalty) =>
    houses.map((house) => withoutClosings(startsOfHouse(house, importPenalty))),
  );
  const measured = controllers.map((controller) => {
    const runs = everyPenalty(controller, houses, (house, importPenalty) => runHouse(controller, house, importPenalty));
    const row = ratioRow(controller.name, runs, bounds);
    const calm = runs.every((each) => each.every(({ closings }) => mostInAnHour(closings) <= mostCycles));
    return { ...row, met: judged(controller, calm && reached(row, targets)) };
  });
  const rows = [...withBest(measured), ratioRow(knowsStarts, starts, bounds)];
  return {
    title: `Closed loop: ${count} houses, seeds ${firstSeed}–${firstSeed + count - 1}`,
    how:
      "Value against the clairvoyant optimum: ratio of the sums (lowest of a day). Every weather on 6–32 A one phase, " +
      "6–16 A three phases, 6–16 A one or three; 3–10 kWp; meter every 5–10 s, 0–3 s late, ±0–20 W a phase, 0–3 % lost; charger responds in " +
      "0.5–3 s, pauses 5–15 s to switch; car responds in 1–3 s, rises 1–4 A/s, wakes up in 2–8 s. The bound has the same seconds, may change " +
      "its level once in the meter's period, and knows the future; charger and car follow it at once. " +
      whatStartsMeans,
    target: `≥ ${targets.join(" / ")} at λ ${importPenalties.join(" / ")}, at most ${mostCycles} contactor cycles in any hour`,
    columns,
    rows,
  };
}

/** The runs at each λ. A controller without an import penalty runs each day once. */
function everyPenalty<T, R>(
  { weighsImport }: Controller,
  days: readonly T[],
  run: (day: T, importPenalty: number) => R,
): readonly (readonly R[])[] {
  if (weighsImport) return importPenalties.map((importPenalty) => days.map((day) => run(day, importPenalty)));
  const once = days.map((day) => run(day, 1));
  return importPenalties.map(() => once);
}

/** The row of the bound that is clairvoyant for starts, stops and switches only. */
const knowsStarts = "clairvoyant starts, current by the newest reading";
const whatStartsMeans =
  "The last line knows the future only for starts, stops and switches, and sets the current that is best for the newest reading.";

/** A row, with its ratios of the sums for each λ. */
interface RatioRow extends Row {
  readonly ratios: readonly number[];
}

function ratioRow(who: string, runs: readonly (readonly Run[])[], bounds: readonly (readonly number[])[]): RatioRow {
  const ratios = importPenalties.map((importPenalty, column) => {
    const results = (runs[column] ?? []).map(({ score }, i): Result => ({
      value: valueOf(score, importPenalty),
      bound: bounds[column]?.[i] ?? 0,
    }));
    return ratioOf(results);
  });
  const cycles = runs.map((each) => Math.max(...each.map(({ closings }) => mostInAnHour(closings))));
  const counted = cycles.some((most) => most > 0);
  return {
    who,
    cells: [
      ...ratios.map(({ ofSums, lowest }) => `${ofSums.toFixed(3)} (${lowest.toFixed(2)})`),
      counted ? cycles.join(" / ") : "",
    ],
    met: null,
    ratios: ratios.map(({ ofSums }) => ofSums),
  };
}

/** All rows, and the best of the other controllers in each column. */
function withBest(rows: readonly (RatioRow & { readonly met: boolean | null })[], charging?: string): readonly Row[] {
  const [, ...others] = rows;
  if (others.length === 0) return rows;
  const best = importPenalties.map((_, column) => Math.max(...others.map(({ ratios }) => ratios[column] ?? -Infinity)));
  const who = charging === undefined ? "best of the others" : `best of the others, ${charging}`;
  return [...rows, { who, cells: [...best.map((ratio) => ratio.toFixed(3)), ""], met: null }];
}

function reached({ ratios }: RatioRow, targets: readonly number[]): boolean {
  return ratios.every((ratio, i) => ratio >= (targets[i] ?? 1));
}

function withoutClosings(score: Score): Run {
  return { score, closings: [] };
}

/** kWh of the bound below which a day does not count. */
const worthIt = 0.05;

/** Days with a negligible bound count in the sums, but have no ratio of their own. */
function ratioOf(results: readonly Result[]): { ofSums: number; lowest: number } {
  const sum = (of: keyof Result) => results.reduce((total, result) => total + result[of], 0);
  const each = results.filter(({ bound }) => bound >= worthIt).map(({ value, bound }) => value / bound);
  return { ofSums: sum("value") / sum("bound"), lowest: Math.min(...each) };
}
