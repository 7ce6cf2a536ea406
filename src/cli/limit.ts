/** `ev-charging limit`: caps a charger's power, on one phase where that is enough, else on three. */

import type { ChargerConfig } from "../config/devices.js";
import { loadConfig } from "../config/load.js";
import { suggestion } from "../config/nearest.js";
import type { Config } from "../config/parse.js";
import type { SiteConfig } from "../config/schema.js";
import type { Charger, CurrentRange } from "../drivers/driver.js";
import { DeviceError } from "../model/errors.js";
import type { PhaseCount } from "../model/phases.js";
import { ceilTo, floorTo } from "../model/rounding.js";
import type { ChargerReading } from "../model/readings.js";
import { commonOptions, exit, numberOption, parse, UsageError, type Command } from "./command.js";
import { using, withContext } from "./devices.js";
import { readBack } from "./read-back.js";

/** The power cap of a charger. */
interface Cap {
  /** W */
  readonly power: number;
  /** A per phase */
  readonly current: number;
  readonly phases: PhaseCount;
}

interface Outcome {
  readonly cap: Cap;
  /** The same as text. */
  readonly text: string;
}

/** The currents and phases that a cap can be made of. */
interface CapOptions {
  /** V, phase to neutral */
  readonly voltage: number;
  /** Numbers of phases to choose from. */
  readonly phases: readonly PhaseCount[];
  /** A per phase, within charger and configuration. */
  readonly current: CurrentRange;
}

export const limit: Command = {
  name: "limit",
  summary: "caps a charger by power, or prints its cap",
  help: `Usage: ev-charging limit NAME [--power W] [--config FILE] [--json]

Caps the power of a charger, and waits until it reports that. Up to the power of one phase at the charger's full
current it uses one phase, above that three; where it can't switch, those it has. The current is rounded down to the
steps of the charger, in a setting that is not kept in flash.
  --power W            the cap; without it, the present one is printed
An Easee charger with "control": "circuit" stands for its circuit.
While Homebridge or \`ev-charging run\` controls this charger, it may change it again.`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, { ...commonOptions, power: { type: "string" } });
    const [name, ...rest] = positionals;
    if (name === undefined) throw new UsageError("say which charger: ev-charging limit NAME --power 2300");
    if (rest.length > 0) throw new UsageError(`one charger at a time; ${JSON.stringify(rest[0])} is one too many`);
    const power = values.power === undefined ? null : powerOption(values.power);
    const { config } = loadConfig(values.config);
    const charger = chargerNamed(name, config);
    const { cap, text } = await withContext((context) =>
      using(charger.connect({ ...context, name }), (device) =>
        power === null ? presentCap(charger, config.site, device) : setCap(power, charger, config.site, device),
      ),
    );
    terminal.out(values.json ? JSON.stringify({ chargers: { [name]: cap } }) : `${name}: ${text}`);
    return exit.success;
  },
};

/** W */
function powerOption(written: string): number {
  const power = numberOption("power", written);
  if (power < 0) throw new UsageError(`--power takes W above 0, not ${power}`);
  return power;
}

/** @throws UsageError where there is no such charger */
function chargerNamed(name: string, { chargers, site }: Config): ChargerConfig {
  const charger = chargers.find((each) => each.name === name);
  if (charger !== undefined) return charger;
  if (!site.circuits.some((circuit) => circuit.name === name)) {
    const names = chargers.map((each) => each.name);
    throw new UsageError(`no charger is named ${JSON.stringify(name)}; ${suggestion(name, names)}`);
  }
  const fed = chargers.filter(({ circuit }) => circuit === name).map((each) => JSON.stringify(each.name));
  const instead = fed.length > 0 ? `the chargers on it (${fed.join(", ")})` : "a charger";
  throw new UsageError(
    `${JSON.stringify(name)} is a circuit, and no device sets its power; cap ${instead}, or change its limit in site.circuits`,
  );
}

/** @throws DeviceError where it does not answer, or does not report its current */
async function presentCap(config: ChargerConfig, site: SiteConfig, charger: Charger): Promise<Outcome> {
  const reading = await charger.read();
  if (reading.maxAmpere === null)
    throw new DeviceError({
      code: "unsupported",
      device: config.name,
      what: "it does not report the current that it is set to",
      advice: "Set a cap with --power",
    });
  const cap = capOf(reading.maxAmpere, presentPhases(reading, config, site, charger), site.voltage);
  return { cap, text: `${cap.power} W (${capText(cap)})` };
}

