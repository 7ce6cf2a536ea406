/** Constant surplus of 5 kW with delays of meter and charger: oscillation and import. */

import type { PerPhase } from "../../../src/model/phases.js";
import { judged, type Controller } from "../controller.js";
import { runPlant } from "../plant.js";
import type { CaseResult, Row } from "../result.js";
import { onePhase32, sunSettings } from "../settings.js";

const surplus = 5_000;
const duration = 2 * 3_600;
/** s, in total */
const delays = [2, 5, 8, 12, 20, 35, 60];
const periods = [2, 5];
/** The meter's share of the delay. */
const shares = [0, 0.5, 1];

const targets = { swing: 1, imported: 5 };

interface Course {
  /** A */
  readonly lowest: number;
  readonly highest: number;
  /** Wh */
  readonly imported: number;
}

export interface ConstantSun {
  readonly delay: number;
  readonly period: number;
  readonly share: number;
  readonly step: number;
  readonly importPenalty: number;
}

/** The result of the second of two hours. */
export function constantSun(
  controller: Controller,
  { delay, period, share, step, importPenalty }: ConstantSun,
): Course {
  const none: PerPhase<number> = [0, 0, 0];
  let [lowest, highest, imported] = [Infinity, -Infinity, 0];
  const meterDelay = Math.round(delay * share);
  runPlant(
    controller,
    {
      settings: sunSettings({ ...onePhase32, step }, importPenalty),
      surroundings: {
        pv: new Float64Array(duration).fill(surplus),
        household: Array.from({ length: duration }, () => none),
      },
      meter: { period, delay: meterDelay },
      evse: { answerTime: delay - meterDelay },
      cars: [{ phases: 1, response: 0, ramp: Infinity, lazyStart: 0 }],
    },
    ({ second, evses, house }) => {
      if (second < duration - 3_600) return;
      const drawn = evses[0]?.draw[0] ?? 0;
      lowest = Math.min(lowest, drawn);
      highest = Math.max(highest, drawn);
      imported += Math.max(0, house.grid.power) / 3_600;
    },
  );
  return { lowest, highest, imported };
}

const variants = [
  { name: "0.1 A steps, λ 1", step: 0.1, importPenalty: 1 },
  { name: "1 A steps, λ 10", step: 1, importPenalty: 10 },
  { name: "1 A steps, λ 1", step: 1, importPenalty: 1 },
];

export function constantSunCase(controllers: readonly Controller[]): CaseResult {
  const rows = controllers.flatMap((controller) =>
    variantsFor(controller).map((variant) => rowOf(controller, variant)),
  );
  return {
    title: "Constant sun: 5 kW, one phase, 6–32 A, everything late",
    how:
      `Swing of the car's current in A, and import in Wh, in the second hour; the worst of readings every ${periods.join(" s and ")} s, ` +
      `and of a delay that is all the meter's, half of it, or all the charger's. At λ 1 and 1 A steps 22 A, which import 60 W, are worth more than 21 A; in sun that stands still we take 21 A all the same.`,
    target: `swing ≤ ${targets.swing} A, import < ${targets.imported} Wh per hour`,
    columns: delays.map((delay) => `${delay} s`),
    rows,
  };
}

function variantsFor({ weighsImport }: Controller) {
  return weighsImport ? variants : variants.slice(1, 2);
}

function rowOf(controller: Controller, { name, step, importPenalty }: (typeof variants)[number]): Row {
  const courses = delays.map((delay) =>
    periods
      .flatMap((period) =>
        shares.map((share) => constantSun(controller, { delay, period, share, step, importPenalty })),
      )
      .map(({ lowest, highest, imported }) => ({ swing: highest - lowest, imported }))
      .reduce((a, b) => ({ swing: Math.max(a.swing, b.swing), imported: Math.max(a.imported, b.imported) })),
  );
  const holds = ({ swing, imported }: { swing: number; imported: number }) =>
    swing <= targets.swing + 1e-6 && imported < targets.imported;
  return {
    who: controller.weighsImport ? `${controller.name}, ${name}` : controller.name,
    cells: courses.map(({ swing, imported }) => `${swing.toFixed(1)} A ${imported.toFixed(0)} Wh`),
    met: judged(controller, courses.every(holds)),
  };
}
