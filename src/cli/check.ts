/** `ev-charging check`: validates the configuration, and with --connect that the devices answer. */

import { ConfigError } from "../config/errors.js";
import { defaultConfigFile, readBlock } from "../config/load.js";
import { parseConfig, type Config, type ParsedConfig } from "../config/parse.js";
import { commonOptions, exit, parse, noNames, type Command } from "./command.js";
import { failuresIn, hasFailed, readAll, type Readings } from "./readings.js";

export const check: Command = {
  name: "check",
  summary: "validates the configuration; with --connect also reads each device once",
  help: `Usage: ev-charging check [--connect] [--config FILE] [--json]

Lists every problem of the configuration.
With --connect it also reads each correctly configured device once.
Exits with 2 if the configuration is wrong, with 1 if a device does not answer.`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, { ...commonOptions, connect: { type: "boolean", default: false } });
    noNames(positionals);
    const file = values.config ?? defaultConfigFile();
    const { config, problems, warnings } = parsed(file);
    const readings = values.connect && config !== null ? await readAll(config, []) : null;
    const failures = readings === null ? [] : failuresIn(readings);

    if (values.json) {
      const devices = readings === null ? {} : { devices: readings };
      terminal.out(JSON.stringify({ valid: problems.length === 0, problems, warnings, ...devices }));
    } else {
      if (problems.length > 0) terminal.error(new ConfigError(file, problems).message);
      for (const warning of warnings) terminal.error(`${file}: ${warning}`);
      if (problems.length === 0 && config !== null) terminal.out(`${file}: ${summary(config)}`);
      if (readings !== null) terminal.out(connectionText(readings));
    }
    if (problems.length > 0) return exit.usage;
    return failures.length > 0 ? exit.failure : exit.success;
  },
};

/** A file that contains no configuration is reported like any other problem. */
function parsed(file: string): ParsedConfig {
  try {
    return parseConfig(readBlock(file));
  } catch (error) {
    if (error instanceof ConfigError) return { config: null, problems: error.problems, warnings: [] };
    throw error;
  }
}

function summary({ chargers, meters, site }: Config): string {
  const fuse = site.mainFuse === undefined ? "no fuse guarded" : `a main fuse of ${site.mainFuse} A`;
  return `fine: ${count(chargers.length, "charger")}, ${count(meters.length, "meter")}, ${fuse}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function connectionText({ chargers, meters, residualCurrentMonitors }: Readings): string {
  return Object.entries({ ...chargers, ...meters, ...residualCurrentMonitors })
    .map(([name, answer]) => (hasFailed(answer) ? answer.error : `${name}: answers`))
    .join("\n");
}
