/** One day of broken clouds with every kind of car, and with a house battery. */

import { carPresets, type CarOptions } from "../../../src/simulator/house/car.js";
import { ours, type Controller } from "../controller.js";
import { makeSurroundings } from "../days.js";
import { runPlant, type PlantOptions } from "../plant.js";
import type { CaseResult, Row } from "../result.js";
import { mostInAnHour, valueOf } from "../score.js";
import { auto16, batteryName, sunSettings } from "../settings.js";

const importPenalty = 1;
const mostCycles = 6;
const surroundings = makeSurroundings({ weather: "broken", seed: 42, peak: 9 });
const plant = { surroundings, meter: { period: 5, delay: 1, noise: 10 } } as const;

function kindRow(name: string, controller: Controller, options: Partial<PlantOptions>, batteryPriority = 100): Row {
  let drained = 0;
  const settings = { ...sunSettings(auto16, importPenalty), batteryPriority };
  const meters = [...settings.meters, { name: batteryName, measures: ["battery" as const] }];
  const { score, closings } = runPlant(
    controller,
    { settings: options.battery === undefined ? settings : { ...settings, meters }, ...plant, ...options },
    ({ house, battery }) => {
      const fromElsewhere = Math.max(0, house.car.power - Math.max(0, house.pv.power - house.house.power));
      drained += Math.min(fromElsewhere, Math.max(0, battery?.power ?? 0)) / 3_600;
    },
  );
  const { solar, imported, starts, switches } = score;
  const cycles = mostInAnHour(closings);
  return {
    who: name,
    cells: [
      valueOf(score, importPenalty).toFixed(2),
      (solar / 1_000).toFixed(2),
      ((imported - drained) / 1_000).toFixed(2),
      (drained / 1_000).toFixed(2),
      String(starts),
      String(switches),
      String(cycles),
    ],
    met: cycles <= mostCycles,
  };
}

export function kindsCase(): CaseResult {
  const cars = Object.entries<CarOptions>(carPresets).map(([name, car]) => kindRow(name, ours, { cars: [car] }));
  const batteries = [0.3, 0.95].map((soc) =>
    kindRow(`normal, battery at ${100 * soc} %`, ours, { cars: [{}], battery: { soc } }),
  );
  const yielding = kindRow(
    "normal, battery at 30 % with lower priority",
    ours,
    { cars: [{}], battery: { soc: 0.3 } },
    20,
  );
  return {
    title: "Every kind of car, and a house battery: broken clouds (seed 42), 9 kWp, 6–16 A on one or three phases",
    how: "Energies in kWh, value at λ 1. Energy from the battery to the car counts as import in the value.",
    target: `at most ${mostCycles} contactor cycles in any hour`,
    columns: ["value", "sun", "import", "from battery", "starts", "switches", "contactor, most in 1 h"],
    rows: [...cars, ...batteries, yielding],
  };
}
