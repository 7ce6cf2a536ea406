/** `ev-charging read`: one reading of each device. */

import { loadConfig } from "../config/load.js";
import { commonOptions, exit, parse, type Command } from "./command.js";
import { checkNames } from "./devices.js";
import { describe, failuresIn, readAll } from "./readings.js";

export const read: Command = {
  name: "read",
  summary: "one reading of each device",
  help: `Usage: ev-charging read [NAME…] [--config FILE] [--json]

Reads every configured device once, or those with these names, and prints the values.
Exits with 1 if one of them does not answer.`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, commonOptions);
    const { config } = loadConfig(values.config);
    checkNames(positionals, config);
    const readings = await readAll(config, positionals);
    const failures = failuresIn(readings);
    if (values.json) terminal.out(JSON.stringify(readings));
    else {
      const text = describe(readings);
      if (text !== "") terminal.out(text);
      for (const { error } of failures) terminal.error(error);
    }
    return failures.length > 0 ? exit.failure : exit.success;
  },
};