/** @throws DeviceError where it can't be set, is refused, or is not reported in time */
async function setCap(power: number, config: ChargerConfig, site: SiteConfig, charger: Charger): Promise<Outcome> {
  const { name } = config;
  const before = await charger.read();
  const means = capOptionsOf(config, site, charger, before);
  const cap = capFor(power, means);
  if (cap === null) throw powerTooLow(power, means, name);
  const { current, phases } = cap;
  const { writes } = charger;
  const setCurrent = async (): Promise<void> => {
    await writes.maxAmpere(current);
    await readBack(charger, { name, channel: "maxAmpere", shows: (reading) => reading.maxAmpere === current });
  };
  const switchPhases = async (): Promise<void> => {
    if (writes.phases === undefined) return;
    await writes.phases(phases);
    await readBack(charger, { name, channel: "phases", shows: (reading) => reading.phases === phases });
  };
  // More phases at the old current, or more current on the old phases, could be more than before and after.
  const lowers = before.maxAmpere === null || current < before.maxAmpere;
  for (const step of lowers ? [setCurrent, switchPhases] : [switchPhases, setCurrent]) await step();
  const highest = capFor(Infinity, means)?.power ?? cap.power;
  const short = power > highest ? `: its maximum, ${highest} W instead of ${power} W` : "";
  return { cap, text: `${capText(cap)}${short}` };
}

/** @param reading from before: some chargers report only in a reading whether they can switch phases */
function capOptionsOf(config: ChargerConfig, site: SiteConfig, charger: Charger, reading: ChargerReading): CapOptions {
  const { step } = config.range;
  const current = { min: ceilTo(config.minCurrent, step), max: floorTo(config.maxCurrent, step), step };
  const canSwitch = config.phases === "auto" && charger.writes.phases !== undefined;
  const { voltage } = site;
  if (canSwitch) return { voltage, current, phases: [1, 3] };
  const phases = config.phases === "auto" ? presentPhases(reading, config, site, charger) : config.phases;
  return { voltage, current, phases: [phases] };
}

/** A charger may report only the phases in use; where it can't switch, the configured number counts. */
function presentPhases(
  { phases: shown }: ChargerReading,
  { phases: configured }: ChargerConfig,
  site: SiteConfig,
  { writes }: Charger,
): PhaseCount {
  if (configured !== "auto" && writes.phases === undefined) return configured;
  if (shown !== null && shown > 0) return shown === 1 ? 1 : 3;
  return configured === "auto" ? site.phases : configured;
}

/**
 * The highest cap that is not above the power; between the maximum of one phase and the minimum of three, the former.
 * @param power W
 * @returns `null`: below the minimum power
 */
function capFor(power: number, { voltage, phases, current: { min, max, step } }: CapOptions): Cap | null {
  const caps = phases
    .map((count) => capOf(Math.min(max, floorTo(power / (count * voltage), step)), count, voltage))
    .filter(({ current }) => current >= min);
  const preferred: PhaseCount = power <= voltage * max ? 1 : 3;
  return caps.find((cap) => cap.phases === preferred) ?? caps[0] ?? null;
}

function capOf(current: number, phases: PhaseCount, voltage: number): Cap {
  return { power: rounded(current * phases * voltage), current, phases };
}

function powerTooLow(power: number, { voltage, phases, current }: CapOptions, name: string): DeviceError {
  const least = capOf(current.min, phases.includes(1) ? 1 : 3, voltage);
  return new DeviceError({
    code: "unsupported",
    device: name,
    what: `${power} W is too little to charge with: it takes ${least.power} W (${capText(least)}) at least`,
    advice: `Nothing was changed; to stop it: ev-charging set ${/^[\p{L}\p{N}._-]+$/u.test(name) ? name : JSON.stringify(name)} --allow off`,
  });
}

function capText({ phases, current }: Cap): string {
  return phases === 1 ? `one phase, ${current} A` : `three phases, ${current} A each`;
}

/** Rounds off the floating-point error of a factor such as 0.1. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
