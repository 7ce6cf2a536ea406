/** The part of `npm run bench` about decisions: all cases with all rules, and plots of some days. */

import { mkdir, writeFile } from "node:fs/promises";
import { svgPlot } from "../../src/cli/svg-plot.js";
import { evcc } from "../peers/evcc.js";
import { casesOf } from "./cases.js";
import { ours, type Controller } from "./controller.js";
import { daylight, makeSurroundings, type GeneratedDay } from "./days.js";
import { runPlant } from "./plant.js";
import { failed, printed, tableOf } from "./result.js";
import { valueOf } from "./score.js";
import { auto16, sunSettings } from "./settings.js";

export interface ControlReport {
  readonly met: boolean;
  /** Sections for RESULTS.md. */
  readonly markdown: string;
}

const houses = 30;
const firstSeed = 1;
/** s */
const tick = 5;
const importPenalty = 1;

interface Picture {
  readonly file: string;
  readonly name: string;
  readonly controller: Controller;
  readonly day: GeneratedDay;
}

const pictures: readonly Picture[] = [
  { file: "clear", name: "A clear day", controller: ours, day: { weather: "clear", seed: 11, peak: 9 } },
  { file: "broken", name: "Broken clouds", controller: ours, day: { weather: "broken", seed: 11, peak: 9 } },
  { file: "broken-evcc", name: "The same clouds", controller: evcc, day: { weather: "broken", seed: 11, peak: 9 } },
  { file: "fast-clouds", name: "Fast clouds", controller: ours, day: { weather: "fast clouds", seed: 11, peak: 9 } },
];

/** @param plots folder for the pictures, beside RESULTS.md */
export async function measureControl(plots: URL): Promise<ControlReport> {
  const days = process.env["BENCH_DAYS"] ?? "";
  const cases = casesOf({ peers: true, days: days === "" ? null : days, houses, tick, seed: firstSeed });
  const results = [...cases.values()].map((run) => {
    const result = run();
    console.log(printed(result));
    return result;
  });
  await mkdir(plots, { recursive: true });
  const drawn = await Promise.all(
    pictures.map(async (picture) => {
      const { title, svg } = draw(picture);
      await writeFile(new URL(`${picture.file}.svg`, plots), svg);
      return `![${title}](plots/${picture.file}.svg)`;
    }),
  );
  const sections = results.map((result) =>
    [`### ${result.title}`, result.how, `Target: ${result.target}.`, tableOf(result)].join("\n\n"),
  );
  const markdown = [
    "## Decisions",
    "Our controller and the published rules of other projects, which we have reimplemented (`bench/peers/`). A value is " +
      "solar energy − λ · import − 0.02 kWh for each start and each switch of phases. The clairvoyant optimum is exact " +
      "(`bench/ground/bound.ts`). Jeedom's OpenEVSE plugin and evecc have no rule for surplus, dynloadmgr has one for the fuse " +
      "only. Nothing is tuned to the seeds: others are tried with `npm run bench:control -- --seed N`.",
    ...drawn,
    ...sections,
  ].join("\n\n");
  return { met: !results.some(failed), markdown };
}

function draw({ name, controller, day }: Picture): { title: string; svg: string } {
  const samples: { at: number; pv: number; house: number; car: number; phases: 0 | 1 | 3 }[] = [];
  const { score } = runPlant(
    controller,
    {
      settings: sunSettings(auto16, importPenalty),
      surroundings: makeSurroundings(day),
      meter: { period: 5, delay: 1, noise: 10 },
    },
    ({ second, house, evses: [evse] }) => {
      if (second % 5 !== 0) return;
      const phases = evse?.allowed === true ? evse.phases : 0;
      samples.push({ at: second, pv: house.pv.power, house: house.house.power, car: house.car.power, phases });
    },
  );
  const { solar, imported, starts, switches } = score;
  const kWh = (energy: number) => `${(energy / 1_000).toFixed(1)} kWh`;
  const title = `${name}, ${day.peak} kWp, λ ${importPenalty}: ${controller.name}`;
  const sums = `sun ${kWh(solar)} · from elsewhere ${kWh(imported)} · starts: ${starts} · phase switches: ${switches} · value ${valueOf(score, importPenalty).toFixed(1)}`;
  return { title, svg: svgPlot({ title, sums, start: daylight.from, samples }) };
}
