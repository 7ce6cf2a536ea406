/** Slow clouds with a charger that can switch phases: switches and value. */

import type { PerPhase } from "../../../src/model/phases.js";
import { clairvoyant, rewardsOf } from "../bound.js";
import { judged, type Controller } from "../controller.js";
import { runPlant, type PlantOptions } from "../plant.js";
import type { CaseResult, Row } from "../result.js";
import { valueOf, type Score } from "../score.js";
import { auto16, levelsOf, sunSettings } from "../settings.js";

const importPenalty = 1;
const duration = 3 * 3_600;
const targets = { switches: 6, value: 7.5 };

const ideal = {
  meter: { period: 5 },
  evse: { answerTime: 0, switchPause: 0 },
  cars: [{ response: 0, ramp: Infinity, lazyStart: 0 }],
} as const satisfies Partial<PlantOptions>;

const delayed = { meter: { period: 5, delay: 1 } } as const satisfies Partial<PlantOptions>;

/** W, alternating every `period` seconds */
function alternating(period: number, first: number, second: number): Float64Array {
  return Float64Array.from({ length: duration }, (_, at) => (at % (2 * period) < period ? first : second));
}

function runCase(controller: Controller, pv: Float64Array, plant: Partial<PlantOptions>) {
  const none: PerPhase<number> = [0, 0, 0];
  const household = Array.from(pv, () => none);
  return runPlant(controller, {
    settings: sunSettings(auto16, importPenalty),
    surroundings: { pv, household },
    ...plant,
  });
}

export function cloudsCase(controllers: readonly Controller[]): CaseResult {
  const pv = alternating(240, 6_000, 1_500);
  const rows = controllers.flatMap((controller) =>
    [
      { name: "ideal car", plant: ideal, isJudged: false },
      { name: "car with delays", plant: delayed, isJudged: true },
    ].map(({ name, plant, isJudged }): Row => {
      const { score } = runCase(controller, pv, plant);
      const met = score.switches <= targets.switches && valueOf(score, importPenalty) >= targets.value;
      return {
        who: `${controller.name}, ${name}`,
        cells: cellsOf(score),
        met: isJudged ? judged(controller, met) : null,
      };
    }),
  );
  return {
    title: "Clouds: 6 and 1.5 kW alternating every 240 s for 3 h, 6–16 A on one or three phases",
    how:
      "Energies in kWh, value at λ 1; a switch of phases is priced like a start. The meter reports every 5 s. The bound knows " +
      "the clouds, has no delays, and pauses 10 s for a switch.",
    target: `at most ${targets.switches} switches, value ≥ ${targets.value}`,
    columns: ["value", "sun", "import", "starts", "switches"],
    rows: [...rows, { who: "clairvoyant bound", cells: cellsOf(bound(pv)), met: null }],
  };
}

function cellsOf(score: Score): string[] {
  const { solar, imported, starts, switches } = score;
  const kWh = (energy: number) => (energy / 1_000).toFixed(2);
  return [valueOf(score, importPenalty).toFixed(2), kWh(solar), kWh(imported), String(starts), String(switches)];
}

function bound(pv: Float64Array): Score {
  const step = 5;
  const modes = levelsOf(auto16).map((levels) => rewardsOf(pv, levels, { step, importPenalty }));
  return clairvoyant({ modes, minimumRun: 300 / step, switchPause: 10 / step }).score;
}

export function fullCarCase(controllers: readonly Controller[]): CaseResult {
  const orders = [alternating(60, 6_000, 500), alternating(60, 500, 6_000)];
  const most = 1;
  return {
    title: "A full car that stays plugged in: 6 and 0.5 kW alternating every 60 s for 3 h, one or three phases",
    how: "How often the charger is set to start, or to use another number of phases, for a car that takes nothing; the worse of beginning with sun and with cloud.",
    target: `at most ${most} relay switches`,
    columns: ["starts", "phase switches", "together"],
    rows: controllers.map((controller) => {
      const { score, relaySwitches } = orders
        .map((pv) => runCase(controller, pv, { ...delayed, cars: [{ energy: 0 }] }))
        .reduce((a, b) => (a.relaySwitches > b.relaySwitches ? a : b));
      return {
        who: controller.name,
        cells: [score.starts, relaySwitches - score.starts, relaySwitches].map(String),
        met: judged(controller, relaySwitches <= most),
      };
    }),
  };
}
