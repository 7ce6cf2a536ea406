/** `ev-charging simulate`: runs a recorded day through the controller. */

import { readFileSync, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { loadConfig } from "../config/load.js";
import { parseConfig } from "../config/parse.js";
import type { ControlSettings } from "../control/settings.js";
import { messageOf } from "../model/errors.js";
import { systemReason } from "../model/system-errors.js";
import { parseDay, type RecordedDay } from "../simulator/house/recorded-day.js";
import { controlSettings } from "../site/settings.js";
import { commonOptions, exit, noNames, parse, UsageError, type Command } from "./command.js";
import { plot } from "./plot.js";
import { svgPlot } from "./svg-plot.js";
import { simulateDay, type Outcome } from "./simulation.js";
import { table } from "./table.js";

/** The default configuration: a main fuse, a grid meter, and a charger that may switch phases. */
const defaultHouse = {
  site: { mainFuse: 25 },
  meters: [{ name: "Grid", driver: "shelly-3em", transport: "http", host: "127.0.0.1" }],
  chargers: [{ name: "Charger", driver: "go-e", host: "127.0.0.1", apiVersion: 2 }],
};

export const simulate: Command = {
  name: "simulate",
  summary: "runs a recorded day through the controller and a model of house, charger and car",
  help: `Usage: ev-charging simulate --day FILE [--config FILE] [--svg FILE] [--json]

FILE is a CSV with a header row: time (ISO 8601, HH:MM or seconds) and any of pv, house and grid in W; house is
without the car. An empty car is plugged in all day. With --config the first charger of that configuration charges
it by its settings; without, one that may use 6 to 16 A on one or three phases. --svg also draws the day into that file.`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, { ...commonOptions, day: { type: "string" }, svg: { type: "string" } });
    noNames(positionals);
    if (values.day === undefined) throw new UsageError("say which day: ev-charging simulate --day FILE");
    const settings = values.config === undefined ? defaultSettings() : settingsFrom(values.config);
    const day = readDay(values.day);
    const { outcome, samples } = simulateDay(day, settings);
    if (values.svg !== undefined) {
      const title = `${basename(values.day, extname(values.day))}, λ ${settings.importPenalty}`;
      write(values.svg, svgPlot({ title, sums: sumsOf(outcome), start: day.start, samples }));
    }
    if (values.json) terminal.out(JSON.stringify(outcome));
    else terminal.out(`${plot(samples, day.start)}\n\n${summary(outcome)}`);
    return exit.success;
  },
};

function defaultSettings(): ControlSettings {
  const { config } = parseConfig(defaultHouse);
  if (config === null) throw new Error("the default house is not a valid configuration");
  return controlSettings(config);
}

function settingsFrom(file: string): ControlSettings {
  const settings = controlSettings(loadConfig(file).config);
  if (settings.chargers.length === 0) throw new UsageError(`${file}: a simulation needs a charger; none is configured`);
  if (!settings.meters.some(({ measures }) => measures.includes("grid")))
    throw new UsageError(`${file}: a simulation needs a meter that measures the grid; none is configured`);
  return settings;
}

function readDay(file: string): RecordedDay {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${systemReason(error)}`);
  }
  try {
    return parseDay(text);
  } catch (error) {
    throw new UsageError(`${file}, ${messageOf(error)}`);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} can't be written: ${systemReason(error)}`);
  }
}

/** One line. */
function sumsOf({ pvEnergy, carEnergy, carEnergyFromSolar, starts, phaseSwitches }: Outcome): string {
  const share = carEnergy > 0 ? `, ${Math.round((100 * carEnergyFromSolar) / carEnergy)} % of it from the sun` : "";
  return `roof ${pvEnergy.toFixed(1)} kWh · car ${carEnergy.toFixed(1)} kWh${share} · starts: ${starts} · phase switches: ${phaseSwitches}`;
}

function summary(outcome: Outcome): string {
  const { pvEnergy, carEnergy, carEnergyFromSolar, carEnergyFromGrid, starts, phaseSwitches, setpointChanges } =
    outcome;
  const share = carEnergy > 0 ? `${Math.round((100 * carEnergyFromSolar) / carEnergy)} %` : "–";
  return table([
    ["roof", `${pvEnergy.toFixed(2)} kWh`],
    ["car", `${carEnergy.toFixed(2)} kWh, ${share} of it from the sun`],
    ["  from the sun", `${carEnergyFromSolar.toFixed(2)} kWh`],
    ["  from the grid", `${carEnergyFromGrid.toFixed(2)} kWh`],
    ["starts", String(starts)],
    ["phase switches", String(phaseSwitches)],
    ["changes of the current", String(setpointChanges)],
  ]);
}
